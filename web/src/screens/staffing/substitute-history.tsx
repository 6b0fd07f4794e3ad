import { useQuery } from '@tanstack/react-query'
import type { BookingView, Substitute } from '@/client'
import { t } from '@/lib/i18n'
import { currentZone, formatDay, wallToUtc } from '@/lib/time'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Facts } from '@/ui/facts'
import { Link } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { DataTable } from '@/ui/table'
import { Time } from '@/ui/time'
import { bookingsQuery, useNames, zoneOf } from './data'
import { countedMinutes, hoursIn } from './hours'
import { ShiftTimes } from './shift-card'
import { BookingStateMark } from './states'
import { duration } from './strategy'
import { addDays, dayIn, mondayOf, monthOf, monthSpan, today } from './week'

/** Ten months back and two ahead: the most that one question may ask for. */
export function useHistory(person: string) {
  const now = today()
  const from = wallToUtc(`${addDays(now, -300)}T00:00`)
  const until = wallToUtc(`${addDays(now, 65)}T00:00`)
  return useQuery(bookingsQuery({ from, until, person }))
}

export function Standing({ one, bookings }: { one: Substitute; bookings: BookingView[] }) {
  const now = today()
  const zone = currentZone()
  const monday = mondayOf(now)
  const week = { from: wallToUtc(`${monday}T00:00`, zone), until: wallToUtc(`${addDays(monday, 7)}T00:00`, zone) }
  return (
    <Card title={t('staffing:standing')}>
      <Facts
        items={[
          [t('staffing:percent'), t('staffing:percent_of', { n: one.percent })],
          [
            t('staffing:hours_week'),
            <span key="w" className="num">
              {duration(hoursIn(bookings, week))}
            </span>,
          ],
          [
            t('staffing:hours_month'),
            <span key="m" className="num">
              {duration(hoursIn(bookings, monthSpan(monthOf(now), zone)))}
            </span>,
          ],
          [t('staffing:last_asked'), <Time key="a" at={one.last_asked_at} never={t('never')} />],
          [t('staffing:home'), t(one.latitude === undefined ? 'staffing:home_unknown' : 'staffing:home_known')],
        ]}
      />
    </Card>
  )
}

export function History({ bookings }: { bookings: ReturnType<typeof useHistory> }) {
  const names = useNames()
  return (
    <Card title={t('staffing:history')} note={t('staffing:history_note')} flush>
      <Loaded query={bookings} block={160}>
        {({ items }) =>
          items.length ? (
            <DataTable
              label={t('staffing:history')}
              rows={[...items].reverse().slice(0, 100)}
              rowKey={(b) => b.id}
              columns={[
                {
                  key: 'when',
                  header: t('staffing:when'),
                  bare: true,
                  cell: (b) => (
                    <Link href={`/shifts/${b.shift_id}`}>
                      {formatDay(dayIn(b.starts_at, zoneOf(names.places, b)))}{' '}
                      <ShiftTimes shift={b} zone={zoneOf(names.places, b)} />
                    </Link>
                  ),
                },
                {
                  key: 'where',
                  header: t('staffing:workplace'),
                  cell: (b) => names.places.get(b.workplace_id)?.name ?? '…',
                },
                { key: 'state', header: t('staffing:state'), cell: (b) => <BookingStateMark state={b.state} /> },
                {
                  key: 'hours',
                  header: t('staffing:hours_title'),
                  number: true,
                  cell: (b) => duration(countedMinutes(b)),
                },
              ]}
            />
          ) : (
            <Empty title={t('staffing:history_none')}>{t('staffing:history_none_text')}</Empty>
          )
        }
      </Loaded>
    </Card>
  )
}
