// A message as blocks, and every change the composer makes to it. Blocks are found by id, wherever they lie
// (columns hold blocks of their own). Free of React, so that each operation has its test.
import { type Document as ApiDocument, type BlockAlign, BlockType, type Theme } from '@/client'

export interface RichNode {
  type: string
  attrs?: Record<string, unknown>
  content?: RichNode[]
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  text?: string
}
export type Block =
  | { id: string; type: 'heading'; level: 1 | 2 | 3; text: string; align?: BlockAlign }
  | { id: string; type: 'text'; doc: RichNode }
  | {
      id: string
      type: 'image'
      image_id?: string
      src?: string
      alt: string
      width?: number
      href?: string
      align?: BlockAlign
    }
  | { id: string; type: 'button'; label: string; href: string; align?: BlockAlign }
  | { id: string; type: 'columns'; columns: { blocks: Block[] }[] }
  | { id: string; type: 'divider' }
  | { id: string; type: 'spacer'; height: number }
  | { id: string; type: 'footer'; text?: string }
export const blockTypes = Object.values(BlockType)

export interface Mail {
  version: 1
  theme: Required<Omit<Theme, 'logo_url'>> & Pick<Theme, 'logo_url'>
  preheader?: string
  blocks: Block[]
}

export const defaultTheme: Mail['theme'] = {
  background: '#eef2f5',
  surface: '#ffffff',
  text: '#1b252c',
  accent: '#17749b',
  font: 'sans',
}

export const newId = () => Math.random().toString(36).slice(2, 10)

export function newBlock(type: BlockType, id = newId()): Block {
  switch (type) {
    case 'heading':
      return { id, type, level: 2, text: '' }
    case 'text':
      return { id, type, doc: { type: 'doc', content: [{ type: 'paragraph' }] } }
    case 'image':
      return { id, type, alt: '' }
    case 'button':
      return { id, type, label: '', href: '', align: 'center' }
    case 'columns':
      return { id, type, columns: [{ blocks: [] }, { blocks: [] }] }
    case 'spacer':
      return { id, type, height: 24 }
    case 'footer':
      return { id, type, text: '' }
    default:
      return { id, type: 'divider' }
  }
}

/** Without a heading: the server refuses an empty one, and then there is no preview to begin with. */
export const newMail = (): Mail => ({
  version: 1,
  theme: defaultTheme,
  blocks: [newBlock('text'), newBlock('footer')],
})

/** What the API sends is open where blocks nest; unknown kinds are left out rather than broken. */
export function readMail(document: ApiDocument | undefined): Mail {
  if (!document?.blocks) return newMail()
  const read = (value: unknown): Block[] => {
    if (typeof value !== 'object' || value === null) return []
    const block = value as Block
    if (!blockTypes.includes(block.type)) return []
    const id = block.id || newId()
    if (block.type !== 'columns') return [{ ...block, id }]
    return [{ ...block, id, columns: block.columns.map((c) => ({ blocks: c.blocks.flatMap(read) })) }]
  }
  return {
    version: 1,
    theme: { ...defaultTheme, ...document.theme },
    ...(document.preheader ? { preheader: document.preheader } : {}),
    blocks: document.blocks.flatMap(read),
  }
}

export const toDocument = (mail: Mail): ApiDocument => mail

/** Runs `change` on every list of blocks: the message's own and each column's. */
export function mapLists(blocks: Block[], change: (list: Block[]) => Block[]): Block[] {
  return change(blocks).map((b) =>
    b.type === 'columns' ? { ...b, columns: b.columns.map((c) => ({ blocks: mapLists(c.blocks, change) })) } : b,
  )
}

export const updateBlock = (blocks: Block[], id: string, change: (block: Block) => Block): Block[] =>
  mapLists(blocks, (list) => (list.some((b) => b.id === id) ? list.map((b) => (b.id === id ? change(b) : b)) : list))

export const removeBlock = (blocks: Block[], id: string): Block[] =>
  mapLists(blocks, (list) => list.filter((b) => b.id !== id))

export const moveBlock = (blocks: Block[], id: string, by: -1 | 1): Block[] =>
  mapLists(blocks, (list) => {
    const from = list.findIndex((b) => b.id === id)
    const to = from + by
    if (from < 0 || to < 0 || to >= list.length) return list
    const next = [...list]
    ;[next[from], next[to]] = [next[to]!, next[from]!]
    return next
  })

export function findBlock(blocks: Block[], id: string): Block | undefined {
  for (const b of blocks) {
    if (b.id === id) return b
    if (b.type === 'columns') {
      for (const c of b.columns) {
        const inside = findBlock(c.blocks, id)
        if (inside) return inside
      }
    }
  }
  return undefined
}

