import { t } from './i18n'

interface Nameable {
  first_name?: string | null
  last_name?: string | null
  email?: string | null
  phone?: string | null
}

/** "Kari Marie Nordmann" → "KN"; of an address or a number the first sign; "?" where nothing is known. */
export function initials(name: string | undefined): string {
  const words = (name ?? '').split(/[\s@]+/).filter((w) => /[\p{L}\p{N}]/u.test(w))
  const first = (word: string | undefined) => word?.match(/[\p{L}\p{N}]/u)?.[0].toUpperCase() ?? ''
  if (!words.length) return '?'
  return first(words[0]) + (words.length > 1 && !name?.includes('@') ? first(words.at(-1)) : '')
}

/** What to call a person in a list: the name, else the address, else a word that says neither is known. */
export const personName = (p: Nameable): string =>
  [p.first_name, p.last_name].filter(Boolean).join(' ') || p.email || p.phone || t('no_name')
