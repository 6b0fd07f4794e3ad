// When a substitute can work: a month that puts together what they have said with what they are booked for, and the
// statements one by one.

import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import {
  type AvailabilityKind,
  type AvailabilityView,
  type BookingView,
  deleteAvailability,
  listAvailabilityOptions,
} from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { currentZone, formatDay } from '@/lib/time'
import { useUrl } from '@/lib/url'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { IconButton } from '@/ui/icon-button'
import { IconBan, IconCheck, IconMessageQuestion, IconPlayerPause, IconPlus, IconTrash } from '@/ui/icons'
import { Link } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { toast } from '@/ui/toast'
import { type Piece, piecesOf } from './availability'
import css from './availability-card.module.css'
import { bookingsQuery, useNames, zoneOf } from './data'
import { MonthHead, weekdayNames } from './day-picker'
import { AvailabilityForm } from './later'
import { ShiftTimes } from './shift-card'
import { clockOf, type Day, dayIn, daysOfMonth, isMonth, monthOf, monthSpan, today, weeksOfMonth } from './week'

const icons = {
  available: IconCheck,
  unavailable: IconBan,
  ask_anyway: IconMessageQuestion,
  pause: IconPlayerPause,
} satisfies Record<AvailabilityKind, typeof IconBan>

export function Availability({ id, write }: { id: string; write: boolean }) {
  const [url, setUrl] = useUrl()
  const [adding, setAdding] = useState<Day | true>()
  const month = isMonth(url.month) ? url.month : monthOf(today())
  const said = useQuery(listAvailabilityOptions({ path: { id } }))
  const bookings = useQuery(bookingsQuery({ ...monthSpan(month, currentZone()), person: id }))
  return (
    <Card
      title={t('staffing:availability.title')}
      note={t('staffing:availability.note')}
      actions={
        write && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            {t('staffing:availability.add')}
          </Button>
        )
      }
    >
      <MonthHead month={month} onPick={(m) => setUrl({ month: m === monthOf(today()) ? undefined : m })} />
      <Loaded query={said} block={300}>
        {({ items }) => (
          <>
            <Month
              month={month}
              said={items}
              booked={bookings.data?.items.filter((b) => b.state === 'booked') ?? []}
              onDay={write ? setAdding : undefined}
            />
            <Legend />
            <Statements id={id} said={items} write={write} />
          </>
        )}
      </Loaded>
      <Suspense>
        {adding && (
          <AvailabilityForm id={id} day={adding === true ? undefined : adding} close={() => setAdding(undefined)} />
        )}
      </Suspense>
    </Card>
  )
}

function Legend() {
  return (
    <ul className={css.legend}>
      {(Object.keys(icons) as AvailabilityKind[]).map((kind) => {
        const Icon = icons[kind]
        return (
          <li key={kind} className={`${css.piece} ${css[kind]}`}>
            <Icon size={13} aria-hidden /> {t(`staffing:availability.kinds.${kind}`)}
          </li>
        )
      })}
      <li className="muted">{t('staffing:availability.unknown')}</li>
    </ul>
  )
}

/** 08:00 is 8 where there is little room. */
const brief = (minute: number) => (minute % 60 ? clockOf(minute) : String(minute / 60))

function PieceMark({ piece }: { piece: Piece }) {
  const Icon = icons[piece.kind]
  const whole = piece.from === 0 && piece.until === 1440
  return (
    <span className={`${css.piece} ${css[piece.kind]}`}>
      <Icon size={13} aria-hidden />
      {whole ? (
        t(`staffing:availability.short.${piece.kind}`)
      ) : (
        <>
          <span className="num">
            {brief(piece.from)}–{brief(piece.until)}
          </span>
          <span className="sr">{t(`staffing:availability.short.${piece.kind}`)}</span>
        </>
      )}
    </span>
  )
}

