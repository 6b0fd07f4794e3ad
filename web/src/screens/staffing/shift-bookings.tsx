// Who is booked for a shift, with the way out.

import { useState } from 'react'
import { type BookingView, cancelBooking, type Shift } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Card } from '@/ui/card'
import { IconButton } from '@/ui/icon-button'
import { IconX } from '@/ui/icons'
import { Link } from '@/ui/link'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { refreshShifts } from './data'
import { Face } from './face'
import { ReasonDialog } from './reason-dialog'
import { BookingStateMark } from './states'

export function Bookings({
  shift,
  bookings,
  write,
  over,
}: {
  shift: Shift
  bookings: BookingView[]
  write: boolean
  over: boolean
}) {
  const [ending, setEnding] = useState<BookingView>()
  const booked = bookings.filter((b) => b.state === 'booked')
  const ended = bookings.filter((b) => b.state !== 'booked')
  const name = (b: BookingView) => b.name ?? t('no_name')
  return (
    <Card title={t('staffing:bookings.title')}>
      {booked.length + ended.length ? (
        <ul className="plain-list">
          {[...booked, ...ended].map((b) => (
            <li key={b.id} className="row row-between row-top">
              {write && <Face id={b.person_id} name={b.name} at={b.picture_at} />}
              <div className="grow">
                {write ? <Link href={`/substitutes/${b.person_id}`}>{name(b)}</Link> : <span>{name(b)}</span>}
                <div>
                  <BookingStateMark state={b.state} />
                </div>
                <div className="muted small">
                  <Time at={b.cancelled_at ?? b.booked_at} />
                </div>
                {b.reason && <div className="small wrap">“{b.reason}”</div>}
                {b.overridden && <div className="small">{t('staffing:bookings.overridden')}</div>}
              </div>
              {write && !over && b.state === 'booked' && (
                <IconButton
                  danger
                  label={t('staffing:bookings.cancel_named', { name: name(b) })}
                  onClick={() => setEnding(b)}
                >
                  <IconX size={16} aria-hidden />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="muted">{t('staffing:bookings.none')}</p>
      )}
      {ending && (
        <ReasonDialog
          title={t('staffing:bookings.cancel_title', { name: name(ending) })}
          body={t(
            shift.strategy.kind === 'direct' ? 'staffing:bookings.cancel_body_direct' : 'staffing:bookings.cancel_body',
          )}
          label={t('staffing:bookings.cancel_label')}
          hint={t('staffing:bookings.reason_hint')}
          close={() => setEnding(undefined)}
          send={async (reason) => {
            await ask(cancelBooking({ path: { id: ending.id }, body: { reason } }))
            await refreshShifts()
            toast('good', t('staffing:bookings.cancelled', { name: name(ending) }))
          }}
        />
      )}
    </Card>
  )
}
