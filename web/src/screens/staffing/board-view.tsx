// The week drawn: a table of workplaces and days, or on a phone a list by day. Rows are filled when they come near
// the screen, and workplaces without shifts are one line, so that two hundred of them stay quick.

import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Workplace } from '@/client'
import { t } from '@/lib/i18n'
import { formatDay } from '@/lib/time'
import cardCss from '@/ui/card.module.css'
import { IconButton } from '@/ui/icon-button'
import { IconPlus } from '@/ui/icons'
import type { Board, BoardRow } from './board'
import css from './board-view.module.css'
import { useSeen } from './seen'
import { otherZone, ShiftCard } from './shift-card'
import { type Day, today, weekOf } from './week'

const FIRST = 12

export function BoardTable(props: { board: Board; monday: Day; onNew?: (workplace: string, day?: Day) => void }) {
  const { board, monday } = props
  const now = today()
  return (
    <div className={`${cardCss.card} ${cardCss.flush} ${css.box}`}>
      <table className={css.board} aria-label={t('staffing:board.title')}>
        <thead>
          <tr>
            <th scope="col" className={css.place}>
              {t('staffing:workplace')}
            </th>
            {weekOf(monday).map((day) => (
              <th
                key={day}
                scope="col"
                className={day === now ? css.today : undefined}
                aria-current={day === now ? 'date' : undefined}
              >
                {formatDay(day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {board.rows.map((row, i) => (
            <Row key={row.workplace.id} row={row} monday={monday} now={now} first={i < FIRST} onNew={props.onNew} />
          ))}
        </tbody>
      </table>
      <Idle workplaces={board.idle} onNew={props.onNew} />
    </div>
  )
}

function Row({
  row,
  monday,
  now,
  first,
  onNew,
}: {
  row: BoardRow
  monday: Day
  now: Day
  first: boolean
  onNew?: (workplace: string) => void
}) {
  const [ref, seen] = useSeen<HTMLTableRowElement>(first)
  const { workplace } = row
  const most = Math.max(...row.days.map((d) => d.length))
  return (
    <tr ref={ref}>
      <th scope="row" className={css.place}>
        <PlaceHead workplace={workplace} monday={monday} onNew={onNew} />
      </th>
      {weekOf(monday).map((day, i) => (
        <td
          key={day}
          className={day === now ? css.today : undefined}
          style={seen || i ? undefined : { height: most * 52 + 12 }}
        >
          {seen && row.days[i]!.length > 0 && (
            <div className={css.shifts}>
              {row.days[i]!.map((s) => (
                <ShiftCard key={s.id} shift={s} zone={workplace.time_zone} />
              ))}
            </div>
          )}
        </td>
      ))}
    </tr>
  )
}

function PlaceHead(props: { workplace: Workplace; monday: Day; onNew?: (workplace: string) => void }) {
  const { workplace, onNew } = props
  const zone = otherZone(`${props.monday}T12:00Z`, workplace.time_zone)
  return (
    <div className={css.placeHead}>
      <span className="grow wrap">
        {workplace.name}
        {zone && <span className="muted small"> {t('staffing:board.in_zone', { zone })}</span>}
      </span>
      {onNew && (
        <IconButton label={t('staffing:board.new_at', { name: workplace.name })} onClick={() => onNew(workplace.id)}>
          <IconPlus size={16} aria-hidden />
        </IconButton>
      )}
    </div>
  )
}

function Idle({ workplaces, onNew }: { workplaces: Workplace[]; onNew?: (workplace: string) => void }) {
  const [open, setOpen] = useState(false)
  if (!workplaces.length) return null
  return (
    <div className={css.idle}>
      <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('staffing:board.idle', { count: workplaces.length })}
      </button>
      {open && (
        <ul className={css.idleList}>
          {workplaces.map((w) => (
            <li key={w.id}>
              <span className="grow wrap">{w.name}</span>
              {onNew && (
                <IconButton label={t('staffing:board.new_at', { name: w.name })} onClick={() => onNew(w.id)}>
                  <IconPlus size={16} aria-hidden />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const PAGE = 60

export function BoardList({ board, places }: { board: Board; places: Map<string, Workplace> }) {
  const now = today()
  return (
    <div className="sections">
      {board.days.map(({ day, shifts }) => (
        <section
          key={day}
          className={css.day}
          aria-label={formatDay(day, { weekday: 'long', day: 'numeric', month: 'long' })}
        >
          <h2 className={day === now ? css.today : undefined}>
            {formatDay(day, { weekday: 'long', day: 'numeric', month: 'long' })}
            {day === now && <span className="muted"> {t('staffing:board.today')}</span>}
          </h2>
          {shifts.length ? (
            <DayList key={day} shifts={shifts} places={places} />
          ) : (
            <p className="muted small">{t('staffing:board.no_shifts_day')}</p>
          )}
        </section>
      ))}
    </div>
  )
}

function DayList({ shifts, places }: { shifts: Board['days'][number]['shifts']; places: Map<string, Workplace> }) {
  const [shown, setShown] = useState(PAGE)
  return (
    <>
      <div className={css.shifts}>
        {shifts.slice(0, shown).map((s) => {
          const place = places.get(s.workplace_id)
          return <ShiftCard key={s.id} shift={s} zone={place?.time_zone ?? 'UTC'} place={place?.name ?? '–'} />
        })}
      </div>
      {shifts.length > shown && (
        <Button variant="default" size="xs" onClick={() => setShown(shown + PAGE)}>
          {t('show_more')}
        </Button>
      )}
    </>
  )
}
