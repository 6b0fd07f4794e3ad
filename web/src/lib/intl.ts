// The language's conventions: the one place that makes formatters of Intl, which cost more than they are used for.
import { formatToParts } from 'intl-messageformat'

const tags: Record<string, string> = { en: 'en-GB', nb: 'nb-NO', sv: 'sv-SE' }
let tag = tags.en!
/** Says which language all that follows is written in: `nb` → nb-NO. Once, before the first screen. */
export const setConventionsOf = (language: string) => {
  tag = tags[language] ?? tags.en!
}

const made = new Map<string, unknown>()
function once<T>(kind: string, options: object, make: () => T): T {
  const key = kind + tag + JSON.stringify(options)
  if (!made.has(key)) made.set(key, make())
  return made.get(key) as T
}

export const numberFormat = (options: Intl.NumberFormatOptions = {}) =>
  once('number', options, () => new Intl.NumberFormat(tag, options))
export const dateFormat = (options: Intl.DateTimeFormatOptions) =>
  once('date', options, () => new Intl.DateTimeFormat(tag, options))
const pluralRules = (options: Intl.PluralRulesOptions = {}) =>
  once('plural', options, () => new Intl.PluralRules(tag, options))
/** “a, b and c”; what is empty is left out. */
export const listOf = (items: (string | number | undefined)[]): string =>
  once('list', {}, () => new Intl.ListFormat(tag)).format(
    items.filter((i): i is string => typeof i === 'string' && i !== ''),
  )
/** In the order of the language's alphabet: å after z. */
export const collate = (a: string, b: string): number =>
  once('collator', {}, () => new Intl.Collator(tag, { numeric: true })).compare(a, b)
/** What a language calls itself: `nb` → Norsk bokmål. */
export function nameOfLanguage(code: string): string {
  const name = new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1)
}

/** A message of ICU MessageFormat: plain text, or its parts as they were parsed when the console was built. */
export type Message = string | Parameters<typeof formatToParts>[0]

// Styles by name ({at, date, short}) are not used: a time goes in as text that lib/time.ts made, with its zone.
const formats = { number: {}, date: {}, time: {} }
const formatters = {
  getNumberFormat: (_: unknown, options?: Intl.NumberFormatOptions) => numberFormat(options),
  getDateTimeFormat: (_: unknown, options?: Intl.DateTimeFormatOptions) => dateFormat(options ?? {}),
  getPluralRules: (_: unknown, options?: Intl.PluralRulesOptions) => pluralRules(options),
} as unknown as Parameters<typeof formatToParts>[2]

/** The message with its arguments filled in; throws when one is missing. */
export const write = (message: Message, values: Record<string, unknown> = {}): string =>
  typeof message === 'string'
    ? message
    : formatToParts(message, tag, formatters, formats, values as never)
        .map((part) => String(part.value))
        .join('')
