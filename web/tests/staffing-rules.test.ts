import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AskingSettings, BookingView, RankSettings, RuleSettings, Strategy } from '@/client'

const r = await import('@/screens/staffing/rules')
const { nextOnes, tidy } = await import('@/screens/staffing/strategy')
const h = await import('@/screens/staffing/hours')

const api = JSON.parse(readFileSync(join(import.meta.dirname, '../openapi.json'), 'utf8')) as {
  components: { schemas: Record<string, { properties: Record<string, { $ref?: string; type?: string }> }> }
}
/** Every number of a part in the API, as a path. */
function numbersOf(schema: string, prefix = ''): string[] {
  return Object.entries(api.components.schemas[schema]!.properties).flatMap(([key, value]) => {
    const inner = value.$ref?.split('/').at(-1)
    if (inner && api.components.schemas[inner]!.properties) return numbersOf(inner, `${prefix}${key}.`)
    return value.type === 'integer' ? [`${prefix}${key}`] : []
  })
}

describe('the rules screen', () => {
  it('has every rule and every number of the program', () => {
    const rules = r.ruleGroups.flatMap((g) => g.rules)
    const known = Object.keys(api.components.schemas.RuleSettings!.properties).filter(
      (k) => k !== 'full_time_week_minutes',
    )
    expect(rules.map((x) => x.key).sort()).toEqual(known.sort())
    expect(rules.flatMap((x) => x.numbers.map((n) => n.path)).sort()).toEqual(numbersOf('RuleSettings').sort())
    expect([...r.rankNumbers.map((n) => n.path), ...r.weights.map((w) => `weights.${w}`)].sort()).toEqual(
      numbersOf('RankSettings').sort(),
    )
    expect(r.askingNumbers.map((n) => n.path).sort()).toEqual(numbersOf('AskingSettings').sort())
  })
  it('shows hours and keeps minutes', () => {
    expect([r.shown(660, 'hours'), r.shown(2250, 'hours'), r.shown(30, 'minutes')]).toEqual(['11', '37.5', '30'])
    expect([
      r.readNumber('37,5', 'hours'),
      r.readNumber('11', 'hours'),
      r.readNumber(' ', 'hours'),
      r.readNumber('x', 'days'),
    ]).toEqual([2250, 660, undefined, undefined])
  })
  it('changes one value and leaves the old part as it was', () => {
    const before = { daily_rest: { level: 'block', minutes: 660 }, overlap: { level: 'block' } } as RuleSettings
    const after = r.changed(before, 'daily_rest.minutes', 600)
    expect([r.numberAt(after, 'daily_rest.minutes'), r.numberAt(before, 'daily_rest.minutes')]).toEqual([600, 660])
    expect(after.overlap).toBe(before.overlap)
    expect(r.changed({ lately_days: 1 } as RankSettings, 'lately_days', 2).lately_days).toBe(2)
    expect(r.changed({ max_per_day: 1 } as AskingSettings, 'max_per_day', 2).max_per_day).toBe(2)
  })
})

describe('who is next', () => {
  const one = (person_id: string, more: object = {}) => ({
    person_id,
    askable: true,
    favourite: false,
    in_pool: false,
    ...more,
  })
  const ranked = [
    one('a', { favourite: true }),
    one('b', { in_pool: true }),
    one('c'),
    one('d', { askable: false, favourite: true }),
  ]
  const next = (s: Strategy, step: number, asked: string[] = [], free = 1) =>
    nextOnes(s, step, ranked, new Set(asked), free).map((c) => c.person_id)
  it('is the best of those left, one by one', () => {
    expect(next({ kind: 'one_by_one' }, 1, ['a'])).toEqual(['b'])
    expect(next({ kind: 'one_by_one' }, 1, ['a'], 2)).toEqual(['b', 'c'])
  })
  it('is the group of the wave, and whoever an earlier one left out', () => {
    expect([0, 1, 2, 3].map((step) => next({ kind: 'waves' }, step))).toEqual([['a'], ['a', 'b'], ['a', 'b', 'c'], []])
  })
  it('is everybody left where all are asked at once, and nobody where nobody is asked', () => {
    expect(next({ kind: 'broadcast' }, 0, ['a'])).toEqual(['b', 'c'])
    expect(next({ kind: 'direct' }, 0)).toEqual([])
  })
  it('sends only the fields of its kind', () => {
    expect(tidy({ kind: 'broadcast', minutes: 5, waves: [] })).toEqual({ kind: 'broadcast' })
    expect(tidy({ kind: 'one_by_one', waves: [] })).toEqual({ kind: 'one_by_one', minutes: 30 })
  })
})

describe('hours', () => {
  const booking = (more: Partial<BookingView> = {}) =>
    ({
      state: 'booked',
      starts_at: '2026-11-02T07:00:00Z',
      ends_at: '2026-11-02T15:00:00Z',
      break_minutes: 30,
      name: 'Demo',
      person_id: 'p',
      ...more,
    }) as BookingView
  const now = Date.parse('2026-11-03T00:00:00Z')
  it('are what was worked, else what was planned, without the break', () => {
    expect(h.workedMinutes(booking(), now)).toBe(450)
    expect(h.workedMinutes(booking(), Date.parse('2026-11-02T14:59:00Z'))).toBe(0)
    expect(h.countedMinutes(booking())).toBe(450)
    expect(
      h.workedMinutes(booking({ worked_from: '2026-11-02T07:00:00Z', worked_until: '2026-11-02T16:00:00Z' }), now),
    ).toBe(510)
    expect(h.workedMinutes(booking({ state: 'cancelled_by_office' }), now)).toBe(0)
  })
  it.each([
    [{ ends_at: '2026-11-04T00:00:00Z' }, 'coming', false],
    [{}, 'none', true],
    [{ person_confirmed_at: 'x' }, 'person', true],
    [{ office_confirmed_at: 'x' }, 'office', false],
    [{ person_confirmed_at: 'x', office_confirmed_at: 'x' }, 'both', false],
  ])('%o stand at %s', (more, state, due) => {
    expect(h.hoursState(booking(more), now)).toBe(state)
    expect(h.awaitsOffice(booking(more), now)).toBe(due)
  })
  it('are summed by row, without what was cancelled', () => {
    const rows = h.monthRows(
      [booking(), booking({ state: 'cancelled_by_person' })],
      30,
      (b) => b.person_id,
      (b) => b.name ?? '',
      () => 2,
    )
    expect(rows).toMatchObject([{ key: 'p', count: 1, minutes: 450 }])
    expect(rows[0]!.days[1]).toHaveLength(1)
  })
})
