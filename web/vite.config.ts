import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** The words that every screen within the frame needs come with one request, for each language. */
function wordsOf(id: string): string | null {
  const [, language] = /locales\/(\w+)\/(?:common|shell)\.json$/.exec(id) ?? []
  return language ? `words-${language}` : null
}

/** What several screens of an area share. */
const areaOf = (id: string): string | null => /\/src\/screens\/(\w+)\//.exec(id)?.[1] ?? null

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: '__NONCE__' },
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
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
            { name: wordsOf, priority: 4 },
            { name: 'start', tags: ['$initial'], test: (id) => !/\/(index\.html|main\.tsx)$/.test(id), priority: 3 },
            { name: 'icons', test: /@tabler/, priority: 2 },
            { name: 'parts', test: /@mantine|\/src\/(ui|lib)\//, minShareCount: 2, priority: 2 },
            { name: areaOf, minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node', setupFiles: ['tests/browser.ts'] },
})
