// A substitute's phone: 360 px wide, first without scripts, then with a passkey. As browser.mjs: a line of JSON in for each
// step, a line with what was seen out.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../web/package.json', import.meta.url))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const base = process.argv[2]
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost'],
})
const errors = []
const open = async (options) => {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Oslo', viewport: { width: 360, height: 740 }, ignoreHTTPSErrors: true, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('console', (m) => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && errors.push(m.text()))
  page.on('pageerror', (e) => errors.push(e.stack))
  return page
}
const plain = await open({ javaScriptEnabled: false })  // what works here works without a script
const looking = await open({})  // to look at the same pages with axe
let devices, authenticator, assertion

// What keeps a page from being used at 360 px: it is wider, or something to press is smaller than 44 px.
const measure = () => {
  const out = []
  if (document.documentElement.scrollWidth > innerWidth) out.push(`wider than the window: ${document.documentElement.scrollWidth}`)
  for (const e of document.querySelectorAll('a, button, select, input:not([type=hidden])')) {
    const target = e.matches('[type=checkbox], [type=radio]') ? e.closest('label, .choice') : e
    const { width, height } = target.getBoundingClientRect()
    if (e.offsetParent && (height < 44 || width < 44)) out.push(`${Math.round(width)} by ${Math.round(height)}: ${target.outerHTML.slice(0, 90)}`)
  }
  return out
}

const steps = {
  async ask({ home, contact }) {
    await plain.goto(base + home)
    await plain.getByLabel('Phone number or e-mail').fill(contact)
    await plain.getByRole('button', { name: 'Send me a code' }).click()
    await plain.getByRole('heading', { name: 'Enter the code' }).waitFor()
  },
  async enter({ code }) {
    await plain.getByLabel('Code').fill(code)
    await plain.getByRole('button', { name: 'Sign in', exact: true }).click()
    await plain.getByRole('navigation').waitFor()
    await looking.context().addCookies(await plain.context().cookies())
    return (await plain.context().cookies()).map(({ name, path, secure, httpOnly, sameSite }) => ({ name, path, secure, httpOnly, sameSite }))
  },
  // Looks at a page, light and dark.
  async look({ path }) {
    const out = []
    for (const colorScheme of ['light', 'dark']) {
      await looking.emulateMedia({ colorScheme })
      await looking.goto(base + path)
      out.push(...await looking.evaluate(measure))
      await looking.evaluate(axe)
      const { violations } = await looking.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
      out.push(...violations.map((v) => `${colorScheme}: axe ${v.id}: ${v.nodes.map((n) => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')}`))
    }
    return out
  },
  async say_yes({ home }) {
    await plain.goto(base + home)
    await plain.getByRole('link', { name: 'Answer' }).click()
    await plain.getByRole('button', { name: 'Yes, I can' }).click()
    return plain.getByRole('status').innerText()
  },
  async say_when({ home }) {
    await plain.goto(`${base}${home}/availability`)
    // On the last day of a month there is none to come: the next month is a link away.
    const days = plain.locator('td:not(.today) a')
    if ((await days.count()) === 0) await plain.locator('p.out a').last().click()
    await days.last().click()
    await plain.getByLabel('I cannot work').check()
    await plain.getByRole('button', { name: 'Add' }).click()
    await plain.getByText('Saved.').waitFor()
    return plain.getByRole('cell').filter({ has: plain.getByRole('img', { name: 'cannot work' }) }).count()
  },
  async cancel({ home }) {
    await plain.goto(`${base}${home}/bookings`)
    await plain.getByRole('link', { name: 'Details' }).first().click()
    await plain.getByRole('link', { name: 'Cancel my booking' }).click()
    await plain.getByRole('button', { name: 'Yes, cancel this shift' }).click()
    return plain.getByRole('status').innerText()
  },
  async no_script_passkey({ home }) {
    await plain.goto(`${base}${home}/passkey`)
    await plain.getByRole('button', { name: 'Add a passkey' }).click()
    const said = await plain.getByText('Use a code instead').isVisible()
    return [said, await plain.locator('[data-go]').isVisible()]
  },
  // From here on with scripts, and a device that holds passkeys.
  async plug_in() {
    devices = await looking.context().newCDPSession(looking)
    await devices.send('WebAuthn.enable')
    authenticator = (await devices.send('WebAuthn.addVirtualAuthenticator', { options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })).authenticatorId
  },
  async add_passkey({ home }) {
    await looking.goto(`${base}${home}/passkey`)
    await looking.getByRole('button', { name: 'Add a passkey' }).click()
    await looking.locator('[data-go]').click()
    await looking.getByText('The passkey is added').waitFor()
    return (await devices.send('WebAuthn.getCredentials', { authenticatorId: authenticator })).credentials.length
  },
  async passkey_violations({ home }) {
    await looking.goto(base + home)
    await looking.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await looking.locator('[data-go]').waitFor()
    await looking.evaluate(axe)
    const { violations } = await looking.evaluate(() => window.axe.run(document))
    return [...await looking.evaluate(measure), ...violations.map((v) => v.id)]
  },
  async sign_out({ home }) {
    await looking.goto(`${base}${home}/profile`)
    await looking.getByRole('button', { name: 'Sign out', exact: true }).click()
    await looking.getByRole('button', { name: 'Send me a code' }).waitFor()
  },
  // Signs in with the passkey; `change` spoils one field on its way. What the page says then.
  async passkey({ home, change }) {
    await looking.goto(base + home)
    await looking.getByRole('button', { name: 'Sign in with a passkey' }).click()
    const heard = new Promise((resolve) => looking.context().route('**/passkey', async (route) => {
      const fields = new URLSearchParams(route.request().postData() ?? '')
      const cookie = (await route.request().allHeaders()).cookie
      assertion = { fields: Object.fromEntries(fields), cookie }
      if (change) fields.set(change, fields.get(change).replace(/^./, (c) => (c === 'A' ? 'B' : 'A')))
      await route.continue({ postData: fields.toString() })
      resolve()
    }))
    await looking.locator('[data-go]').click()
    await heard
    await looking.context().unroute('**/passkey')
    const inside = looking.getByRole('navigation'), outside = looking.getByRole('alert').filter({ visible: true })
    await inside.or(outside).first().waitFor()
    return (await inside.count()) ? 'in' : outside.first().innerText()
  },
  async assertion() { return assertion },
  async unverified({ home }) {
    await devices.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: false })
    await looking.goto(base + home)
    await looking.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await looking.locator('[data-go]').click()
    const said = await looking.getByText('That did not work').innerText()
    await devices.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: true })
    return said
  },
  async errors() { return errors },
}

for await (const line of createInterface({ input: process.stdin })) {
  const [name, argument] = JSON.parse(line)
  let answer
  try {
    answer = { result: await steps[name](argument) }
  } catch (e) {
    answer = { error: `${name}: ${e.stack}\n${await looking.content().catch(() => '')}`.slice(0, 6000) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
await browser.close()
