// Hours of bookings: planned, said to be worked, and those that fall within a time.
import type { BookingView } from '@/client'
import { collate } from '@/lib/intl'
import { minutesBetween } from './week'

export const plannedMinutes = (b: BookingView): number =>
  b.state === 'booked' ? Math.max(0, minutesBetween(b.starts_at, b.ends_at) - b.break_minutes) : 0

/** Of a booking, whether it is over or not: what was said to be worked, else what is planned; the break taken off. */
export const countedMinutes = (b: BookingView): number =>
  b.state === 'booked'
    ? Math.max(0, minutesBetween(b.worked_from ?? b.starts_at, b.worked_until ?? b.ends_at) - b.break_minutes)
    : 0

/** As payroll counts it: nothing was worked before the shift is over. */
export const workedMinutes = (b: BookingView, now: number): number =>
  Date.parse(b.ends_at) <= now ? countedMinutes(b) : 0

/** Planned minutes of the bookings that begin within a time. */
export const hoursIn = (bookings: BookingView[], span: { from: string; until: string }): number =>
  bookings
    .filter((b) => Date.parse(b.starts_at) >= Date.parse(span.from) && Date.parse(b.starts_at) < Date.parse(span.until))
    .reduce((sum, b) => sum + plannedMinutes(b), 0)

/** Where the hours of a booking stand between the person and the office. */
export type HoursState = 'coming' | 'none' | 'person' | 'office' | 'both'
export function hoursState(b: BookingView, now: number): HoursState {
  if (Date.parse(b.ends_at) > now) return 'coming'
  if (b.person_confirmed_at && b.office_confirmed_at) return 'both'
  if (b.person_confirmed_at) return 'person'
  if (b.office_confirmed_at) return 'office'
  return 'none'
}

/** Whether the office has something to do: the person said hours, or nobody has. */
export const awaitsOffice = (b: BookingView, now: number): boolean =>
  b.state === 'booked' && ['none', 'person'].includes(hoursState(b, now))

export interface MonthRow {
  key: string
  name: string
  /** Bookings by day of the month, 1 first. */
  days: BookingView[][]
  count: number
  minutes: number
}

/** A month of bookings in rows: by workplace or by person, each day a cell. Cancelled ones are left out. */
export function monthRows(
  bookings: BookingView[],
  length: number,
  keyOf: (b: BookingView) => string,
  nameOf: (b: BookingView) => string,
  dayOf: (b: BookingView) => number | undefined,
): MonthRow[] {
  const rows = new Map<string, MonthRow>()
  for (const b of bookings) {
    const day = b.state === 'booked' ? dayOf(b) : undefined
    if (day === undefined || day < 1 || day > length) continue
    const key = keyOf(b)
    const row = rows.get(key) ?? { key, name: nameOf(b), days: Array.from({ length }, () => []), count: 0, minutes: 0 }
    row.days[day - 1]!.push(b)
    row.count += 1
    row.minutes += countedMinutes(b)
    rows.set(key, row)
  }
  return [...rows.values()].sort((a, b) => collate(a.name, b.name))
}