function Month(props: { month: string; said: AvailabilityView[]; booked: BookingView[]; onDay?: (day: Day) => void }) {
  const { month, said, booked, onDay } = props
  const names = useNames()
  const phone = useMediaQuery('(max-width: 699px)', undefined, { getInitialValueInEffect: false })
  const byDay = new Map<Day, BookingView[]>()
  for (const b of booked) {
    const day = dayIn(b.starts_at, zoneOf(names.places, b))
    byDay.set(day, [...(byDay.get(day) ?? []), b])
  }
  const now = today()
  const inside = (day: Day) => (
    <>
      {piecesOf(said, day).map((p) => (
        <PieceMark key={p.from} piece={p} />
      ))}
      {byDay.get(day)?.map((b) => (
        <Link
          key={b.id}
          href={`/shifts/${b.shift_id}`}
          className={`${css.piece} ${css.booked}`}
          title={names.places.get(b.workplace_id)?.name}
        >
          <ShiftTimes shift={b} zone={zoneOf(names.places, b)} />{' '}
          <span className={css.place}>{names.places.get(b.workplace_id)?.name}</span>
        </Link>
      ))}
    </>
  )
  const label = (day: Day) => formatDay(day, { weekday: 'long', day: 'numeric', month: 'long' })
  if (phone) {
    const days = daysOfMonth(month).filter((d) => byDay.has(d) || piecesOf(said, d).length > 0)
    return days.length ? (
      <ul className="plain-list">
        {days.map((day) => (
          <li key={day} className={css.line}>
            <span className={day === now ? 'strong' : undefined}>{formatDay(day)}</span>
            <span className={css.pieces}>{inside(day)}</span>
          </li>
        ))}
      </ul>
    ) : (
      <p className="muted">{t('staffing:availability.nothing')}</p>
    )
  }
  return (
    <table className={css.month} aria-label={formatDay(`${month}-01`, { month: 'long', year: 'numeric' })}>
      <thead>
        <tr>
          {weekdayNames().map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOfMonth(month).map((week) => (
          <tr key={week[0]}>
            {week.map((day) => (
              <td key={day} className={monthOf(day) === month ? (day === now ? css.today : undefined) : css.other}>
                {monthOf(day) === month && (
                  <div className={css.pieces}>
                    {onDay && day >= now ? (
                      <button
                        type="button"
                        className={css.day}
                        aria-label={t('staffing:availability.add_on', { day: label(day) })}
                        onClick={() => onDay(day)}
                      >
                        {Number(day.slice(8))}
                      </button>
                    ) : (
                      <span className={css.day}>{Number(day.slice(8))}</span>
                    )}
                    {inside(day)}
                  </div>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const date = { day: 'numeric', month: 'short', year: 'numeric' } as const

/** "Mondays and Tuesdays 08:00–16:00, 1 Jan – 30 Jun 2026". */
export function statementWords(s: AvailabilityView): string {
  const days =
    s.from_date === s.until_date
      ? formatDay(s.from_date, { weekday: 'long', ...date })
      : `${formatDay(s.from_date, date)} – ${formatDay(s.until_date, date)}`
  const names = weekdayNames()
  const which =
    s.weekdays.length === 7 || s.from_date === s.until_date ? '' : s.weekdays.map((d) => names[d - 1]).join(', ')
  const whole = s.from_minute === 0 && s.until_minute === 1440
  const clock = whole ? t('staffing:availability.all_day') : `${clockOf(s.from_minute)}–${clockOf(s.until_minute)}`
  return [which, clock, days].filter(Boolean).join(' · ')
}

function Statements({ id, said, write }: { id: string; said: AvailabilityView[]; write: boolean }) {
  const [all, setAll] = useState(false)
  if (!said.length) return <p className="muted">{t('staffing:availability.none')}</p>
  return (
    <div className="stack-s">
      <h3>{t('staffing:availability.statements')}</h3>
      <ul className="plain-list">
        {(all ? said : said.slice(0, 8)).map((s) => {
          const Icon = icons[s.kind]
          return (
            <li key={s.id} className="row row-between">
              <span className="grow">
                <span className={`${css.piece} ${css[s.kind]}`}>
                  <Icon size={13} aria-hidden /> {t(`staffing:availability.kinds.${s.kind}`)}
                </span>{' '}
                {statementWords(s)}
              </span>
              {write && (
                <IconButton
                  danger
                  label={t('staffing:availability.remove', { words: statementWords(s) })}
                  onClick={() =>
                    confirm({
                      title: t('staffing:availability.remove_title'),
                      body: `${t(`staffing:availability.kinds.${s.kind}`)}: ${statementWords(s)}`,
                      label: t('staffing:availability.remove_label'),
                      run: async () => {
                        await ask(deleteAvailability({ path: { id, statement: s.id } }))
                        await refresh('listAvailability', { path: { id } })
                        toast('good', t('staffing:availability.removed'))
                      },
                    })
                  }
                >
                  <IconTrash size={16} aria-hidden />
                </IconButton>
              )}
            </li>
          )
        })}
      </ul>
      {said.length > 8 && !all && (
        <div>
          <Button size="xs" variant="default" onClick={() => setAll(true)}>
            {t('staffing:availability.show_all', { count: said.length })}
          </Button>
        </div>
      )}
    </div>
  )
}
