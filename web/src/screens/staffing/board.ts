// How a week of shifts is laid out. What needs somebody stands first: unfilled, then waiting for approval, then open.

import type { Shift, ShiftState, Workplace } from '@/client'
import { every } from '@/lib/every'
import { collate } from '@/lib/intl'
import { type Day, dayIn, weekOf } from './week'

export const states = every<ShiftState>()(['unfilled', 'requested', 'open', 'draft', 'filled', 'cancelled'])
const urgency = Object.fromEntries(states.map((s, i) => [s, i])) as Record<ShiftState, number>

export type Tally = Record<ShiftState, number>
export interface BoardRow {
  workplace: Workplace
  /** Monday to Sunday. */
  days: Shift[][]
  count: number
}
export interface Board {
  rows: BoardRow[]
  /** Workplaces that have nothing to show this week. */
  idle: Workplace[]
  days: { day: Day; shifts: Shift[] }[]
  tally: Tally
}

export const emptyTally = (): Tally => ({ draft: 0, requested: 0, open: 0, filled: 0, cancelled: 0, unfilled: 0 })

const byUrgency = (a: Shift, b: Shift) =>
  urgency[a.state] - urgency[b.state] || a.starts_at.localeCompare(b.starts_at) || a.id.localeCompare(b.id)
const byTime = (a: Shift, b: Shift) => a.starts_at.localeCompare(b.starts_at) || byUrgency(a, b)

/** Shifts of the week that begins on `monday`, counted by state. */
export function tallyOf(shifts: Shift[], zones: Map<string, string>, monday: Day): Tally {
  const tally = emptyTally()
  const days = new Set(weekOf(monday))
  for (const s of shifts) if (days.has(dayIn(s.starts_at, zones.get(s.workplace_id) ?? 'UTC'))) tally[s.state] += 1
  return tally
}

/**
 * Lays out the week that begins on `monday`. Cancelled shifts are shown only when asked for. Rows in which something
 * is unfilled come first, then those that wait for approval, and so on; within the same, by name. On a day, what needs
 * somebody stands before the rest.
 */
export function layOut(
  shifts: Shift[],
  workplaces: Workplace[],
  monday: Day,
  filter: { state?: ShiftState; workplace?: string } = {},
): Board {
  const days = weekOf(monday)
  const column = new Map(days.map((d, i) => [d, i]))
  const rows = new Map<string, BoardRow>()
  for (const workplace of workplaces) {
    if (filter.workplace && workplace.id !== filter.workplace) continue
    rows.set(workplace.id, { workplace, days: days.map(() => []), count: 0 })
  }
  const lists = days.map((day) => ({ day, shifts: [] as Shift[] }))
  const tally = emptyTally()
  const worst = new Map<string, number>()
  for (const shift of shifts) {
    const row = rows.get(shift.workplace_id)
    const at = row && column.get(dayIn(shift.starts_at, row.workplace.time_zone))
    if (!row || at === undefined) continue
    tally[shift.state] += 1
    if (filter.state ? shift.state !== filter.state : shift.state === 'cancelled') continue
    row.days[at]!.push(shift)
    row.count += 1
    lists[at]!.shifts.push(shift)
    worst.set(shift.workplace_id, Math.min(worst.get(shift.workplace_id) ?? states.length, urgency[shift.state]))
  }
  for (const row of rows.values()) for (const cell of row.days) cell.sort(byTime)
  for (const list of lists) list.shifts.sort(byUrgency)
  const all = [...rows.values()]
  return {
    rows: all
      .filter((r) => r.count > 0)
      .sort(
        (a, b) =>
          worst.get(a.workplace.id)! - worst.get(b.workplace.id)! || collate(a.workplace.name, b.workplace.name),
      ),
    idle: all.filter((r) => r.count === 0).map((r) => r.workplace),
    days: lists,
    tally,
  }
}
