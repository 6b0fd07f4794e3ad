// Every word the screens ask for is in locales/en, and nothing lies there unused.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const locales = join(import.meta.dirname, '../../locales/en')
const source = join(import.meta.dirname, '../src')

function keysOf(value: unknown, prefix: string): string[] {
  if (typeof value === 'string') return [prefix]
  return Object.entries(value as Record<string, unknown>).flatMap(([k, v]) => keysOf(v, prefix ? `${prefix}.${k}` : k))
}
const known = new Set(
  readdirSync(locales).flatMap((file) => {
    const ns = file.replace('.json', '')
    return keysOf(JSON.parse(readFileSync(join(locales, file), 'utf8')), '').map((k) => `${ns}:${k}`)
  }),
)
const bare = new Set([...known].map((k) => k.replace(/_(zero|one|other)$/, '')))

const code = readdirSync(source, { recursive: true })
  .map(String)
  .filter((f) => /\.tsx?$/.test(f) && !f.startsWith('client'))
  .map((f) => readFileSync(join(source, f), 'utf8'))
  .join('\n')

const full = (key: string) => (key.includes(':') ? key : `common:${key}`)
const literal = [
  ...code.matchAll(/\bt\(\s*'([^']+)'/g),
  ...code.matchAll(/\bt\([^'`()]+\?\s*'([^']+)'\s*:\s*'([^']+)'/g),
]
  .flatMap((m) => m.slice(1).filter(Boolean))
  .map(full)
const patterns = [...code.matchAll(/`((?:[a-z]+:)?[\w.]*\$\{[^`]*)`/g)].map((m) => full(m[1]!))
const patternRegex = patterns
  .filter((p) => /^[a-z]+:[\w.]/.test(p))
  .map(
    (p) =>
      new RegExp(
        `^${p
          .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '@@')
          .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
          .replaceAll('@@', '[\\w.]*')}$`,
      ),
  )

describe('words', () => {
  it('are all there', () => {
    expect(literal.filter((k) => !bare.has(k) && !known.has(k))).toEqual([])
  })
  it('are all used', () => {
    const mentioned = (key: string) => code.includes(`'${key}'`) || code.includes(`'${key.replace(/^common:/, '')}'`)
    const used = (k: string) => mentioned(k) || patternRegex.some((r) => r.test(k))
    const unused = [...known].filter((k) => !used(k) && !used(k.replace(/_(zero|one|other)$/, '')))
    expect(unused).toEqual([])
  })
})
