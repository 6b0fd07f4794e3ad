// Three people at a shift: a workplace leader and the staffing office in the console, and a substitute's phone without
// scripts. As browser.mjs: a line of JSON in for each step, a line with what was seen out. The office's page is not
// loaded again while a shift fills: what it shows arrived by itself.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core')
const base = process.argv[2]
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost'],
})
const errors = []
const open = async (options) => {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Oslo', ignoreHTTPSErrors: true, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('console', (m) => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && errors.push(m.text()))
  page.on('pageerror', (e) => errors.push(e.stack))
  return page
}
const wide = { viewport: { width: 1280, height: 900 } }, narrow = { viewport: { width: 360, height: 740 }, javaScriptEnabled: false }
const pages = { leader: await open(wide), office: await open(wide), phone: await open(narrow) }
const { leader, office } = pages
const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' }).first()
const see = (page, text) => page.getByText(text).first().waitFor()
const dialog = () => office.getByRole('dialog')

const steps = {
  async logIn({ who, email, password }) {
    const page = pages[who]
    await page.goto(`${base}/`)
    await page.getByLabel('E-mail').first().fill(email)
    await page.getByLabel('Password').first().fill(password)
    await button(page, 'Log in').click()
    await page.getByLabel('Six-digit code').or(page.getByRole('button', { name: /accept/i })).or(page.getByRole('navigation')).first().waitFor()
  },
  async enter({ who, code }) {
    const page = pages[who]
    if (code) {
      await page.getByLabel('Six-digit code').first().fill(code)
      await button(page, 'Continue').click()
    }
    const accept = page.getByRole('button', { name: /accept/i })
    await accept.or(page.getByRole('navigation').first()).first().waitFor()
    if (await accept.count()) {
      const box = page.getByRole('checkbox')
      if (await box.count()) await box.check()
      await accept.click()
    }
    await page.getByRole('navigation').first().waitFor()
  },
  // The leader asks; the shift's id.
  async request({ place, pool, day, from, until, kind, minutes, answerBy, waves }) {
    await leader.goto(`${base}/shifts`)
    await button(leader, 'New shift').click()
    const form = leader.getByRole('dialog')
    await form.getByLabel('Workplace').selectOption({ label: place })
    await form.getByLabel('Day').first().fill(day)
    await form.getByLabel('From').first().fill(from)
    await form.getByLabel('Until').first().fill(until)
    await form.getByLabel(kind).check()
    if (minutes) await form.getByLabel('Minutes that each has to answer').fill(String(minutes))
    if (waves) for (let i = 0; i < waves.length; ++i) await form.getByLabel('Minutes until the next').nth(i).fill(String(waves[i]))
    await form.getByLabel('Who is asked').selectOption({ label: pool })
    if (answerBy) await form.getByLabel('Answer by').fill(answerBy)
    await form.getByRole('button', { name: 'Ask for approval' }).click()
    await see(leader, 'Waits for approval by the staffing office')
    if (await leader.getByRole('button', { name: /publish/i }).count()) throw new Error('a leader can publish')
    return leader.url().split('/').at(-1)
  },
  // The office finds it on its home screen, approves, and stays on the page.
  async approve({ shift }) {
    await office.goto(`${base}/`)
    await office.getByRole('link', { name: /waits? for approval/ }).click()
    await office.waitForURL('**state=requested')
    await office.locator(`a[href*="${shift}"]`).first().click()
    await office.waitForURL(`**/shifts/${shift}`)
    await button(office, 'Approve and publish').click()
    await see(office, 'Published. People are being asked now.')
  },
  async watch({ shift }) { await office.goto(`${base}/shifts/${shift}`) },
  // Waits until the page says of each what is expected: { name: [words] }.
  async offers({ expected }) {
    for (const [name, words] of Object.entries(expected)) {
      let row = office.locator('li.offer').filter({ has: office.getByRole('link', { name, exact: true }) })
      for (const word of words) row = row.filter({ hasText: word })
      await row.waitFor().catch(async () => { throw new Error(`${name}: expected ${words}; the page: ${await office.locator('main').innerText()}`) })
    }
    return office.locator('li.offer').count()
  },
  async sees({ who, text }) { await see(pages[who], text) },
  async leaderLooks({ shift, texts }) {
    await leader.goto(`${base}/shifts/${shift}`)
    for (const text of texts) await see(leader, text)
    return leader.locator('li.offer').count()
  },
  async pick({ name }) {
    await button(office, `Pick ${name}`).click()
    await dialog().getByRole('button', { name: 'Book', exact: true }).click()
    await see(office, `${name} is booked.`)
  },
  async book({ name }) {
    await button(office, `Book ${name}`).click()
    await dialog().getByRole('button', { name: 'Book', exact: true }).click()
    await see(office, `${name} is booked.`)
  },
  // What the rule says.
  async override({ name, reason }) {
    const all = office.getByRole('switch', { name: 'Also those who may not be asked' })
    await all.waitFor()
    if (!await all.isChecked()) await all.check()
    await button(office, `Book anyway…: ${name}`).click()
    await dialog().getByRole('button', { name: 'Book', exact: true }).click()
    await see(office, 'A rule speaks against it')
    const rule = await dialog().innerText()
    await dialog().getByLabel('Reason').fill(reason)
    await dialog().getByRole('button', { name: 'Book against the rule' }).click()
    await see(office, 'Booked against a rule, with a reason')
    return rule
  },
  async cancelBooking({ name, reason }) {
    await button(office, `Cancel the booking of ${name}`).click()
    await dialog().getByLabel('Reason').fill(reason)
    await dialog().getByRole('button', { name: 'Cancel 1 booking' }).click()
    await see(office, `The booking of ${name} is cancelled.`)
  },
  async cancelShift({ reason }) {
    await button(office, 'More actions').click()
    await office.getByRole('menuitem', { name: /Cancel the shift/ }).click()
    await dialog().getByLabel('Reason').fill(reason)
    await dialog().getByRole('button', { name: /^Cancel and tell/ }).click()
    await see(office, 'This shift was cancelled')
  },
  // A person's page: what is said of the number.
  async held({ person, says }) {
    await office.goto(`${base}/persons/${person}`)
    await office.getByRole('heading', { name: 'Timeline' }).waitFor()
    if (says) await see(office, says)
    else await office.locator('.alert').waitFor({ state: 'detached' })
  },
  async trail({ object }) {
    await office.goto(`${base}/audit?object=${object}`)
    await office.locator('tbody tr').first().waitFor()
    return office.locator('tbody tr').allInnerTexts()
  },
  // The phone: a page without a script, by the link of a message.
  async look({ path }) {
    await pages.phone.goto(base + path)
    return pages.phone.locator('body').innerText()
  },
  async answer({ path, press, then }) {
    await pages.phone.goto(base + path)
    await button(pages.phone, press).click()
    if (then) await button(pages.phone, then).click()
    return pages.phone.locator('body').innerText()
  },
  // Its owner's own pages.
  async askCode({ home, contact }) {
    await pages.phone.context().close()
    pages.phone = await open(narrow)
    await pages.phone.goto(base + home)
    await pages.phone.getByLabel('Phone number or e-mail').fill(contact)
    await button(pages.phone, 'Send me a code').click()
    await pages.phone.getByRole('heading', { name: 'Enter the code' }).waitFor()
  },
  async enterCode({ code }) {
    await pages.phone.getByLabel('Code').fill(code)
    await button(pages.phone, 'Sign in').click()
    await pages.phone.getByRole('navigation').waitFor()
  },
  async answerThere({ home, press }) {
    await pages.phone.goto(base + home)
    await pages.phone.getByRole('link', { name: 'Answer' }).first().click()
    await button(pages.phone, press).click()
    return pages.phone.getByRole('status').innerText()
  },
  async bookings({ home }) {
    await pages.phone.goto(`${base}${home}/bookings`)
    return pages.phone.locator('main').innerText()
  },
  async errors() { return errors },
}

for await (const line of createInterface({ input: process.stdin })) {
  const [name, argument] = JSON.parse(line)
  let answer
  try {
    answer = { result: await steps[name](argument) }
  } catch (e) {
    const seen = await Promise.all(Object.values(pages).map((p) => p.locator('body').innerText().catch(() => '')))
    answer = { error: `${name}: ${e.stack}\n${seen.map((text) => text.slice(0, 2000)).join('\n----\n')}` }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
await browser.close()
