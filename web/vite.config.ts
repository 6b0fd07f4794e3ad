import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, TYPE } from '@formatjs/icu-messageformat-parser'
import react from '@vitejs/plugin-react'
import type { CodeSplittingNameFunction } from 'rolldown'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { className } from './scripts/class-name.mjs'

/** From so many screens on a part comes with all of them, rather than with a file of its own: a package's, and our own. */
const MOST = 9
const SEVERAL = 4

type Modules = Parameters<CodeSplittingNameFunction>[1]

/** The screens that need a module: what imports it, and so on, up to what is imported when it is needed. */
function screensOf(id: string, modules: Modules, seen = new Set<string>()): Set<string> {
  const screens = new Set<string>()
  const info = modules.getModuleInfo(id)
  if (!info || seen.has(id)) return screens
  seen.add(id)
  if (info.dynamicImporters.length) screens.add(id)
  for (const importer of info.importers) for (const s of screensOf(importer, modules, seen)) screens.add(s)
  return screens
}

/** What most screens are made of, and the styles of all: they are small, and each file of them is a request. */
function partsOf(id: string, modules: Modules): string | null {
  const screens = /\/src\/(ui|lib)\//.test(id) ? screensOf(id, modules).size : 0
  const shared = screens >= (id.includes('/src/ui/') ? SEVERAL : 2)
  return shared || /\.module\.css|color-scheme|\/noop\.|[iI]nfiniteQuery/.test(id) ? 'parts' : null
}

/** What several screens of an area share. */
function areaOf(id: string, modules: Modules): string | null {
  const [, area] = /\/src\/screens\/(\w+)\//.exec(id) ?? []
  return area && screensOf(id, modules).size > 1 ? area : null
}

const locales = fileURLToPath(new URL('../locales', import.meta.url))
const languages = readdirSync(locales).filter((l) => existsSync(`${locales}/${l}/common.json`))

/** A message of ICU MessageFormat as its parts, so that the browser need not parse; plain text as it is. */
function compiled(_key: string, value: unknown) {
  if (typeof value !== 'string') return value
  const parts = parse(value, { ignoreTag: true })
  if (parts.length === 1 && parts[0]!.type === TYPE.literal) return parts[0]!.value
  return JSON.parse(JSON.stringify(parts, (key, v) => (key === 'location' ? undefined : v)))
}

/** The files of locales/, parsed; and what a browser without scripts is told, in every language. */
function words(): Plugin {
  const common = (language: string) => JSON.parse(readFileSync(`${locales}/${language}/common.json`, 'utf8'))
  return {
    name: 'words',
    enforce: 'pre',
    transform: (text, id) =>
      id.startsWith(`${locales}/`) && id.endsWith('.json') ? JSON.stringify(JSON.parse(text, compiled)) : undefined,
    transformIndexHtml: () => [
      {
        tag: 'noscript',
        injectTo: 'body',
        children: languages.map((lang) => ({ tag: 'p', attrs: { lang }, children: common(lang).noscript })),
      },
    ],
  }
}

/** The words that every screen within the frame needs, in one file for each language, which is one request. */
function frameWords(): Plugin {
  const prefix = '\0virtual:frame-words'
  return {
    name: 'frame-words',
    resolveId: (id) => (id.startsWith('virtual:frame-words') ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(prefix)) return
      const language = id.slice(prefix.length + 1)
      if (!language) {
        const loaders = languages.map((l) => `${l}: () => import('virtual:frame-words/${l}')`)
        return `export default { ${loaders.join(', ')} }`
      }
      return ['common', 'shell']
        .map((ns) => `export { default as ${ns} } from '${locales}/${language}/${ns}.json'`)
        .join('\n')
    },
  }
}

export default defineConfig({
  plugins: [react(), words(), frameWords()],
  html: { cspNonce: '__NONCE__' },
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  css: { modules: { localsConvention: 'dashesOnly', generateScopedName: className } },
  server: { fs: { allow: ['..'] } },
  build: {
    manifest: true,
    target: 'es2022',
    cssCodeSplit: true,
    // A data: URL would be blocked by the content security policy for anything but pictures.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // A file for each set of modules that are used together would be a hundred requests for a screen.
        codeSplitting: {
          groups: [
            { name: 'start', tags: ['$initial'], test: (id) => !/\/(index\.html|main\.tsx)$/.test(id), priority: 3 },
            { name: 'icons', test: /@tabler/, minShareCount: 2, priority: 2 },
            { name: 'mantine', test: /@mantine/, minShareCount: MOST, priority: 2 },
            { name: partsOf, priority: 1, includeDependenciesRecursively: false },
            { name: areaOf, includeDependenciesRecursively: false },
          ],
        },
      },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node', setupFiles: ['tests/browser.ts'] },
})
