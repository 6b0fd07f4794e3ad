// Days, weeks and months as the office sees them. A day is text, `2026-11-21`, so that no time zone can move it;
// instants become days and clocks in the zone of a workplace, and only here.
import { utcToWall, wallToUtc } from '@/lib/time'

export type Day = string

const at = (day: Day) => Date.parse(`${day}T00:00Z`)
const dayOf = (utc: number): Day => new Date(utc).toISOString().slice(0, 10)
const DAY = 86_400_000

export const isDay = (text: string | undefined): text is Day =>
  !!text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at(text)) && dayOf(at(text)) === text
export const addDays = (day: Day, count: number): Day => dayOf(at(day) + count * DAY)
export const daysBetween = (from: Day, until: Day): number => Math.round((at(until) - at(from)) / DAY)
/** 1 is Monday (ISO 8601). */
export const weekday = (day: Day): number => new Date(at(day)).getUTCDay() || 7
export const mondayOf = (day: Day): Day => addDays(day, 1 - weekday(day))
export const weekOf = (monday: Day): Day[] => Array.from({ length: 7 }, (_, i) => addDays(monday, i))

/** The number of a week: that of the year in which its Thursday lies. */
export function weekNumber(day: Day): number {
  const thursday = addDays(mondayOf(day), 3)
  return 1 + Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7)
}

export const monthOf = (day: Day): string => day.slice(0, 7)
export const isMonth = (text: string | undefined): text is string => !!text && isDay(`${text}-01`)
export function addMonths(month: string, count: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7)
}
export function daysOfMonth(month: string): Day[] {
  const first = `${month}-01`
  return Array.from({ length: daysBetween(first, `${addMonths(month, 1)}-01`) }, (_, i) => addDays(first, i))
}
/** The weeks that touch a month, from Monday to Sunday, with the days of its neighbours. */
export function weeksOfMonth(month: string): Day[][] {
  const last = daysOfMonth(month).at(-1)!
  const weeks: Day[][] = []
  for (let monday = mondayOf(`${month}-01`); monday <= last; monday = addDays(monday, 7)) weeks.push(weekOf(monday))
  return weeks
}

export const dayIn = (instant: string, zone: string): Day => utcToWall(instant, zone).slice(0, 10)
export const clockIn = (instant: string, zone: string): string => utcToWall(instant, zone).slice(11, 16)
export const today = (zone?: string): Day => utcToWall(new Date().toISOString(), zone).slice(0, 10)

/**
 * The instants to ask for so that nothing of these days is missed in any zone: the earth's zones lie within 14 hours
 * of UTC. What lies outside the days in its own zone is left out by whoever shows it.
 */
export const reachOf = (from: Day, until: Day): { from: string; until: string } => ({
  from: new Date(at(from) - 14 * 3_600_000).toISOString(),
  until: new Date(at(until) + DAY + 14 * 3_600_000).toISOString(),
})
/** From the first instant of a month in `zone` to the first of the next. */
export const monthSpan = (month: string, zone: string): { from: string; until: string } => ({
  from: wallToUtc(`${month}-01T00:00`, zone),
  until: wallToUtc(`${addMonths(month, 1)}-01T00:00`, zone),
})

export interface Span {
  day: Day
  from: string
  until: string
  /** How many midnights lie between its ends. */
  nights: number
}
export function spanIn(starts: string, ends: string, zone: string): Span {
  const day = dayIn(starts, zone)
  return { day, from: clockIn(starts, zone), until: clockIn(ends, zone), nights: daysBetween(day, dayIn(ends, zone)) }
}

/** How many midnights somebody means who writes these two clocks: 22:00–07:00 ends on the next day. */
export const nightsFor = (from: string, until: string): number => (from && until && until <= from ? 1 : 0)

/** The instants of a shift written down as a day and two clocks; undefined while something is missing. */
export function instantsOf(span: Span, zone: string): { starts_at: string; ends_at: string } | undefined {
  if (!isDay(span.day) || !/^\d\d:\d\d$/.test(span.from) || !/^\d\d:\d\d$/.test(span.until)) return undefined
  return {
    starts_at: wallToUtc(`${span.day}T${span.from}`, zone),
    ends_at: wallToUtc(`${addDays(span.day, span.nights)}T${span.until}`, zone),
  }
}

export const minutesBetween = (from: string, until: string): number =>
  Math.round((Date.parse(until) - Date.parse(from)) / 60_000)

/** 08:15 → 495; 24:00 is the end of the day. */
export const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
