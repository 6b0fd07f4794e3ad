// Words come from locales/<language>/<namespace>.json at the repository's root, as ICU MessageFormat, which
// vite.config.ts parses when the console is built. Each route loads only the namespaces it names; changing the language
// reloads the page, so that `t` can stay a plain function. tools/check-words holds the files and the code together.
//
// The language is the user's own choice (the account's), else the organisation's, else the browser's. The session tells
// the first two; what it told last is stored, and until it tells (and before anybody has logged in) that holds, else
// what the browser asks for first of what there is. Every call says it to the server (Accept-Language), so that the
// server's sentences are in it too.
import frame from 'virtual:frame-words'
import { client } from '@/client/client.gen'
import { type Message, nameOfLanguage, setConventionsOf, write } from './intl'

type Words = { [key: string]: Message | Words }
const files = import.meta.glob<Words>(
  ['../../../locales/*/*.json', '!../../../locales/*/common.json', '!../../../locales/*/shell.json'],
  { import: 'default' },
)
/** What every screen within the frame needs comes together (vite.config.ts). */
const inFrame = { common: true, shell: true }
const STORED = 'varde-locale'
/** English with accents, longer, in brackets: shows what was forgotten. Found by `?lang=xx`, and never offered. */
const PSEUDO = 'xx'

export const languages: { code: string; name: string }[] = Object.keys(frame)
  .sort()
  .map((code) => ({ code, name: nameOfLanguage(code) }))
const isKnown = (code: string) => languages.some((l) => l.code === code)

/** `no`, `nn-NO` and `nb` → nb: whoever reads the one reads the other sooner than English. */
const codeOf = (tag: string) =>
  tag
    .slice(0, 2)
    .toLowerCase()
    .replace(/^n[no]$/, 'nb')

function wantedLanguage(): string {
  const asked = new URLSearchParams(location.search).get('lang')
  if (asked === PSEUDO) localStorage.setItem(STORED, PSEUDO)
  const stored = localStorage.getItem(STORED) ?? ''
  if (stored === PSEUDO || isKnown(stored)) return stored
  return navigator.languages.map(codeOf).find(isKnown) ?? 'en'
}

// From the start: the session is asked for before the words are there.
const language = wantedLanguage()
export const currentLanguage = (): string => language

/** Stores the language and shows this place in it, or `place`. */
export function changeLanguage(code: string, place?: string) {
  localStorage.setItem(STORED, code)
  // Where nothing can be stored a reload would find the language that is there now, and go on for ever.
  if (localStorage.getItem(STORED) !== code) return
  if (place === undefined) location.reload()
  else location.assign(place)
}

/** What the session says, by rank; the first that there are words in. Nothing when that is what is shown already. */
export function otherLanguage(...told: (string | undefined)[]): string | undefined {
  const wanted = told.map((tag) => codeOf(tag ?? '')).find(isKnown)
  return language === PSEUDO || wanted === language ? undefined : wanted
}

export async function startWords(): Promise<void> {
  const spoken = spokenLanguage()
  document.documentElement.lang = spoken
  setConventionsOf(spoken)
  await loadWords('common')
}

export const spokenLanguage = () => (language === PSEUDO ? 'en' : language)
client.interceptors.request.use((request) => {
  request.headers.set('Accept-Language', spokenLanguage())
  return request
})

const words = new Map<string, Message>()
const loaded = new Map<string, Promise<void>>()

async function load(ns: string): Promise<void> {
  const lng = spokenLanguage()
  const found = ns in inFrame ? (await frame[lng]?.())?.[ns] : await files[`../../../locales/${lng}/${ns}.json`]?.()
  const change = language === PSEUDO ? (await import('./pseudo')).pseudo : (message: Message) => message
  keep(`${ns}:`, (found ?? {}) as Words, change)
}

/** Loads namespaces in the language, each once; what could not be fetched is fetched again when it is next asked for. */
export async function loadWords(...namespaces: string[]): Promise<void> {
  for (const ns of namespaces) {
    if (loaded.has(ns)) continue
    const loading = load(ns)
    loading.catch(() => loaded.delete(ns))
    loaded.set(ns, loading)
  }
  await Promise.all(namespaces.map((ns) => loaded.get(ns)))
}

function keep(prefix: string, some: Words, change: (message: Message) => Message) {
  for (const [key, value] of Object.entries(some)) {
    if (typeof value === 'string' || Array.isArray(value)) words.set(prefix + key, change(value))
    else keep(`${prefix}${key}.`, value as Words, change)
  }
}

const find = (key: string) => words.get(key.includes(':') ? key : `common:${key}`)
/** What the server names may be newer than the words: then its own name of it. */
export const wordOr = (key: string, otherwise: string): string => (find(key) === undefined ? otherwise : t(key))

/** The words of `namespace:key`, or of `key` in the namespace common. */
export function t(key: string, values?: Record<string, unknown>): string {
  const message = find(key)
  try {
    if (message !== undefined) return write(message, values)
    console.error(`no word for ${key}`)
  } catch (error) {
    console.error(`${key}: ${error}`)
  }
  // Said to the browser's console, which the screenshots and the walk fail on.
  return key
}
