// `npm run dev`: Vite, with the program that `./dev up` runs (or VARDE_API names) behind /api.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'vite'

const address = new URL('../../var/data/address', import.meta.url)
const api = process.env.VARDE_API ?? (existsSync(address) && readFileSync(address, 'utf8').trim())
if (!api) throw new Error('Start the program first (./dev up), or set VARDE_API.')
const vite = await createServer({ server: { port: 5173, proxy: { '/api': api } } })
await vite.listen()
vite.printUrls()
