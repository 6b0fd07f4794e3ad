// Holds the built console to its budgets. Sizes are gzip, from Vite's manifest: the entry with everything it
// imports statically, and for every screen the entry, the shell and the screen's own static imports together.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

export const limits = {
  entryJs: 150_000,
  entryCss: 20_000,
  route: 220_000,
  report: 290_000,
  composer: 380_000,
}

/** The chunks that must be there before `keys` can run, by their keys. */
function needed(manifest, keys) {
  const seen = new Set()
  const queue = [...keys]
  while (queue.length) {
    const key = queue.pop()
    if (seen.has(key)) continue
    if (!manifest[key]) throw new Error(`not in the manifest: ${key}`)
    seen.add(key)
    queue.push(...(manifest[key].imports ?? []))
  }
  return seen
}

/** Every file that `keys` need before they can run. */
export function closure(manifest, keys) {
  return new Set([...needed(manifest, keys)].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]))
}

export function limitFor(key) {
  if (/campaigns\/(report|people)|forms\/results/.test(key)) return limits.report
  if (/campaigns\/(edit\/|template\.)|journeys\/journey\/|composer/.test(key)) return limits.composer
  return limits.route
}

/** [{name, bytes, limit, over}] for the entry and every screen; `size` gives a file's gzip size. */
export function check(manifest, size, extra = {}) {
  const sum = (files) => [...files].reduce((n, f) => n + size(f), 0)
  const entry = Object.keys(manifest).find((k) => manifest[k].isEntry)
  const base = closure(manifest, [entry])
  const row = (name, bytes, limit) => ({ name, bytes, limit, over: bytes > limit })
  const rows = [
    row('entry JS', sum([...base].filter((f) => f.endsWith('.js'))), limits.entryJs),
    row('entry CSS', sum([...base].filter((f) => f.endsWith('.css'))), limits.entryCss),
  ]
  const shell = Object.keys(manifest).find((k) => k.endsWith('shell/shell.tsx'))
  const lazy = [...needed(manifest, [entry])].flatMap((key) => manifest[key].dynamicImports ?? [])
  for (const key of lazy.filter((k) => k.startsWith('src/screens/')).sort()) {
    const keys = [entry, key, ...(extra[key] ?? [])]
    if (!key.includes('/login/')) keys.push(shell)
    rows.push(row(key.replace('src/screens/', ''), sum(closure(manifest, keys)), limitFor(key)))
  }
  if (rows.length < 3) throw new Error('no screens in the manifest')
  return rows
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist')
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
  const sizes = new Map()
  const size = (file) => {
    if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(dist, file)), { level: 9 }).length)
    return sizes.get(file)
  }
  // The words each screen waits for count too; they are loaded beside it.
  const commonWords = Object.keys(manifest).filter((k) => k.endsWith('virtual:frame-words/en'))
  const lazyParts = (name) => Object.keys(manifest).filter((k) => k.includes(name))
  const extra = {}
  for (const key of Object.keys(manifest)) {
    if (!key.startsWith('src/screens/')) continue
    extra[key] = [...commonWords]
    // The parts a composer or canvas loads late are what its budget is about.
    if (/campaigns\/(edit\/|template\.)/.test(key)) extra[key].push(...lazyParts('composer/rich-text'))
    if (/journeys\/journey\//.test(key)) extra[key].push(...lazyParts('journeys/canvas'))
  }
  const rows = check(manifest, size, extra)
  for (const { name, bytes, limit, over } of rows) {
    console.log(
      `${over ? 'OVER' : 'ok  '} ${name.padEnd(36)} ${(bytes / 1000).toFixed(1).padStart(7)} kB of ${limit / 1000}`,
    )
  }
  if (rows.some((r) => r.over)) process.exit(1)
}
