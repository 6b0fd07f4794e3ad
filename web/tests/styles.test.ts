// Styles stand beside what they style: every class that a screen names exists, each that exists is named by somebody,
// and no two are called the same in the browser.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { className } from '../scripts/class-name.mjs'

const source = join(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true })
  .map((f) => join(source, String(f)))
  .filter((f) => !f.includes('/client/'))

/** The classes that stand in a sheet, but for those that are said to be another's. */
const classesIn = (css: string) =>
  new Set(
    [...css.replace(/\/\*.*?\*\/|:global\([^)]*\)/gs, '').matchAll(/([^{};]+)\{/g)]
      .flatMap((rule) => [...rule[1]!.matchAll(/\.([a-z][\w-]*)/gi)])
      .map((m) => m[1]!),
  )
const modules = new Map(
  files.filter((f) => f.endsWith('.module.css')).map((f) => [f, classesIn(readFileSync(f, 'utf8'))]),
)
const common = new Set(
  files
    .filter((f) => f.endsWith('.css') && !f.endsWith('.module.css'))
    .flatMap((f) => [...classesIn(readFileSync(f, 'utf8'))]),
)
const code = files.filter((f) => /\.tsx?$/.test(f)).map((f) => ({ file: f, text: readFileSync(f, 'utf8') }))
const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)

/** What is named of each module, and whether some of it is named only when the program runs. */
const named = new Map([...modules.keys()].map((f) => [f, { classes: new Set<string>(), counted: false }]))
const unknown: string[] = []
for (const { file, text } of code) {
  for (const [, name, from] of text.matchAll(/import (\w+) from '([^']+\.module\.css)'/g)) {
    const module = from!.startsWith('@/') ? join(source, from!.slice(2)) : resolve(dirname(file), from!)
    const use = named.get(module)
    if (!use) unknown.push(`${file}: ${from}`)
    else {
      for (const [, used] of text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))) {
        const local = modules.get(module)!.has(used!) ? used! : kebab(used!)
        if (!modules.get(module)!.has(local)) unknown.push(`${file}: ${name}.${used}`)
        use.classes.add(local)
      }
      if (new RegExp(`\\b${name}\\[`).test(text)) use.counted = true
    }
  }
}

describe('classes', () => {
  it('that are named exist', () => {
    expect(unknown).toEqual([])
  })
  it('that exist are named', () => {
    const dead = [...modules].flatMap(([f, classes]) => {
      const { classes: used, counted } = named.get(f)!
      return counted ? [] : [...classes].filter((c) => !used.has(c)).map((c) => `${f}: ${c}`)
    })
    const words = new Set(code.flatMap(({ text }) => text.match(/[\w-]+/g) ?? []))
    expect([...dead, ...[...common].filter((c) => !words.has(c))]).toEqual([])
  })
  it('are called differently', () => {
    const all = [...modules].flatMap(([f, classes]) => [...classes].map((c) => className(c, f)))
    expect([...all, ...common].filter((c, i, list) => list.indexOf(c) !== i)).toEqual([])
  })
})
