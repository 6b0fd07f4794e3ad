import { describe, expect, it } from 'vitest'
import type { Shift, ShiftState, Workplace } from '@/client'

const { layOut, tallyOf } = await import('@/screens/staffing/board')

const place = (id: string, time_zone = 'Europe/Oslo'): Workplace => ({
  id,
  name: `Place ${id}`,
  address: '',
  time_zone,
  code: '',
  required_documents: [],
  version: 1,
})
let made = 0
const shift = (workplace_id: string, starts_at: string, state: ShiftState = 'open') =>
  ({ id: String((made += 1)).padStart(3, '0'), workplace_id, starts_at, ends_at: starts_at, state }) as Shift
const monday = '2026-11-16'

describe('the board', () => {
  it('puts what is unfilled first, then what waits for approval, then what is open', () => {
    const shifts = [
      shift('a', '2026-11-16T07:00:00Z', 'filled'),
      shift('b', '2026-11-17T07:00:00Z', 'open'),
      shift('c', '2026-11-18T07:00:00Z', 'requested'),
      shift('d', '2026-11-19T07:00:00Z', 'unfilled'),
      shift('d', '2026-11-19T05:00:00Z', 'filled'),
    ]
    const board = layOut(
      shifts,
      ['a', 'b', 'c', 'd', 'e'].map((id) => place(id)),
      monday,
    )
    expect(board.rows.map((r) => r.workplace.id)).toEqual(['d', 'c', 'b', 'a'])
    expect(board.idle.map((w) => w.id)).toEqual(['e'])
    expect(board.days[3]!.shifts.map((s) => s.state)).toEqual(['unfilled', 'filled'])
    expect(
      board.rows[0]!.days[3]!.map((s) => s.state),
      'a cell is in the order of time',
    ).toEqual(['filled', 'unfilled'])
    expect(board.tally).toMatchObject({ unfilled: 1, requested: 1, open: 1, filled: 2 })
  })
  it('goes by the days of the workplace', () => {
    // Sunday evening in UTC is Monday in Oslo, and still Sunday in New York.
    const shifts = [shift('oslo', '2026-11-15T23:30:00Z'), shift('york', '2026-11-15T23:30:00Z')]
    const places = [place('oslo'), place('york', 'America/New_York')]
    const board = layOut(shifts, places, monday)
    expect(board.rows.map((r) => r.workplace.id)).toEqual(['oslo'])
    expect(board.days[0]!.shifts).toHaveLength(1)
    const zones = new Map(places.map((p) => [p.id, p.time_zone]))
    expect(tallyOf(shifts, zones, monday).open).toBe(1)
    expect(tallyOf(shifts, zones, '2026-11-09').open).toBe(1)
  })
  it('filters, and shows what is cancelled only when asked', () => {
    const shifts = [shift('a', '2026-11-16T07:00:00Z', 'cancelled'), shift('b', '2026-11-16T07:00:00Z')]
    const places = [place('a'), place('b')]
    expect(layOut(shifts, places, monday).rows.map((r) => r.workplace.id)).toEqual(['b'])
    expect(layOut(shifts, places, monday, { state: 'cancelled' }).rows.map((r) => r.workplace.id)).toEqual(['a'])
    const one = layOut(shifts, places, monday, { workplace: 'a' })
    expect([one.rows.length, one.idle.length, one.tally.cancelled]).toEqual([0, 1, 1])
  })
  it('lays out 2,000 shifts of 200 workplaces at once', () => {
    const places = Array.from({ length: 200 }, (_, i) => place(String(i)))
    const shifts = Array.from({ length: 2000 }, (_, i) => shift(String(i % 200), `2026-11-${16 + (i % 7)}T07:00:00Z`))
    layOut(shifts, places, monday)
    const begun = performance.now()
    expect(layOut(shifts, places, monday).rows).toHaveLength(200)
    expect(performance.now() - begun).toBeLessThan(250)
  })
})
