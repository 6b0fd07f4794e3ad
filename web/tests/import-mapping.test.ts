import { describe, expect, it } from 'vitest'
import type { ImportColumn } from '@/client'
import { keyFrom } from '@/lib/keys'
import { leftOut, mappingFaults, remap, suggestMapping, targetsOf, typeOf } from '@/screens/imports/mapping'

const column = (index: number, name: string, suggestion?: string): ImportColumn => ({
  index,
  name,
  sample: [],
  ...(suggestion ? { suggestion } : {}),
})
describe('a whole mapping', () => {
  it('gives a target to the first column that claims it', () => {
    const m = suggestMapping([
      column(0, 'E-post', 'email'),
      column(1, 'Email', 'email'),
      column(2, 'Tags', 'tags'),
      column(3, 'Etiketter', 'tags'),
      column(4, 'Notes'),
    ])
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
    expect(
      leftOut([{ column: 0, target: 'email' }], [column(0, 'E-post'), column(1, 'Poststed')]).map((c) => c.name),
    ).toEqual(['Poststed'])
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

describe('a file that is read in another way', () => {
  const named = (...names: [string, string?][]) =>
    names.map(([name, suggestion], index) => ({ index, name, sample: [], ...(suggestion ? { suggestion } : {}) }))
  const to = (...targets: string[]) => targets.map((target, column) => ({ column, target }))

  it('forgets where columns went that are called otherwise now', () => {
    const columns = named(['E-post', 'email'], ['Fornavn', 'first_name'], ['Merknad'])
    expect(remap(to('first_name', 'email', 'tags'), ['Liste', 'per', 'mars'], columns)).toEqual(
      to('email', 'first_name', 'ignore'),
    )
  })
  it('keeps where the others go, and gives nothing twice', () => {
    const columns = named(['E-post', 'email'], ['Født', 'attribute:born'], ['Epost 2', 'email'])
    expect(remap(to('ignore', 'ignore', 'email'), ['E-post', 'F¯dt', 'Epost 2'], columns)).toEqual(
      to('ignore', 'attribute:born', 'email'),
    )
    expect(remap(to('email'), ['A'], named(['A', 'phone'], ['B', 'email']))).toEqual(to('phone', 'email'))
  })
  it('keeps what was said of columns without a name', () => {
    const bare = named(['Column 1', 'email'], ['Column 2'])
    expect(remap(to('email', 'first_name'), ['kari@x.example', 'Kari'], bare)).toEqual(to('email', 'first_name'))
    expect(remap(to('email', 'phone'), ['Column 1', 'Column 2'], named(['a', 'email'], ['b']))).toEqual(
      to('email', 'phone'),
    )
  })
})
