import { describe, expect, it } from 'vitest'
import type { ImportColumn } from '@/client'
import { keyFrom } from '@/lib/keys'
import { leftOut, mappingFaults, suggestMapping, targetsOf, typeOf } from '@/screens/imports/mapping'

const column = (index: number, name: string, suggestion?: string): ImportColumn => ({
  index,
  name,
  sample: [],
  ...(suggestion ? { suggestion } : {}),
})
describe('a whole mapping', () => {
  it('gives a target to the first column that claims it', () => {
    const m = suggestMapping(
      [column(0, 'E-post', 'email'), column(1, 'Email', 'email'), column(2, 'Tags', 'tags'), column(3, 'Etiketter', 'tags'), column(4, 'Notes')],
    )
    expect(m.map((x) => x.target)).toEqual(['email', 'ignore', 'tags', 'tags', 'ignore'])
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

describe('what a mapping says', () => {
  it('gives every column a target', () => {
    expect(targetsOf([{ column: 2, target: 'email' }], 4)).toBe('ignore,ignore,email,ignore')
    expect(leftOut([{ column: 0, target: 'email' }], [column(0, 'E-post'), column(1, 'Poststed')]).map((c) => c.name)).toEqual(['Poststed'])
  })
  it.each([
    [['2026-03-01', '01.03.2026'], 'date'],
    [['ja', 'Nei'], 'boolean'],
    [['1', '12,5'], 'number'],
    [['0123', '12'], 'text'],
    [['99887766123'], 'text'],
    [['Oslo'], 'text'],
    [[], 'text'],
  ])('%s is %s', (sample, type) => {
    expect(typeOf(sample)).toBe(type)
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
