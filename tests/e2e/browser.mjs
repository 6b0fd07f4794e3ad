// What the test's user does in a real browser. The test (run.py) writes a line of JSON for each step, [name, arguments],
// and reads a line with what the step saw. Things are found as a person finds them: by role, label and text.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core')
const base = process.argv[2]
// The world outside: every name but the program's address leads here, and nothing leaves this machine.
const outside = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<h1>Arrived</h1>'))
await new Promise((ready) => outside.listen(0, '127.0.0.1', ready))
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    `--host-resolver-rules=MAP * 127.0.0.1:${outside.address().port}, EXCLUDE localhost`],
})
// A recipient's browser does not say that it is driven; a mail scanner might.
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
const open = async () => {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Oslo', viewport: { width: 1280, height: 900 }, userAgent, ignoreHTTPSErrors: true })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return page
}
const page = await open()
const errors = []
page.on('console', (m) => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && errors.push(m.text()))
page.on('pageerror', (e) => errors.push(e.stack))

const button = (name) => page.getByRole('button', { name, exact: typeof name === 'string' }).first()
const box = (name) => page.getByRole('textbox', { name, exact: true })
const label = (name) => page.getByLabel(name).first()
const see = (text) => page.getByText(text).first().waitFor()
const number = (text) => Number(text.replace(/[^\d]/g, ''))
const figure = async (name) => number(await page.locator('.figure').filter({ has: page.getByText(name, { exact: true }) }).locator('.figure-value').innerText())

