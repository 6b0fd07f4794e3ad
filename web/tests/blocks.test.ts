import { describe, expect, it } from 'vitest'
import {
  type Block,
  blockAtPointer,
  blockTypes,
  dropBefore,
  duplicateBlock,
  findBlock,
  insertBlock,
  moveBlock,
  newBlock,
  ordinal,
  readMail,
  removeBlock,
  setColumns,
  summary,
  updateBlock,
} from '@/screens/composer/blocks'

const h: Block = { id: 'h', type: 'heading', level: 1, text: 'Hello' }
const b: Block = { id: 'b', type: 'button', label: 'Go', href: 'https://a.example' }
const inner: Block = { id: 'i', type: 'heading', level: 3, text: 'Inner' }
const other: Block = { id: 'o', type: 'divider' }
const c: Block = { id: 'c', type: 'columns', columns: [{ blocks: [inner] }, { blocks: [other] }] }
const all = [h, c, b]
const ids = (blocks: Block[]) => blocks.map((x) => x.id).join('')
const columnIds = (blocks: Block[], i: number) => {
  const x = findBlock(blocks, 'c')
  return x?.type === 'columns' ? ids(x.columns[i]!.blocks) : ''
}

describe('blocks', () => {
  it('move one place and stop at the ends', () => {
    expect(ids(moveBlock(all, 'b', -1))).toBe('hbc')
    expect(ids(moveBlock(all, 'h', -1))).toBe('hcb')
    expect(ids(moveBlock(all, 'b', 1))).toBe('hcb')
  })
  it('are found, changed and removed inside columns', () => {
    expect(findBlock(all, 'i')).toBe(inner)
    const changed = updateBlock(all, 'i', (x) => ({ ...x, text: 'New' }) as Block)
    expect(findBlock(changed, 'i')).toMatchObject({ text: 'New' })
    expect(findBlock(all, 'i')).toMatchObject({ text: 'Inner' })
    expect(columnIds(removeBlock(all, 'i'), 0)).toBe('')
  })
  it('are put at the end, at an index, or into a column; columns never into columns', () => {
    const n = newBlock('divider', 'n')
    expect(ids(insertBlock(all, n))).toBe('hcbn')
    expect(ids(insertBlock(all, n, {}, 1))).toBe('hncb')
    expect(columnIds(insertBlock(all, n, { columns: 'c', column: 1 }), 1)).toBe('on')
    expect(ids(insertBlock(all, newBlock('columns', 'n'), { columns: 'c', column: 1 }))).toBe('hcbn')
  })
  it('are dropped before another, across columns, but never into themselves', () => {
    expect(ids(dropBefore(all, 'b', 'h'))).toBe('bhc')
    expect(columnIds(dropBefore(all, 'b', 'o'), 1)).toBe('bo')
    expect(ids(dropBefore(all, 'i', 'h'))).toBe('ihcb')
    expect(dropBefore(all, 'c', 'i')).toBe(all)
    expect(dropBefore(all, 'h', 'h')).toBe(all)
    expect(dropBefore(all, 'gone', 'h')).toBe(all)
  })
  it('are duplicated with new ids all the way down', () => {
    let n = 0
    const twice = duplicateBlock(all, 'c', () => `n${n++}`)
    expect(ids(twice)).toBe('hcn0b')
    const copy = findBlock(twice, 'n0')
    expect(copy?.type === 'columns' && ids(copy.columns[0]!.blocks)).toBe('n1')
  })
  it('lose nothing when a column goes', () => {
    const three = setColumns(c, 3)
    expect(three.type === 'columns' && three.columns).toHaveLength(3)
    const full: Block = {
      id: 'c',
      type: 'columns',
      columns: [{ blocks: [] }, { blocks: [inner] }, { blocks: [other] }],
    }
    const two = setColumns(full, 2)
    expect(two.type === 'columns' && ids(two.columns[1]!.blocks)).toBe('io')
  })
  it('are found by the pointer of a problem', () => {
    expect(blockAtPointer(all, '/blocks/2/href')).toBe('b')
    expect(blockAtPointer(all, '/blocks/1/columns/0/blocks/0/text')).toBe('i')
    expect(blockAtPointer(all, '/document/blocks/0')).toBe('h')
    expect(blockAtPointer(all, '/blocks')).toBeUndefined()
  })
  it('have a line that tells them apart', () => {
    expect(summary(c)).toBe('Inner | ')
    expect(
      summary({
        id: 't',
        type: 'text',
        doc: {
          type: 'doc',
          content: [
            {
              type: 'paragraph',
              content: [
                { type: 'text', text: 'One ' },
                { type: 'text', text: 'two' },
              ],
            },
          ],
        },
      }),
    ).toBe('One two')
  })
  it('survive what the API sends: unknown kinds go, ids and theme are filled in', () => {
    const mail = readMail({
      version: 1,
      theme: { background: '#fff' } as never,
      blocks: [{ type: 'hologram' }, { type: 'divider' }, null] as never,
    })
    expect(mail.blocks).toHaveLength(1)
    expect(mail.blocks[0]!.id).toBeTruthy()
    expect(mail.theme).toMatchObject({ background: '#fff', font: 'sans' })
  })
  it('are called by their type and number where the API points at one', () => {
    const heading = (id: string): Block => ({ id, type: 'heading', level: 2, text: '' })
    const blocks: Block[] = [
      heading('a'),
      { id: 'b', type: 'columns', columns: [{ blocks: [heading('c')] }, { blocks: [] }] },
      heading('d'),
    ]
    expect(ordinal(blocks, '/document/blocks/2/text')).toEqual({
      type: 'heading',
      no: 3,
      field: 'text',
    })
    expect(ordinal(blocks, '/document/blocks/1/columns/0/blocks/0/text')).toMatchObject({
      type: 'heading',
      no: 2,
    })
    expect(ordinal(blocks, '/subject')).toBeUndefined()
  })
  it('can be made of every kind', () => {
    for (const type of blockTypes) expect(newBlock(type).type).toBe(type)
  })
})
