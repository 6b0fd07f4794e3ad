// Which column of a file goes where. What a column probably is the server says, by its name and its content; here a target
// is given to one column only, and what a mapping would be refused for is said before the start.
import type { Attribute, ImportColumn, ImportMapping } from '@/client'

export const fixedTargets = ['email', 'phone', 'first_name', 'last_name', 'language', 'time_zone', 'tags'] as const

/** A target for every column; where two columns claim the same, the first keeps it (tags may come from several). */
export function suggestMapping(columns: ImportColumn[]): ImportMapping[] {
  const taken = new Set<string>()
  return columns.map((column) => {
    const target = column.suggestion ?? 'ignore'
    if (target === 'ignore' || target === 'tags') return { column: column.index, target }
    if (taken.has(target)) return { column: column.index, target: 'ignore' }
    taken.add(target)
    return { column: column.index, target }
  })
}

/** What columns are called, by which it is known whether they are still the same. */
export const namesOf = (columns: ImportColumn[]) => columns.map((c) => c.name)

/**
 * A mapping after the file was read in another way: a column that is still called the same goes where it went, one that is called
 * otherwise goes where its name says. Of a column without a name only its place is known, and that is the same.
 */
export function remap(mapping: ImportMapping[], names: string[], columns: ImportColumn[]): ImportMapping[] {
  if (columns.length !== names.length) return suggestMapping(columns)
  const before = (index: number) => mapping.find((m) => m.column === index)?.target ?? 'ignore'
  const same = (c: ImportColumn) => names[c.index] === c.name
  const nameless = (c: ImportColumn) => [c.name, names[c.index]].includes(`Column ${c.index + 1}`)
  const out = new Map<number, string>()
  const give = (c: ImportColumn, target: string) => {
    const taken = target !== 'tags' && [...out.values()].includes(target)
    if (target !== 'ignore' && !taken) out.set(c.index, target)
  }
  for (const c of columns) if (same(c)) give(c, before(c.index))
  for (const c of columns) if (!same(c)) give(c, c.suggestion ?? 'ignore')
  for (const c of columns) if (!same(c) && nameless(c) && !out.has(c.index)) give(c, before(c.index))
  return columns.map((c) => ({ column: c.index, target: out.get(c.index) ?? 'ignore' }))
}

/** The mapping as the preview takes it: the targets of all columns, in their order. */
export function targetsOf(mapping: ImportMapping[], columns: number): string {
  const targets: string[] = Array.from({ length: columns }, () => 'ignore')
  for (const m of mapping) if (m.column < columns) targets[m.column] = m.target
  return targets.join(',')
}

/** The purpose whose consents a column has. */
export const consentOf = (target: string) => (target.startsWith('consent:') ? target.slice(8) : undefined)

export const leftOut = (mapping: ImportMapping[], columns: ImportColumn[]) =>
  columns.filter((c) => (mapping.find((m) => m.column === c.index)?.target ?? 'ignore') === 'ignore')

/** What kind of attribute the first values of a column ask for. */
export function typeOf(sample: string[]): Attribute['type'] {
  const all = (pattern: RegExp) => sample.length > 0 && sample.every((s) => pattern.test(s.trim()))
  if (all(/^(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})([T ].*)?$/)) return 'date'
  if (all(/^(ja|nei|nej|yes|no|true|false|sann|usann|sant|falskt)$/i)) return 'boolean'
  // What begins with a zero is a number that names something, and not one to count with.
  if (all(/^-?(0|[1-9]\d{0,8})([.,]\d+)?$/)) return 'number'
  return 'text'
}

export type MappingFault = 'no_address' | 'twice'

/** What would make the server refuse the mapping, so that it can be said before the start. */
export function mappingFaults(mapping: ImportMapping[]): { fault: MappingFault; target?: string }[] {
  const faults: { fault: MappingFault; target?: string }[] = []
  const targets = mapping.map((m) => m.target)
  if (!targets.includes('email') && !targets.includes('phone')) faults.push({ fault: 'no_address' })
  const single = targets.filter((x) => x !== 'ignore' && x !== 'tags')
  for (const target of new Set(single)) {
    if (single.filter((x) => x === target).length > 1) faults.push({ fault: 'twice', target })
  }
  return faults
}
