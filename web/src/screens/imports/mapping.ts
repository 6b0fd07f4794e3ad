// Which column of a file goes where. The server suggests from the content; what it leaves open is guessed from
// the header, in the languages spreadsheets here are written in. A target is given to one column only.
import type { Attribute, ImportColumn, ImportMapping } from '@/client'

export const fixedTargets = [
  'email',
  'phone',
  'first_name',
  'last_name',
  'language',
  'time_zone',
  'tags',
] as const

const words: Record<(typeof fixedTargets)[number], string[]> = {
  email: [
    'email',
    'e mail',
    'epost',
    'e post',
    'mail',
    'email address',
    'epostadresse',
    'e postadresse',
    'e postadress',
    'mejl',
  ],
  phone: [
    'phone',
    'mobile',
    'mobil',
    'telefon',
    'tlf',
    'mobilnummer',
    'telefonnummer',
    'phone number',
    'cell',
  ],
  first_name: ['first name', 'firstname', 'given name', 'fornavn', 'förnamn'],
  last_name: ['last name', 'lastname', 'surname', 'family name', 'etternavn', 'efternamn'],
  language: ['language', 'lang', 'locale', 'sprak', 'språk'],
  time_zone: ['time zone', 'timezone', 'tidssone', 'tidszon'],
  tags: ['tags', 'tag', 'labels', 'etiketter', 'stikkord'],
}

const plain = (s: string) =>
  s
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

export function guess(column: ImportColumn, attributes: Pick<Attribute, 'key' | 'label'>[]): string {
  if (column.suggestion) return column.suggestion
  const name = plain(column.name)
  for (const target of fixedTargets) if (words[target].some((w) => plain(w) === name)) return target
  const attribute = attributes.find((a) => plain(a.key) === name || plain(a.label) === name)
  return attribute ? `attribute:${attribute.key}` : 'ignore'
}

/** A target for every column; where two columns claim the same, the first keeps it (tags may come from several). */
export function suggestMapping(
  columns: ImportColumn[],
  attributes: Pick<Attribute, 'key' | 'label'>[],
): ImportMapping[] {
  const taken = new Set<string>()
  return columns.map((column) => {
    const target = guess(column, attributes)
    if (target === 'ignore' || target === 'tags') return { column: column.index, target }
    if (taken.has(target)) return { column: column.index, target: 'ignore' }
    taken.add(target)
    return { column: column.index, target }
  })
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
