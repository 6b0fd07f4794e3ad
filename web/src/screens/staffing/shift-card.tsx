// One shift on the board: when, how it stands, how many places are taken. The whole card leads to its page.

import type { Shift } from '@/client'
import { t } from '@/lib/i18n'
import { currentZone, zoneShort } from '@/lib/time'
import { Link } from '@/ui/link'
import css from './shift-card.module.css'
import { placesWords, shiftIcons } from './states'
import { spanIn } from './week'

/** The short name of a zone where it is not the reader's own. */
export function otherZone(at: string, zone: string): string {
  if (zone === currentZone()) return ''
  const name = zoneShort(at, zone)
  return name === zoneShort(at, currentZone()) ? '' : name
}

/** "22:00–07:00 +1 EET": the night it goes over, and the zone where it is another than the reader's. */
export function ShiftTimes({
  shift,
  zone,
  bare,
}: {
  shift: Pick<Shift, 'starts_at' | 'ends_at'>
  zone: string
  bare?: boolean
}) {
  const span = spanIn(shift.starts_at, shift.ends_at, zone)
  const other = bare ? '' : otherZone(shift.starts_at, zone)
  return (
    <span className="nowrap num">
      {span.from}–{span.until}
      {span.nights > 0 && (
        <sup title={t('staffing:ends_later', { count: span.nights })}>
          +{span.nights}
          <span className="sr"> {t('staffing:ends_later', { count: span.nights })}</span>
        </sup>
      )}
      {other && <span className="muted"> {other}</span>}
    </span>
  )
}

export function ShiftCard({ shift, zone, place }: { shift: Shift; zone: string; place?: string }) {
  const Icon = shiftIcons[shift.state]
  return (
    <Link
      href={`/shifts/${shift.id}`}
      className={`${css.shift} ${css[shift.state]} ${place ? css.large : ''}`}
      title={shift.note || undefined}
    >
      <span className={css.head}>
        <strong>
          <ShiftTimes shift={shift} zone={zone} bare={!place} />
        </strong>
        {place && <span className={css.place}>{place}</span>}
      </span>
      <span className={css.foot}>
        <span className={css.state}>
          <Icon size={14} aria-hidden /> {t(`staffing:short_states.${shift.state}`)}
        </span>
        <span className="num">
          <span aria-hidden>
            {shift.taken}/{shift.places}
          </span>
          <span className="sr">{placesWords(shift)}</span>
        </span>
      </span>
    </Link>
  )
}
