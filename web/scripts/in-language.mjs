// The steps in tests/screens.json are written in English; here they become what the same button or sentence says in
// another language, so that the pictures can be taken in it: `WORDS=nb npm run shots`, or sv, or pseudo.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '@formatjs/icu-messageformat-parser'
import ts from 'typescript'

const root = join(import.meta.dirname, '../..')
export const LANGUAGES = {
  en: { locale: 'en-GB', stored: 'en' },
  nb: { locale: 'nb-NO', stored: 'nb' },
  sv: { locale: 'sv-SE', stored: 'sv' },
  pseudo: { locale: 'en-GB', stored: 'xx' },
}
const escaped = (text) => text.replace(/[.*+?^$()|[\]\\{}/]/g, '\\$&')

function* wordsIn(folder, file, prefix = '', words = JSON.parse(readFileSync(join(folder, file), 'utf8'))) {
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') yield [prefix + key, value]
    else yield* wordsIn(folder, file, `${prefix + key}.`, value)
  }
}

/** key → parts of the message, of the console and of the public pages. */
function messages(language) {
  const out = new Map()
  const add = (folder, file, name) => {
    for (const [key, text] of wordsIn(join(root, 'locales', folder), file))
      out.set(`${name}:${key}`, parse(text, { ignoreTag: true }))
  }
  for (const file of readdirSync(join(root, 'locales', language))) add(language, file, file)
  for (const page of readdirSync(join(root, 'locales/pages'))) add(`pages/${page}`, `${language}.json`, page)
  return out
}

async function accented() {
  const source = readFileSync(join(root, 'web/src/lib/pseudo.ts'), 'utf8')
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext } })
  const { pseudo } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`)
  const english = messages('en')
  return new Map([...english].map(([key, parts]) => [key, [pseudo(parts)].flat()]))
}

const isChoice = (part) => part.type === 5 || part.type === 6
/** A message as a pattern of what it may say, with `argument` where something is filled in. */
const patternOf = (parts, argument = '.*') =>
  parts
    .map((part) => {
      if (part.type === 0) return escaped(part.value)
      if (!isChoice(part)) return part.type === 7 ? '.*' : argument
      return `(?:${Object.values(part.options)
        .map((o) => patternOf(o.value, argument))
        .join('|')})`
    })
    .join('')
/** The things it may say. */
const samplesOf = (parts, argument) =>
  parts.reduce(
    (said, part) => {
      const next =
        part.type === 0
          ? [part.value]
          : isChoice(part)
            ? Object.values(part.options).flatMap((o) => samplesOf(o.value, argument))
            : [part.type === 7 ? '2' : argument]
      return said.flatMap((before) => next.map((n) => before + n))
    },
    [''],
  )

/** `text`, or a pattern between slashes, as Playwright takes it: what is found in English is found in the language. */
export async function inLanguage(language) {
  if (language === 'en') return (text) => (text.startsWith('/') ? new RegExp(text.slice(1, -1)) : text)
  const english = messages('en')
  const other = language === 'pseudo' ? await accented() : messages(language)
  return (text) => {
    const plain = text.startsWith('/') ? text.slice(1, -1) : escaped(text)
    const wanted = new RegExp(plain, text.startsWith('/') ? '' : 'i')
    // What is filled in may be what the step names: “Edit.*Gateway”.
    const last = /(\w+)\W*$/.exec(text)?.[1] ?? ''
    for (const [argument, pattern] of [
      ['1', '.*'],
      [last, `.*${last}.*`],
    ]) {
      const found = [...english].filter(
        ([, parts]) =>
          patternOf(parts, '').replace(/\W/g, '').length > 3 && samplesOf(parts, argument).some((s) => wanted.test(s)),
      )
      const patterns = new Set(found.map(([key]) => patternOf(other.get(key), pattern)))
      const [first, end] = [plain.startsWith('^') ? '^' : '', plain.endsWith('$') ? '$' : '']
      if (patterns.size) return new RegExp(`${first}(?:${[...patterns].join('|')})${end}`)
    }
    return wanted
  }
}
