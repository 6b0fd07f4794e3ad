import { describe, expect, it } from 'vitest'
import { readMonths } from '@/screens/privacy/months'

describe('months of a rule', () => {
  it.each([
    ['24', 24],
    [' 1 ', 1],
    ['1200', 1200],
    [6, 6],
  ])('%j is a period', (text, months) => expect(readMonths(text)).toBe(months))
  it.each(['', '   '])('%j is no rule', (text) => expect(readMonths(text)).toBeNull())
  it.each(['0', '-3', '1201', '1.5', 'two', '1e9', 'NaN'])('%j is refused', (text) =>
    expect(readMonths(text)).toBeUndefined(),
  )
})
