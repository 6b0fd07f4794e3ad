// Writes the typed client of web/openapi.json into web/src/client (committed): calls, types, enumerations, and for what
// is read the key and the options of a query.
import { defineConfig } from '@hey-api/openapi-ts'

/** What only looks, though it is a POST for its body's sake. */
const looks = ['checkPassword', 'measureSms', 'previewSegment', 'renderDocument', 'setUpTotp']

export default defineConfig({
  input: '../openapi.json',
  output: { path: '../src/client', postProcess: [] },
  parser: { hooks: { operations: { isQuery: ({ id }) => looks.includes(id) || undefined } } },
  plugins: [
    { name: '@hey-api/client-fetch', baseUrl: '' },
    { name: '@hey-api/typescript', enums: 'javascript' },
    // The session is a cookie, which the browser sends by itself.
    { name: '@hey-api/sdk', auth: false },
    // A form sends what was typed itself (lib/form.ts); a mutation of its own would keep the same twice.
    { name: '@tanstack/react-query', includeInEntry: true, mutationOptions: false },
  ],
})
