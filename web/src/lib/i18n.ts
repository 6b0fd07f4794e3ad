// Words come from locales/<language>/<namespace>.json at the repository's root, where the server reads
// them too. Each route loads only the namespaces it names; changing the language reloads the page, so
// that `t` can stay a plain function.

import frame from 'virtual:frame-words'
import i18next from 'i18next'

type Words = Record<string, unknown>
const files = import.meta.glob<Words>(
  ['../../../locales/*/*.json', '!../../../locales/*/common.json', '!../../../locales/*/shell.json'],
  { import: 'default' },
)
/** What every screen within the frame needs comes together (vite.config.ts). */
const inFrame = { common: true, shell: true }
const STORED = 'varde-locale'

export const languages: { code: string; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'nb', name: 'Norsk bokmål' },
  { code: 'sv', name: 'Svenska' },
].filter(({ code }) => code === 'en' || Object.keys(files).some((f) => f.includes(`/locales/${code}/`)))

export function currentLanguage(): string {
  const stored = localStorage.getItem(STORED)
  const wanted = stored ?? navigator.language.slice(0, 2)
  return languages.some((l) => l.code === wanted) ? wanted : 'en'
}

export function changeLanguage(code: string) {
  localStorage.setItem(STORED, code)
  location.reload()
}

export async function startWords(): Promise<void> {
  const lng = currentLanguage()
  document.documentElement.lang = lng
  await i18next.init({
    lng,
    fallbackLng: 'en',
    ns: ['common'],
    defaultNS: 'common',
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
    // Seen by the screenshots, which fail on anything said to the console.
    parseMissingKeyHandler: (key, fallback) => {
      if (fallback === undefined) console.error(`no word for ${key}`)
      return fallback ?? key
    },
  })
  await loadWords('common')
}

/** Loads namespaces in the current language and in English, which fills the gaps. */
export async function loadWords(...namespaces: string[]): Promise<void> {
  const wanted = [...new Set([i18next.language, 'en'])]
  await Promise.all(
    namespaces.flatMap((ns) =>
      wanted.map(async (lng) => {
        if (i18next.hasResourceBundle(lng, ns)) return
        const words =
          ns in inFrame ? (await frame[lng]?.())?.[ns] : await files[`../../../locales/${lng}/${ns}.json`]?.()
        if (words) i18next.addResourceBundle(lng, ns, words)
      }),
    ),
  )
}

export const t = (key: string, values?: Record<string, unknown>): string => i18next.t(key, values ?? {})
export const hasWord = (key: string): boolean => i18next.exists(key)
