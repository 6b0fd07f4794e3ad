// Times always carry their zone. The zone is the user's, else the tenant's, else the browser's.
import { dateFormat, numberFormat } from './intl'

let zone = Intl.DateTimeFormat().resolvedOptions().timeZone
export const setZone = (name: string | undefined) => {
  if (!name) return
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    zone = name
  } catch {
    // An unknown zone name leaves the browser's.
  }
}
export const currentZone = () => zone

export function formatTime(at: string | Date, inZone = zone): string {
  return dateFormat({
    timeZone: inZone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(at))
}

export function formatDate(at: string | Date): string {
  return dateFormat({
    timeZone: zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  }).format(new Date(at))
}

export function formatHour(at: string | Date): string {
  return dateFormat({
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(at))
}

/** A date of the calendar, `2026-11-21`, which is the same wherever one reads it. */
export const formatDay = (
  day: string,
  style: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' },
): string => dateFormat({ timeZone: 'UTC', ...style }).format(new Date(`${day}T12:00Z`))

/** The short name of a zone at an instant: CET, GMT+2. */
export const zoneShort = (at: string | Date, inZone: string): string =>
  dateFormat({ timeZone: inZone, timeZoneName: 'short' })
    .formatToParts(new Date(at))
    .find((p) => p.type === 'timeZoneName')?.value ?? inZone

export const formatNumber = (n: number, digits = 0): string => numberFormat({ maximumFractionDigits: digits }).format(n)

export const formatPercent = (part: number, whole: number): string =>
  whole > 0 ? numberFormat({ style: 'percent', maximumFractionDigits: 1 }).format(part / whole) : '–'

export function formatBytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let i = 0
  let value = n
  while (value >= 1000 && i < units.length - 1) {
    value /= 1000
    i += 1
  }
  return `${formatNumber(value, value < 10 && i > 0 ? 1 : 0)} ${units[i]}`
}

// Making a formatter costs more than using it: boards and calendars read thousands of wall clocks.
const clocks = new Map<string, Intl.DateTimeFormat>()
function clockOf(inZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(inZone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: inZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    clocks.set(inZone, clock)
  }
  return clock
}

/** Offset of `inZone` from UTC at the instant `utc`, in milliseconds. */
function zoneOffset(utc: number, inZone: string): number {
  const parts = clockOf(inZone).formatToParts(utc)
  const n = (type: string) => Number(parts.find((p) => p.type === type)?.value)
  return (
    Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second')) - Math.floor(utc / 1000) * 1000
  )
}

/** `2026-11-21T09:30` as read on a wall clock in `inZone` → RFC 3339 in UTC. */
export function wallToUtc(wall: string, inZone = zone): string {
  const guess = Date.parse(`${wall}Z`)
  const first = guess - zoneOffset(guess, inZone)
  // A second round settles the hours around a change to or from summer time.
  return new Date(guess - zoneOffset(first, inZone)).toISOString()
}

/** The reverse, for an `<input type="datetime-local">`. */
export function utcToWall(at: string, inZone = zone): string {
  const utc = Date.parse(at)
  return new Date(utc + zoneOffset(utc, inZone)).toISOString().slice(0, 16)
}

export const zoneNames = (): string[] => Intl.supportedValuesOf('timeZone')
