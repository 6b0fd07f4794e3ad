import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

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
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node', setupFiles: ['tests/browser.ts'] },
})