/** Where a block goes: a column of a columns block, or the message itself. */
export interface Place {
  columns?: string
  column?: number
}

export function insertBlock(blocks: Block[], block: Block, place: Place = {}, index?: number): Block[] {
  const put = (list: Block[]) => {
    const next = [...list]
    next.splice(index ?? next.length, 0, block)
    return next
  }
  // Columns do not nest: mail programs cannot show it.
  if (place.columns === undefined || block.type === 'columns') return put(blocks)
  return updateBlock(blocks, place.columns, (b) =>
    b.type === 'columns'
      ? { ...b, columns: b.columns.map((c, i) => (i === place.column ? { blocks: put(c.blocks) } : c)) }
      : b,
  )
}

/** Drops `id` before `before` (same list or another). A block is never put inside itself. */
export function dropBefore(blocks: Block[], id: string, before: string): Block[] {
  const block = findBlock(blocks, id)
  if (!block || id === before) return blocks
  if (block.type === 'columns' && !blocks.some((b) => b.id === before)) return blocks
  const without = removeBlock(blocks, id)
  return mapLists(without, (list) => {
    const at = list.findIndex((b) => b.id === before)
    if (at < 0) return list
    const next = [...list]
    next.splice(at, 0, block)
    return next
  })
}

export function duplicateBlock(blocks: Block[], id: string, makeId: () => string = newId): Block[] {
  const fresh = (b: Block): Block =>
    b.type === 'columns'
      ? { ...b, id: makeId(), columns: b.columns.map((c) => ({ blocks: c.blocks.map(fresh) })) }
      : { ...structuredClone(b), id: makeId() }
  return mapLists(blocks, (list) => {
    const at = list.findIndex((b) => b.id === id)
    if (at < 0) return list
    const next = [...list]
    next.splice(at + 1, 0, fresh(list[at]!))
    return next
  })
}

/** Two or three columns; what a removed column held goes to the last that stays. */
export function setColumns(block: Block, count: 2 | 3): Block {
  if (block.type !== 'columns') return block
  const columns = block.columns.slice(0, count)
  while (columns.length < count) columns.push({ blocks: [] })
  const lost = block.columns.slice(count).flatMap((c) => c.blocks)
  if (lost.length) columns[count - 1] = { blocks: [...columns[count - 1]!.blocks, ...lost] }
  return { ...block, columns }
}

export const plainText = (node: RichNode | undefined): string =>
  node
    ? (node.text ??
      (node.content ?? [])
        .map(plainText)
        .filter(Boolean)
        .join(node.type === 'paragraph' ? '' : ' '))
    : ''

/** One line that tells a block from its neighbours in the list. */
export function summary(block: Block): string {
  switch (block.type) {
    case 'heading':
      return block.text
    case 'text':
      return plainText(block.doc).slice(0, 120)
    case 'image':
      return block.alt || block.src || ''
    case 'button':
      return block.label
    case 'footer':
      return block.text ?? ''
    case 'spacer':
      return `${block.height} px`
    case 'columns':
      return block.columns.map((c) => c.blocks.map(summary).filter(Boolean).join(', ')).join(' | ')
    default:
      return ''
  }
}

/** Every block in the order one reads them, those in columns after the columns block itself. */
export const allBlocks = (blocks: Block[]): Block[] =>
  blocks.flatMap((b) => (b.type === 'columns' ? [b, ...b.columns.flatMap((c) => allBlocks(c.blocks))] : [b]))

/** What people call the block a pointer leads to: its type, the how-manieth of that type it is, and what of it. */
export function ordinal(blocks: Block[], pointer: string): { type: BlockType; no: number; field: string } | undefined {
  const id = blockAtPointer(blocks, pointer)
  const all = allBlocks(blocks)
  const block = all.find((b) => b.id === id)
  if (!block) return undefined
  const no = all.filter((b) => b.type === block.type).indexOf(block) + 1
  return { type: block.type, no, field: pointer.split('/').at(-1) ?? '' }
}

/** `/blocks/3/columns/0/blocks/1/href` → the id of the block it is about. */
export function blockAtPointer(blocks: Block[], pointer: string): string | undefined {
  const parts = pointer.replace(/^\/(document\/)?/, '').split('/')
  let list: Block[] | undefined = blocks
  let found: Block | undefined
  for (let i = 0; i + 1 < parts.length && list; i += 1) {
    if (parts[i] === 'blocks') {
      found = list[Number(parts[i + 1])] ?? found
      list = undefined
      if (found?.type === 'columns' && parts[i + 2] === 'columns') list = found.columns[Number(parts[i + 3])]?.blocks
      i += found?.type === 'columns' && list ? 3 : 1
    }
  }
  return found?.id
}
