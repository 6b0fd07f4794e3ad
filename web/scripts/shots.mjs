// Visits every screen of tests/screens.json in the real program, in both themes and two widths, writes a picture of each
// into shots/, and fails on axe violations, console errors, violations of the content security policy, requests that
// fail, and pages wider than the screen.   ONLY=regex  THEMES=light  WIDTHS=360  KEEP=1 (leaves the program running)
// WORDS=nb, sv or pseudo (src/lib/pseudo.ts: what stays plain English was forgotten); the pictures' names begin with it.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inLanguage, LANGUAGES } from './in-language.mjs'
import { apiOf, logIn, reportPolicy, startBrowser, startProgram, totp, until } from './program.mjs'
import { invite, newAccount, PASSWORD, portrait, resetPath, seed, seedStaffing } from './seed.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const shots = join(here, '../../shots')
mkdirSync(shots, { recursive: true })
const { screens } = JSON.parse(readFileSync(join(here, '../tests/screens.json'), 'utf8'))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const only = process.env.ONLY ? new RegExp(process.env.ONLY) : undefined
const themes = (process.env.THEMES ?? 'light,dark').split(',')
const language = process.env.WORDS ?? 'en'
const { locale, stored } = LANGUAGES[language]
const words = await inLanguage(language)
const widths = (process.env.WIDTHS ?? '1280,360').split(',').map(Number)

const browser = await startBrowser()
const program = await startProgram(browser)
const { base, api } = program
await seed(api, program.now())

async function contextFor(theme, tag = locale) {
  const context = await browser.newContext({
    colorScheme: theme,
    locale: tag,
    timezoneId: 'Europe/Oslo',
    reducedMotion: 'reduce',
  })
  await context.addInitScript(
    ([scheme, language]) => {
      localStorage.setItem('mantine-color-scheme-value', scheme)
      localStorage.setItem('varde-locale', language)
    },
    [theme, stored],
  )
  await reportPolicy(context)
  return context
}

let ownPages
async function signIn(context) {
  const send = (path, form) =>
    context.request.fetch(`${base}/p/me/demo${path}`, {
      method: 'POST',
      form,
      headers: { Origin: base },
      maxRedirects: 0,
    })
  await send('/code', { contact: staff.mail })
  const code = await until('a code', async () => {
    const { items } = await api('GET', `/mailbox?q=${staff.mail}`)
    return items.map((m) => /^(\d{6}) /.exec(m.subject)?.[1]).find(Boolean)
  })
  await send('/sign-in', { code })
  return context.cookies()
}

let made = 0
let reset
const newEmail = (what) => `${what}${(made += 1)}@example.org`
/** An account in the language of the pictures: what it says itself goes before what the browser says. */
const speak = async (as) => {
  if (LANGUAGES[stored]) await as('PATCH', '/me', { locale: stored })
}
/** Who looks at a screen, if not the administrator, whose context is shared by all of a theme. */
const visitors = {
  anonymous: () => undefined,
  totp: (context) =>
    apiOf(context, base)('POST', '/session', { email: program.login.email, password: program.login.password }),
  async setup(context) {
    const email = newEmail('administrator')
    await newAccount(api, browser, base, email, 'administrator')
    await apiOf(context, base)('POST', '/session', { email, password: PASSWORD })
  },
  async requester(context) {
    const as = apiOf(context, base)
    const session = await as('POST', '/session', { email: 'leader@example.org', password: PASSWORD })
    if (session.state === 'terms_required') await as('POST', '/session/terms', { version: session.terms.version })
    await speak(as)
  },
  async auditor(context) {
    const email = newEmail('auditor')
    await newAccount(api, browser, base, email, 'auditor')
    const as = apiOf(context, base)
    const session = await as('POST', '/session', { email, password: PASSWORD })
    if (session.state === 'terms_required') await as('POST', '/session/terms', { version: session.terms.version })
    await speak(as)
  },
  // Somebody who is asked, on their own pages; signed in once, for codes are few.
  substitute: async (context) => context.addCookies(await (ownPages ??= signIn(context))),
  async terms(context) {
    const email = newEmail('editor')
    await newAccount(api, browser, base, email, 'editor')
    await apiOf(context, base)('POST', '/session', { email, password: PASSWORD })
  },
}

const cases = {}
// Asks on the public page as a person would, and, if so wanted, confirms it by the code.
async function askAsPerson(confirms) {
  const context = await contextFor('light', 'en-GB')
  const page = await context.newPage()
  await page.goto(`${base}/p/requests/demo`)
  await page.getByRole('radio', { name: /Access/ }).check()
  await page.getByLabel('Your name').fill('Demo Person')
  await page.getByLabel('Your e-mail address or phone number').fill(staff.mail)
  program.moveClock(5)
  const codes = async () =>
    (await api('GET', `/mailbox?q=${staff.mail}`)).items
      .map((m) => /^(\d{6}) is your code/.exec(m.subject)?.[1])
      .filter(Boolean)
  const before = (await codes()).length
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.waitForURL(/requests\/demo\/.{43}$/)
  const path = new URL(page.url()).pathname
  if (!confirms) await until('its code', async () => (await codes()).length > before)
  if (confirms) {
    const [code] = await until('a code', async () => {
      const all = await codes()
      return all.length > before && all
    })
    await page.getByLabel('The code').fill(code)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('Case number').waitFor()
  }
  await context.close()
  return path
}
const found = new Map()
async function pathOf(path) {
  let out = path
  if (path.includes('{invitation}')) return invite(api, newEmail('invited'), 'editor')
  // One after the other: who waits for a code takes the next that comes.
  if (path === '{request-code}') return (cases[path] ??= askAsPerson(false))
  if (path === '{request-case}') return (cases[path] ??= pathOf('{request-code}').then(() => askAsPerson(true)))
  // Asking for more of them than a person would is refused; to look at the page does not use it up.
  if (path.includes('{reset}')) return (reset ??= await resetPath(api, program.login.email))
  if (path.includes('{clicked}')) {
    const id = await pathOf('{campaigns:name=Summer party}')
    const person = await until('somebody to click', async () => {
      const { items } = await api('GET', `/campaigns/${id}/people?what=clicked`)
      return items[0]?.person
    })
    return path.replace('{clicked}', person.id)
  }
  out = out.replace(/\{staff\.(\w+)\}/g, (_, name) => staff[name])
  for (const [whole, things, key, value] of path.matchAll(/\{(\w+)(?::(\w+)=([^}]+))?\}/g)) {
    if (!found.has(whole)) {
      const { items } = await api('GET', `/${things}`)
      const item = key ? items.find((i) => String(i[key]) === value) : items[0]
      if (!item) throw new Error(`nothing matches ${whole}`)
      found.set(whole, item.id)
    }
    out = out.replace(whole, found.get(whole))
  }
  return out
}

