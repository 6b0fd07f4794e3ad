// Writes the typed client of web/openapi.json into web/src/client (committed).
import { defineConfig } from '@hey-api/openapi-ts'

export default defineConfig({
  input: '../openapi.json',
  output: { path: '../src/client', lint: false, format: false },
  plugins: [{ name: '@hey-api/client-fetch', baseUrl: '' }, '@hey-api/typescript', '@hey-api/sdk'],
})
