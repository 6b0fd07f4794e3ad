// Every rule of the program with its numbers, so that the screen says all of them and a test that none is missing.
// Numbers are kept as the API has them; `unit` says how they are shown: hours are minutes there.
import { type AskingSettings, type RankSettings, RuleLevel, type RuleSettings } from '@/client'

export type Unit = 'hours' | 'minutes' | 'days' | 'times' | 'kilometres' | 'kmh' | 'percent' | 'points' | 'clock_hours'
export interface RuleNumber {
  /** Within the part: `daily_rest.minutes`. */
  path: string
  unit: Unit
  min: number
  max: number
}
export interface RuleEntry {
  key: Exclude<keyof RuleSettings, 'full_time_week_minutes'>
  numbers: RuleNumber[]
}

const DAY = 24 * 60
const WEEK = 7 * DAY
const hours = (path: string, min: number, max: number): RuleNumber => ({ path, unit: 'hours', min, max })

export const ruleGroups: { word: string; rules: RuleEntry[] }[] = [
  {
    word: 'rest',
    rules: [
      { key: 'daily_rest', numbers: [hours('daily_rest.minutes', 1, DAY - 1)] },
      { key: 'weekly_rest', numbers: [hours('weekly_rest.minutes', 1, WEEK - 1)] },
    ],
  },
  {
    word: 'hours',
    rules: [
      { key: 'week_ordinary', numbers: [hours('week_ordinary.max_minutes', 0, WEEK)] },
      { key: 'week_max', numbers: [hours('week_max.max_minutes', 0, WEEK)] },
      { key: 'month_max', numbers: [hours('month_max.max_minutes', 0, 31 * DAY)] },
      {
        key: 'extra_hours',
        numbers: [hours('extra_hours.max_minutes', 0, WEEK), hours('full_time_week_minutes', 0, WEEK)],
      },
    ],
  },
  {
    word: 'place',
    rules: [
      { key: 'overlap', numbers: [] },
      {
        key: 'travel',
        numbers: [
          { path: 'travel.fixed_minutes', unit: 'minutes', min: 0, max: DAY },
          { path: 'travel.kilometres_per_hour', unit: 'kmh', min: 1, max: 1000 },
          { path: 'travel.detour_percent', unit: 'percent', min: 100, max: 1000 },
        ],
      },
    ],
  },
  {
    word: 'person',
    rules: [
      { key: 'skills', numbers: [] },
      { key: 'documents', numbers: [] },
      { key: 'excluded_by_workplace', numbers: [] },
      { key: 'excluded_by_person', numbers: [] },
      { key: 'paused', numbers: [] },
      { key: 'unavailable', numbers: [] },
    ],
  },
]
export const levels = Object.values(RuleLevel)

export const weights = ['favourite', 'skills', 'asked', 'hours', 'distance', 'warnings'] as const
export const rankNumbers: RuleNumber[] = [
  { path: 'lately_days', unit: 'days', min: 1, max: 366 },
  { path: 'asked_cap', unit: 'times', min: 1, max: 10_000 },
  { path: 'hours_cap_minutes', unit: 'hours', min: 1, max: 1_000_000 },
  { path: 'distance_cap_kilometres', unit: 'kilometres', min: 1, max: 20_000 },
]
export const askingNumbers: RuleNumber[] = [
  { path: 'max_per_day', unit: 'times', min: 1, max: 50 },
  { path: 'cancel_hours', unit: 'clock_hours', min: 0, max: 720 },
  { path: 'reminder_hours', unit: 'clock_hours', min: 0, max: 168 },
]

type Part = RuleSettings | RankSettings | AskingSettings

export function numberAt(part: Part, path: string): number {
  let value: unknown = part
  for (const key of path.split('.')) value = (value as Record<string, unknown>)[key]
  return Number(value)
}

/** The part with one value changed; nothing of the old one is touched. */
export function changed<T extends Part>(part: T, path: string, value: unknown): T {
  const [head, ...rest] = path.split('.') as [string, ...string[]]
  const old = (part as unknown as Record<string, unknown>)[head]
  const next = rest.length ? changed(old as Part, rest.join('.'), value) : value
  return { ...part, [head]: next }
}

/** What stands in the field: hours for minutes, with at most two decimals. */
export const shown = (value: number, unit: Unit): string =>
  unit === 'hours' ? String(Math.round((value / 60) * 100) / 100) : String(value)
/** The reverse; undefined for what is no number. */
export function readNumber(text: string, unit: Unit): number | undefined {
  const value = Number(text.trim().replace(',', '.'))
  if (!text.trim() || !Number.isFinite(value)) return undefined
  return Math.round(unit === 'hours' ? value * 60 : value)
}

/** Whether a rule says the same in both. */
export const sameRule = (a: RuleSettings, b: RuleSettings, rule: RuleEntry): boolean =>
  JSON.stringify(a[rule.key]) === JSON.stringify(b[rule.key]) &&
  rule.numbers.every((n) => numberAt(a, n.path) === numberAt(b, n.path))
