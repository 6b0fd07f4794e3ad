// Visits every screen of tests/screens.json in both themes and two widths, writes a picture of each into shots/,
// and fails on axe violations, console errors, policy violations and pages wider than the screen.
//   VARDE_URL, VARDE_EMAIL, VARDE_PASSWORD, VARDE_TOTP (a code): the real program; without them the fake server.
//   VARDE_SETUP_EMAIL: an account that still has to set up its second factor.   ONLY=regex  THEMES=light  WIDTHS=360
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { makeServer } from '../dev/fake-server.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const shots = join(here, '../../shots')
mkdirSync(shots, { recursive: true })
const { screens } = JSON.parse(readFileSync(join(here, '../tests/screens.json'), 'utf8'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const env = process.env
const real = Boolean(env.VARDE_URL)
const only = env.ONLY ? new RegExp(env.ONLY) : undefined
const themes = (env.THEMES ?? 'light,dark').split(',')
const widths = (env.WIDTHS ?? '1280,360').split(',').map(Number)
const account = {
  email: env.VARDE_EMAIL ?? 'admin@demo.example',
  password: env.VARDE_PASSWORD ?? 'demo-demo-demo',
  totp: env.VARDE_TOTP ?? '123456',
}
const setupEmail = env.VARDE_SETUP_EMAIL ?? (real ? undefined : 'new@demo.example')

let base = env.VARDE_URL
let server
if (!base) {
  server = makeServer()
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  base = `http://127.0.0.1:${server.address().port}`
}

const browser = await chromium.launch({
  executablePath: env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})

async function post(context, path, data) {
  const answer = await context.request.post(base + path, { data, headers: { Origin: base } })
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`)
  return answer.json()
}

async function contextFor(who, theme) {
  const context = await browser.newContext({
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Oslo',
    reducedMotion: 'reduce',
  })
  await context.addInitScript((scheme) => {
    localStorage.setItem('mantine-color-scheme-value', scheme)
    addEventListener('securitypolicyviolation', (e) =>
      console.error(
        `CSP: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`,
      ),
    )
  }, theme)
  if (who === 'anonymous') return context
  const email = who === 'setup' ? setupEmail : account.email
  const session = await post(context, '/api/v1/session', { email, password: account.password })
  if (who === 'ready' && session.state === 'totp_required')
    await post(context, '/api/v1/session/totp', { code: account.totp })
  return context
}

const found = new Map()
async function resolvePath(context, path) {
  let out = path
  for (const [whole, things, key, value] of path.matchAll(/\{(\w+)(?::(\w+)=([^}]+))?\}/g)) {
    if (!found.has(whole)) {
      const { items } = await (await context.request.get(`${base}/api/v1/${things}?limit=200`)).json()
      const item = key ? items.find((i) => String(i[key]) === value) : items[0]
      found.set(whole, item?.id)
    }
    if (!found.get(whole)) return undefined
    out = out.replace(whole, found.get(whole))
  }
  return out
}

async function perform(page, steps) {
  for (const [act, a, b] of steps ?? []) {
    if (act === 'fill') await page.getByLabel(a, { exact: false }).first().fill(b)
    else if (act === 'click')
      await page
        .getByRole(a, { name: b.startsWith('/') ? new RegExp(b.slice(1, -1)) : b })
        .first()
        .click()
    else if (act === 'wait') await page.getByText(a).first().waitFor({ timeout: 5000 })
  }
}

const failures = []
let taken = 0
async function visit(theme) {
  const contexts = new Map()
  for (const screen of screens) {
    if (only && !only.test(screen.name)) continue
    if (real && screen.demoOnly) continue
    const who = screen.as ?? 'ready'
    if (who === 'setup' && !setupEmail) continue
    // A login half done is used up by its screen; finished ones are shared.
    if (!contexts.has(who)) contexts.set(who, await contextFor(who, theme))
    const context = contexts.get(who)
    const path = await resolvePath(context, screen.path)
    if (!path) {
      console.log(`skip ${screen.name}: nothing matches ${screen.path}`)
      continue
    }
    for (const width of widths) {
      const name = `${screen.name}-${theme}-${width}`
      const fail = (text) => failures.push(`${name}: ${text}`)
      const page = await context.newPage()
      await page.setViewportSize({ width, height: width < 600 ? 740 : 860 })
      page.on('console', (m) => {
        if (m.type() === 'error' && !/status of 4(01|04|22)/.test(m.text())) fail(`console: ${m.text()}`)
      })
      page.on('pageerror', (e) => fail(`error: ${e.message}`))
      try {
        await page.goto(base + path)
        await page.locator('h1').first().waitFor({ timeout: 8000 })
        await page
          .waitForFunction(() => !document.querySelector('.skeletons'), undefined, { timeout: 6000 })
          .catch(() => fail('still loading after 6 s'))
        if (screen.do && (width === widths[0] || !/codes|terms/.test(screen.name)))
          await perform(page, screen.do)
        await page.waitForTimeout(350)
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        if (over > 1) fail(`${over} px wider than the screen`)
        await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
        taken += 1
        await page.evaluate(axe)
        const { violations } = await page.evaluate(() =>
          window.axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
          }),
        )
        for (const v of violations)
          fail(
            `axe ${v.id} (${v.impact}): ${v.nodes
              .slice(0, 3)
              .map((n) => `${n.target.join(' ')} ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`)
              .join(' | ')}`,
          )
      } catch (error) {
        fail(String(error.message ?? error).split('\n')[0])
        await page.screenshot({ path: join(shots, `${name}.png`) }).catch(() => undefined)
      }
      await page.close()
    }
  }
  for (const context of contexts.values()) await context.close()
}
// Both themes at once: most of the time is spent waiting.
await Promise.all(themes.map(visit))
await browser.close()
server?.close()
server?.closeAllConnections()
console.log(`${taken} pictures in shots/, ${failures.length} failures`)
for (const f of failures) console.log(`  ${f}`)
process.exit(failures.length ? 1 : 0)
