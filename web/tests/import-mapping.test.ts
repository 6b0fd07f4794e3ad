import { describe, expect, it } from 'vitest'
import type { ImportColumn } from '@/client'
import { keyFrom } from '@/lib/keys'
import { guess, mappingFaults, suggestMapping } from '@/screens/imports/mapping'

const column = (index: number, name: string, suggestion?: string): ImportColumn => ({
  index,
  name,
  sample: [],
  ...(suggestion ? { suggestion } : {}),
})
const attributes = [
  { key: 'city', label: 'Town' },
  { key: 'member_since', label: 'Member since' },
]

describe('guessing a column', () => {
  it.each([
    ['E-mail', 'email'],
    ['epost', 'email'],
    ['E-postadresse', 'email'],
    ['Mobil', 'phone'],
    ['Fornavn', 'first_name'],
    ['Efternamn', 'last_name'],
    ['FIRST_NAME', 'first_name'],
    ['Språk', 'language'],
    ['Stikkord', 'tags'],
    ['town', 'attribute:city'],
    ['Member-Since', 'attribute:member_since'],
    ['Notes', 'ignore'],
    ['', 'ignore'],
  ])('%s → %s', (name, target) => {
    expect(guess(column(0, name), attributes)).toBe(target)
  })
  it('lets the server know better', () => {
    expect(guess(column(0, 'Notes', 'email'), attributes)).toBe('email')
  })
})

describe('a whole mapping', () => {
  it('gives a target to the first column that claims it', () => {
    const m = suggestMapping(
      [column(0, 'E-post'), column(1, 'Email'), column(2, 'Tags'), column(3, 'Etiketter')],
      attributes,
    )
    expect(m.map((x) => x.target)).toEqual(['email', 'ignore', 'tags', 'tags'])
  })
  it('tells what the server would refuse', () => {
    expect(mappingFaults([{ column: 0, target: 'first_name' }])).toEqual([{ fault: 'no_address' }])
    expect(
      mappingFaults([
        { column: 0, target: 'email' },
        { column: 1, target: 'email' },
      ]),
    ).toEqual([{ fault: 'twice', target: 'email' }])
    expect(
      mappingFaults([
        { column: 0, target: 'phone' },
        { column: 1, target: 'tags' },
        { column: 2, target: 'tags' },
      ]),
    ).toEqual([])
  })
})

describe('machine names', () => {
  it.each([
    ['Member since (år)', 'member_since_ar'],
    ['  Æra & Øst ', 'aera_ost'],
    ['???', ''],
  ])('%s → %s', (label, key) => {
    expect(keyFrom(label)).toBe(key)
  })
})
