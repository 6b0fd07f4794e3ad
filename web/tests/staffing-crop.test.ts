import { describe, expect, it } from 'vitest'

const { firstSquare, moved, scaled, smallest } = await import('@/screens/staffing/crop')
const { initials } = await import('@/lib/names')

const wide = { width: 400, height: 300 }
const tall = { width: 300, height: 800 }

describe('the square that is kept of a picture', () => {
  it('begins as large as it can be, and of an upright picture higher than the middle', () => {
    expect(firstSquare(wide)).toEqual({ x: 50, y: 0, side: 300 })
    expect(firstSquare(tall)).toEqual({ x: 0, y: 125, side: 300 })
  })
  it('never leaves the picture, wherever it is moved', () => {
    const first = firstSquare(wide)
    expect(moved(wide, first, 5, 5)).toEqual({ x: 100, y: 0, side: 300 })
    expect(moved(wide, first, -5, -5)).toEqual({ x: 0, y: 0, side: 300 })
    const small = scaled(wide, first, 0.5)
    expect(moved(wide, small, 0.1, -0.1)).toEqual({ x: 140, y: 60, side: 150 })
    expect(moved(wide, small, 9, 9)).toEqual({ x: 250, y: 150, side: 150 })
  })
  it('keeps its middle when it grows or shrinks, and ends at the picture and at a smallest side', () => {
    const first = firstSquare(wide)
    expect(scaled(wide, first, 0.5)).toEqual({ x: 125, y: 75, side: 150 })
    expect(scaled(wide, first, 2)).toEqual(first)
    expect(scaled(wide, first, 0.001).side).toBeCloseTo(300 * smallest)
    let back = first
    for (let i = 0; i < 20; i += 1) back = scaled(tall, back, i % 2 ? 2 : 0.5)
    expect(back.x).toBeGreaterThanOrEqual(0)
    expect(back.x + back.side).toBeLessThanOrEqual(300)
  })
})

describe('the letters that stand for a name', () => {
  it.each([
    ['Kari Marie Nordmann', 'KN'],
    ['åse', 'Å'],
    ['Émile (temp) Zola', 'ÉZ'],
    ['silent0@example.org', 'S'],
    ['+47 912 34 567', '45'],
    ['', '?'],
    ['– …', '?'],
  ])('%s → %s', (name, letters) => expect(initials(name)).toBe(letters))
  it('of nobody known', () => expect(initials(undefined)).toBe('?'))
})