async function perform(page, steps) {
  for (const [act, a, b] of steps ?? []) {
    if (act === 'fill') await page.locator('main').getByLabel(words(a)).first().fill(b)
    else if (act === 'code') {
      const secret = await page.locator('code').first().textContent()
      await page.getByLabel(words(a)).first().fill(totp(secret.trim(), program.now()))
    } else if (act === 'click')
      await page
        .getByRole(a, { name: words(b) })
        .first()
        .click()
    else if (act === 'picture')
      await page
        .locator('dialog[open] input[type=file]')
        .setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: portrait() })
    else if (act === 'find') await page.locator(a).first().waitFor()
    else if (act === 'wait') await page.getByText(words(a)).filter({ visible: true }).first().waitFor()
  }
}

const failures = []
let taken = 0
async function picture(context, screen, theme, width) {
  const name = `${language === 'en' ? '' : `${language}-`}${screen.name}-${theme}-${width}`
  const fail = (text) => failures.push(`${name}: ${text}`)
  // The clock that is planted below is kept out of the sandboxed preview of a message, as every script is.
  const expected = new RegExp(`status of (${screen.refused ?? 'none'})|^Blocked script execution in 'about:srcdoc'`)
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  // The program's clock was moved on; what is over there is over here.
  await page.clock.setFixedTime(new Date(program.now() * 1000))
  await page.setViewportSize({ width, height: width < 600 ? 740 : 860 })
  page.on('console', (m) => {
    if (m.type() === 'error' && !expected.test(m.text())) fail(`console: ${m.text()}`)
  })
  page.on('pageerror', (e) => fail(`error: ${e.message}`))
  page.on('requestfailed', (r) => {
    if (r.failure()?.errorText !== 'net::ERR_ABORTED') fail(`${r.method()} ${r.url()}: ${r.failure()?.errorText}`)
  })
  try {
    await page.goto(base + (await pathOf(screen.path)))
    await page.locator('h1').first().waitFor()
    await page.waitForFunction(() => !document.querySelector('.skeleton-skeletons'))
    await perform(page, screen.do)
    await page.waitForTimeout(300)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (over > 1) fail(`${over} px wider than the screen`)
    await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
    taken += 1
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      }),
    )
    for (const v of violations) {
      const where = v.nodes
        .slice(0, 3)
        .map((n) => `${n.target.join(' ')} ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`)
      fail(`axe ${v.id} (${v.impact}): ${where.join(' | ')}`)
    }
  } catch (error) {
    fail(String(error.message ?? error).split('\n')[0])
    await page.screenshot({ path: join(shots, `${name}.png`) }).catch(() => undefined)
  }
  await page.close()
}

async function visit(theme, shared) {
  for (const screen of screens) {
    if (only && !only.test(screen.name)) continue
    for (const width of widths) {
      const context = screen.as ? await contextFor(theme) : shared
      try {
        if (screen.as) await visitors[screen.as](context)
        await picture(context, screen, theme, width)
      } catch (error) {
        failures.push(`${screen.name}-${theme}-${width}: ${error.message.split('\n')[0]}`)
      }
      if (screen.as) await context.close()
    }
  }
  await shared.close()
}

await pathOf('{clicked}')
program.endSimulation()
const staff = await seedStaffing(api, program, browser)
program.sql(
  "INSERT INTO job (job_id, kind, tenant_id, payload, run_at, created_at, attempts, failed_at, error) SELECT gen_random_uuid(), k, tenant_id, '{}', now(), now(), 10, now(), 'The disk is full: make room, then try it again.' FROM tenant, unnest(ARRAY['people.import', 'journey.webhook']) k WHERE demo",
)

try {
  // Both themes at once: most of the time is spent waiting. But logged in one after the other: each takes a code.
  const visits = []
  for (const theme of themes) {
    const context = await contextFor(theme)
    await speak(await logIn(program, context))
    visits.push(visit.bind(undefined, theme, context))
  }
  await Promise.all(visits.map((run) => run()))
} finally {
  await browser.close()
  if (process.env.KEEP) console.log(`${base}\n${JSON.stringify(program.login)}`)
  else await program.stop()
}
console.log(`${taken} pictures in shots/, ${failures.length} failures`)
for (const f of failures) console.log(`  ${f}`)
process.exit(failures.length ? 1 : 0)
