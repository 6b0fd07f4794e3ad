import { t } from './i18n'

interface Nameable {
  first_name?: string | null
  last_name?: string | null
  email?: string | null
  phone?: string | null
}

/** What to call a person in a list: the name, else the address, else a word that says neither is known. */
export const personName = (p: Nameable): string =>
  [p.first_name, p.last_name].filter(Boolean).join(' ') || p.email || p.phone || t('no_name')