const steps = {
  async logIn({ email, password }) {
    await page.goto(`${base}/`)
    await label('E-mail').fill(email)
    await page.getByLabel('Password').first().fill(password)
    await button('Log in').click()
    await label('Six-digit code').waitFor()
  },
  async secondFactor({ code }) {
    await label('Six-digit code').fill(code)
    await button('Continue').click()
    // The terms, once; then the console.
    await page.getByRole('button', { name: /accept/i }).or(page.getByRole('navigation').first()).first().waitFor()
    const accept = page.getByRole('button', { name: /accept/i })
    if (await accept.count()) {
      const box = page.getByRole('checkbox')
      if (await box.count()) await box.check()
      await accept.click()
    }
    await page.getByRole('navigation').first().waitFor()
  },
  async importFile({ path, list, purpose }) {
    await page.goto(`${base}/imports/new`)
    await page.locator('input[type=file]').setInputFiles(path)
    await button('Next: options').click()
    await label('Put everybody on the list').selectOption({ label: list })
    await label('Record consent to').selectOption({ label: purpose })
    await label('Where the consent comes from').fill('Membership form')
    await button('Start the import').click()
    await see('Download the rejected rows')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the rejected rows' }).click()])
    return { read: await figure('Rows read'), created: await figure('Created'), rejected: await figure('Rejected'), rejects: await download.path() }
  },
  async personsOnList({ list }) {
    await page.goto(`${base}/lists`)
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: list, exact: true }) })
    return number(await row.getByRole('cell', { name: /^[\d,. ]+$/ }).first().innerText())
  },
  async makeSegment({ name, field, value }) {
    await page.goto(`${base}/segments/new`)
    await box('Name').fill(name)
    await button('Add condition').click()
    await label('What to look at').selectOption({ label: field })
    const counted = page.waitForResponse((r) => r.request().method() === 'POST' && (r.request().postData() ?? '').includes(value))
    await label(`Value of ${field}`).fill(value)
    const { count } = await (await counted).json()
    await see(`${count}`)
    await button('Create segment').click()
    await page.waitForURL(/segments\/[0-9a-f-]{36}/)
    const shown = await page.waitForFunction(() => document.querySelector('main').innerText.match(/([\d,.]+)\s+persons? match/)?.[1])
    return number(await shown.jsonValue())
  },
  async dkimRecords() {
    await page.goto(`${base}/sending/domains`)
    await see(/_domainkey/)
    const texts = await page.locator('code').allInnerTexts()
    return texts.flatMap((text, i) => (/\._domainkey\./.test(text) ? [[text, texts[i + 1]]] : []))
  },
  async writeCampaign({ name, subject, segment, purpose, from, buttons }) {
    await page.goto(`${base}/campaigns`)
    await button('New campaign').click()
    await box('Name').fill(name)
    await button('Create campaign').click()
    await page.getByRole('heading', { name }).waitFor()
    await box('Subject').fill(subject)
    await label('Insert a personal field into Subject').selectOption({ label: 'First name' })
    await box('From (name)').fill('Varde e2e')
    await page.getByRole('combobox', { name: 'From (e-mail)' }).or(box('From (e-mail)')).first().fill(from)
    await label('Everybody in these segments').selectOption({ label: segment })
    await label('Purpose').selectOption({ label: purpose })
    await page.getByRole('link', { name: 'Content', exact: true }).click()
    await button('Add block').click()
    await page.getByRole('menuitem', { name: 'Text' }).click()
    await page.getByRole('textbox', { name: 'Text', exact: true }).or(page.locator('[contenteditable=true]')).last().fill('Come and see us.')
    for (const [text, href] of buttons) {
      await button('Add block').click()
      await page.getByRole('menuitem', { name: 'Button' }).click()
      await label('Text on the button').fill(text)
      await label('Link to').fill(href)
    }
    await button('Review and send').click()
    await see('The message is short, so opens are not counted')
    return await figure('Get the message')
  },
  async send({ count }) {
    const words = `Send to ${count} persons`
    await button(words).click()
    await page.getByRole('dialog').getByRole('button', { name: words }).click()
    await see('Everything has been handed over.')
    return page.url().match(/campaigns\/([^/]+)/)[1]
  },
  // What a recipient does, in a browser without the user's cookies.
  async follow({ url }) {
    const visitor = await open()
    await visitor.goto(url)
    const text = await visitor.locator('h1').first().innerText()
    const at = visitor.url()
    await visitor.context().close()
    return { text, at }
  },
  async openForm({ url }) {
    steps.visitor = await open()
    await steps.visitor.goto(url)
    return await steps.visitor.locator('h1').first().innerText()
  },
  async answerForm({ choice, comment }) {
    const visitor = steps.visitor
    await visitor.getByLabel(choice).check()
    await visitor.getByLabel(/Anything else/).fill(comment)
    await visitor.getByRole('button').click()
    await visitor.getByText('Thank you!').waitFor()
    await visitor.context().close()
  },
  // Every number of the report, and how many people stand behind it.
  async report({ id }) {
    const address = `${base}/campaigns/${id}/report`
    await page.goto(address)
    await page.getByRole('table', { name: 'Links' }).waitFor()
    const found = {}
    const links = await page.locator('main').getByRole('link').evaluateAll((all) => all.map((a) => a.getAttribute('href')).filter((h) => /\/people\?/.test(h)))
    for (const href of links) {
      const link = page.locator(`a[href="${href}"]`)
      const value = link.locator('.figure-value')
      const shown = number(await ((await value.count()) ? value : link).innerText())
      await link.click()
      await page.getByRole('heading', { name: /^People:/ }).waitFor()
      const rows = page.locator('tbody').getByRole('row')
      await rows.first().or(page.getByText('Nobody here')).first().waitFor()
      const more = button('Show more')
      while (await more.count()) {
        const before = await rows.count()
        await more.click()
        await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length > n, before)
      }
      found[href.split('?')[1]] = { shown, people: await page.locator('tbody').getByRole('row').getByText(/@/).allInnerTexts() }
      await page.goBack()
      await page.getByRole('table', { name: 'Links' }).waitFor()
    }
    return found
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const [name, args] = JSON.parse(line)
  let answer
  try {
    const result = await steps[name](args)
    answer = errors.length ? { error: errors.splice(0).join(' | ') } : { result }
  } catch (error) {
    if (process.env.E2E_SHOT) await page.screenshot({ path: process.env.E2E_SHOT, fullPage: true }).catch(() => undefined)
    const text = await page.locator('body').innerText({ timeout: 2000 }).catch(() => '')
    answer = { error: `${name}: ${error.message}\n${errors.join('\n')}\n--- the page ${page.url()} said:\n${text.slice(0, 2000)}` }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
await browser.close()
outside.close()
outside.closeAllConnections()
