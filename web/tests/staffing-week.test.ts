import { describe, expect, it } from 'vitest'

const w = await import('@/screens/staffing/week')

describe('weeks', () => {
  it.each([
    ['2026-11-22', '2026-11-16', 47],
    ['2026-01-01', '2025-12-29', 1],
    ['2027-01-01', '2026-12-28', 53],
    ['2026-03-29', '2026-03-23', 13],
  ])('%s is in the week of %s, number %i', (day, monday, number) => {
    expect(w.mondayOf(day)).toBe(monday)
    expect(w.weekNumber(day)).toBe(number)
  })
  it('know a day when they see one', () => {
    expect(['2026-02-29', '2026-2-1', 'today', undefined, '2028-02-29'].map((d) => w.isDay(d))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ])
  })
  it('reach over every zone of the earth', () => {
    const { from, until } = w.reachOf('2026-11-16', '2026-11-22')
    expect(from <= '2026-11-15T10:00:00.000Z').toBe(true) // Monday begins on Kiritimati
    expect(until >= '2026-11-23T12:00:00.000Z').toBe(true) // Sunday ends on Baker Island
  })
})

describe('months', () => {
  it('have all their days, in whole weeks', () => {
    expect(w.daysOfMonth('2026-02')).toHaveLength(28)
    expect(w.daysOfMonth('2028-02').at(-1)).toBe('2028-02-29')
    expect(w.addMonths('2026-11', 2)).toBe('2027-01')
    const weeks = w.weeksOfMonth('2026-11')
    expect([weeks[0]![0], weeks.at(-1)!.at(-1)]).toEqual(['2026-10-26', '2026-12-06'])
  })
  it('span from midnight to midnight in their zone', () => {
    expect(w.monthSpan('2026-03', 'Europe/Oslo')).toEqual({
      from: '2026-02-28T23:00:00.000Z',
      until: '2026-03-31T22:00:00.000Z',
    })
  })
})

describe('a shift written down', () => {
  const span = (day: string, from: string, until: string) => ({ day, from, until, nights: w.nightsFor(from, until) })
  it.each([
    ['2026-11-21', '08:00', '16:00', 0, 480],
    ['2026-11-21', '22:00', '07:00', 1, 540],
    ['2026-03-28', '22:00', '07:00', 1, 480],
    ['2026-10-24', '22:00', '07:00', 1, 600],
    ['2026-11-21', '08:00', '08:00', 1, 1440],
  ])('%s %s–%s goes over %i midnights and lasts %i minutes', (day, from, until, nights, minutes) => {
    const at = w.instantsOf(span(day, from, until), 'Europe/Oslo')!
    expect(w.nightsFor(from, until)).toBe(nights)
    expect(w.minutesBetween(at.starts_at, at.ends_at)).toBe(minutes)
    expect(w.spanIn(at.starts_at, at.ends_at, 'Europe/Oslo')).toEqual({ day, from, until, nights })
  })
  it('is nothing while something is missing', () => {
    expect(w.instantsOf({ day: '', from: '08:00', until: '16:00', nights: 0 }, 'UTC')).toBeUndefined()
    expect(w.instantsOf({ day: '2026-11-21', from: '', until: '16:00', nights: 0 }, 'UTC')).toBeUndefined()
  })
  it('has clocks of the whole day', () => {
    expect([w.minuteOf('08:15'), w.clockOf(495), w.clockOf(1440)]).toEqual([495, '08:15', '24:00'])
  })
})
