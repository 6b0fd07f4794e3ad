import { describe, expect, it } from 'vitest'

const { utcToWall, wallToUtc, formatBytes, formatPercent } = await import('@/lib/time')

describe('wall clocks', () => {
  it.each([
    ['2026-01-15T09:30', '2026-01-15T08:30:00.000Z'],
    ['2026-07-15T09:30', '2026-07-15T07:30:00.000Z'],
    ['2026-03-29T04:00', '2026-03-29T02:00:00.000Z'],
    ['2026-10-25T01:30', '2026-10-24T23:30:00.000Z'],
    ['2026-10-25T04:00', '2026-10-25T03:00:00.000Z'],
  ])('%s in Oslo is %s', (wall, utc) => {
    expect(wallToUtc(wall, 'Europe/Oslo')).toBe(utc)
    expect(utcToWall(utc, 'Europe/Oslo')).toBe(wall)
  })
})

describe('numbers', () => {
  it('say nothing of nothing', () => {
    expect(formatPercent(1, 0)).toBe('–')
    expect(formatPercent(1, 8)).toBe('12.5%')
  })
  it('have sensible units', () => {
    expect(formatBytes(999)).toBe('999 B')
    expect(formatBytes(1_834_112)).toBe('1.8 MB')
  })
})
