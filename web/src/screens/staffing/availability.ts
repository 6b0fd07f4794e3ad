// What a substitute has said about a day, put together as the program does when it ranks
// (src/staffing/fit/availability.hpp): pauses, then single days, then periods of at most 62 days, then everything
// longer; and within each the newest.
import { AvailabilityKind, type AvailabilityView } from '@/client'
import { addDays, type Day, daysBetween, weekday } from './week'

export const availabilityKinds = Object.values(AvailabilityKind)
const PERIOD_DAYS = 62

export interface Piece {
  from: number
  until: number
  kind: AvailabilityKind
}

type Statement = Omit<AvailabilityView, 'id'> & { id?: string }

function strength(s: Statement): number {
  if (s.kind === 'pause') return 0
  const days = daysBetween(s.from_date, s.until_date) + 1
  return days === 1 ? 1 : days <= PERIOD_DAYS ? 2 : 3
}

/** The minutes of `day` that a statement covers, which may have begun the evening before. */
function parts(s: Statement, day: Day): [number, number][] {
  const holds = (d: Day) => d >= s.from_date && d <= s.until_date && s.weekdays.includes(weekday(d))
  const over = s.until_minute <= s.from_minute
  const out: [number, number][] = []
  if (holds(day)) out.push([s.from_minute, over ? 1440 : s.until_minute])
  if (over && s.until_minute > 0 && holds(addDays(day, -1))) out.push([0, s.until_minute])
  return out
}

/** The day in pieces, from midnight to midnight; what nothing was said about is left out. */
export function piecesOf(statements: Statement[], day: Day): Piece[] {
  const covering = statements
    .map((s) => ({ s, parts: parts(s, day) }))
    .filter((c) => c.parts.length)
    .sort((a, b) => strength(a.s) - strength(b.s) || b.s.created_at.localeCompare(a.s.created_at))
  const cuts = [...new Set([0, 1440, ...covering.flatMap((c) => c.parts.flat())])].sort((a, b) => a - b)
  const out: Piece[] = []
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const from = cuts[i]!
    const until = cuts[i + 1]!
    const decided = covering.find((c) => c.parts.some(([a, b]) => a <= from && b >= until))
    if (!decided) continue
    const last = out.at(-1)
    if (last && last.until === from && last.kind === decided.s.kind) last.until = until
    else out.push({ from, until, kind: decided.s.kind })
  }
  return out
}
