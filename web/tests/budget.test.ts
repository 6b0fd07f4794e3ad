import { describe, expect, it } from 'vitest'
import { check, closure, limitFor, limits } from '../scripts/budget.mjs'

const manifest = {
  'index.html': {
    file: 'e.js',
    isEntry: true,
    imports: ['_v.js'],
    css: ['e.css'],
    dynamicImports: ['src/screens/a/report.tsx', 'src/screens/login/login.tsx', 'src/shell/shell.tsx'],
  },
  '_v.js': { file: 'v.js' },
  'src/shell/shell.tsx': { file: 's.js', imports: ['_v.js', '_u.js'] },
  '_u.js': { file: 'u.js', imports: ['_v.js'], css: ['u.css'] },
  'src/screens/a/report.tsx': { file: 'r.js', imports: ['_u.js'] },
  'src/screens/login/login.tsx': { file: 'l.js', imports: ['_v.js'] },
}

describe('budgets', () => {
  it('count every file a screen needs, once', () => {
    expect([...closure(manifest, ['src/screens/a/report.tsx', 'src/shell/shell.tsx'])].sort()).toEqual([
      'r.js',
      's.js',
      'u.css',
      'u.js',
      'v.js',
    ])
  })
  it('take entry, shell and screen together, and login without the shell', () => {
    const rows = check(manifest, () => 10)
    const bytes = Object.fromEntries(rows.map((r: { name: string; bytes: number }) => [r.name, r.bytes]))
    expect(bytes).toEqual({ 'entry JS': 20, 'entry CSS': 10, 'a/report.tsx': 70, 'login/login.tsx': 40 })
  })
  it('fail what is too big', () => {
    expect(check(manifest, () => 100_000).filter((r: { over: boolean }) => r.over).length).toBeGreaterThan(0)
  })
  it('allow reports and the composer more', () => {
    expect(limitFor('src/screens/campaigns/report.tsx')).toBe(limits.report)
    expect(limitFor('src/screens/campaigns/edit/edit.tsx')).toBe(limits.composer)
    expect(limitFor('src/screens/people/persons.tsx')).toBe(limits.route)
  })
  it('refuse a manifest with holes', () => {
    expect(() => closure(manifest, ['gone'])).toThrow(/manifest/)
  })
})
