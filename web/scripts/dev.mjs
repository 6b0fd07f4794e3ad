// `npm run dev`: Vite with the fake server behind /api, or behind VARDE_API where the real program runs.
import { createServer } from 'vite'
import { makeServer } from './fake-server.mjs'

const api = process.env.VARDE_API ?? 'http://127.0.0.1:5180'
if (!process.env.VARDE_API) makeServer().listen(5180, '127.0.0.1')
const vite = await createServer({ server: { port: 5173, proxy: { '/api': api } } })
await vite.listen()
vite.printUrls()
