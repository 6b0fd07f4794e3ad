import { describe, expect, it } from 'vitest'
import type { AvailabilityKind } from '@/client'

const { piecesOf } = await import('@/screens/staffing/availability')

let stated = 0
const say = (kind: AvailabilityKind, from_date: string, until_date = from_date, more: object = {}) => ({
  kind,
  from_date,
  until_date,
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  from_minute: 0,
  until_minute: 1440,
  created_at: `2026-01-01T00:00:${String((stated += 1)).padStart(2, '0')}Z`,
  ...more,
})
const day = '2026-03-03' // a Tuesday
const pieces = (...said: ReturnType<typeof say>[]) =>
  piecesOf(said, day).map((p) => `${p.kind} ${p.from / 60}–${p.until / 60}`)

describe('what was said of a day', () => {
  it('is nothing when nothing was said', () => expect(pieces(say('available', '2026-03-04'))).toEqual([]))
  it('is the single day before the pattern, and the newest before the older', () => {
    const pattern = say('available', '2026-01-01', '2026-12-31')
    expect(pieces(say('unavailable', day), pattern)).toEqual(['unavailable 0–24'])
    expect(pieces(say('available', day), say('unavailable', day))).toEqual(['unavailable 0–24'])
  })
  it('is a period of up to 62 days before what is longer', () => {
    const short = say('unavailable', '2026-02-15', '2026-04-17')
    const long = say('unavailable', '2026-02-15', '2026-04-18')
    const newest = say('available', '2026-01-01', '2026-12-31')
    expect(pieces(short, newest)).toEqual(['unavailable 0–24'])
    expect(pieces(long, newest)).toEqual(['available 0–24'])
  })
  it('is a pause before all else', () =>
    expect(pieces(say('pause', '2026-01-01', '2026-12-31'), say('available', day))).toEqual(['pause 0–24']))
  it('falls into pieces', () => {
    const part = { from_minute: 8 * 60, until_minute: 12 * 60 }
    expect(pieces(say('available', '2026-01-01', '2026-12-31'), say('unavailable', day, day, part))).toEqual([
      'available 0–8',
      'unavailable 8–12',
      'available 12–24',
    ])
  })
  it('goes on from the evening before', () => {
    const night = { from_minute: 22 * 60, until_minute: 7 * 60 }
    expect(pieces(say('available', '2026-03-02', '2026-03-02', night))).toEqual(['available 0–7'])
    expect(pieces(say('available', '2026-01-01', '2026-12-31', { ...night, weekdays: [2] }))).toEqual([
      'available 22–24',
    ])
  })
  it('counts only on the days of the week that were named', () => {
    expect(pieces(say('available', '2026-01-01', '2026-12-31', { weekdays: [1, 3] }))).toEqual([])
  })
})
