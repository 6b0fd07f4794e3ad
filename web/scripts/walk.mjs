// Walks the main paths in a real browser against the real program: log in, come back to where one was going, make,
// change, collide, import, compose, build. Fails at the first step that does not do what it says. `npm run walk`
//   ONLY=regex of step names (the login is always walked)
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiOf, reportPolicy, startBrowser, startProgram, totp, until } from './program.mjs'
import { newAccount, PASSWORD, portrait, workbook } from './seed.mjs'

const shots = join(import.meta.dirname, '../../shots')
mkdirSync(shots, { recursive: true })
const browser = await startBrowser()
const program = await startProgram(browser)
const { base, login, api } = program
const context = await browser.newContext({
  locale: 'en-GB',
  timezoneId: 'Europe/Oslo',
  viewport: { width: 1280, height: 900 },
})
await reportPolicy(context)
const page = await context.newPage()
page.setDefaultTimeout(8000)
const said = []
page.on('console', (m) => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && said.push(m.text()))
page.on('pageerror', (e) => said.push(e.message))

const button = (name) => page.getByRole('button', { name, exact: typeof name === 'string' })
const box = (name) => page.getByRole('textbox', { name, exact: true })
const see = (text) => page.getByText(text).first().waitFor()
const label = (name) => page.getByLabel(name, { exact: false }).first()
/** A code works once: the clock goes on to the next. */
const code = () => {
  program.moveClock(31)
  return totp(login.totp_secret, program.now())
}
const staffing = { people: [], shift: '', day: '' }
const steps = {
  'login comes back to where one was going': async () => {
    await page.goto(`${base}/persons?q=demo0000`)
    await see('Log in')
    await label('E-mail').fill(login.email)
    await page.getByLabel('Password').first().fill('wrong')
    await button('Log in').click()
    await see('The e-mail address or the password is not right')
    await page.getByLabel('Password').first().fill(login.password)
    await button('Log in').click()
    await label('Six-digit code').fill('000000')
    await button('Continue').click()
    await see('This code is not right')
    await label('Six-digit code').fill(code())
    await button('Continue').click()
    await page.waitForURL('**/persons?q=demo0000')
    await page.locator('tbody tr').first().waitFor()
  },
  'search is in the address and finds one': async () => {
    await api('POST', '/persons', { email: 'ingrid.walker@example.org', first_name: 'Ingrid', last_name: 'Walker' })
    await page.getByRole('searchbox', { name: 'Find', exact: true }).fill('ingrid.walker@')
    await page.waitForURL('**q=ingrid.walker**')
    await page.getByRole('link', { name: 'Ingrid Walker' }).click()
    await page.getByRole('heading', { name: 'Ingrid Walker' }).waitFor()
  },
  'unsent input survives a reload, and is saved': async () => {
    await button('Edit').click()
    await label('First name').fill('Ingrid Marie')
    await page.reload()
    await see('Your unsent input from earlier was brought back')
    if ((await label('First name').inputValue()) !== 'Ingrid Marie') throw new Error('the draft is gone')
    await button('Save').click()
    await page.getByRole('heading', { name: 'Ingrid Marie Walker' }).waitFor()
  },
  'a collision is told, and can be settled': async () => {
    await button('Edit').click()
    await label('First name').fill('Mine')
    const id = page.url().match(/persons\/([^?]+)/)[1]
    await api('PATCH', `/persons/${id}`, { first_name: 'Theirs' }, { 'If-Match': '*' })
    await button('Save').click()
    await see('Somebody else changed this in the meantime')
    await button('Save mine over it').click()
    await page.getByRole('heading', { name: 'Mine Walker' }).waitFor()
  },
  'an error stands beside its field': async () => {
    await page.goto(`${base}/persons/new`)
    await label('First name').fill('Nobody')
    const field = box('E-mail')
    await field.fill('nobody@nowhere')
    await button('Create person').click()
    await see('is not an e-mail address')
    if ((await field.getAttribute('aria-invalid')) !== 'true') throw new Error('the field is not marked')
    await field.fill('nobody@example.org')
    await button('Create person').click()
    await page.getByRole('heading', { name: 'Nobody' }).waitFor()
  },
  'consent is recorded with its source': async () => {
    await button('Record…').first().click()
    await label('How do you know?').fill('Told us at the meeting')
    await button('Record consent').click()
    await see('Told us at the meeting')
  },
  'a list is made in a dialog': async () => {
    await page.goto(`${base}/lists`)
    await button('New list').click()
    await box('Name').fill('Newsletter')
    await button('Create list').click()
    await see('is taken')
    await box('Name').fill('Autumn')
    await button('Create list').click()
    await page.getByRole('link', { name: 'Autumn' }).waitFor()
  },
  'a file is uploaded, mapped, imported and accounted for': async () => {
    await page.goto(`${base}/imports/new`)
    await page.locator('input[type=file]').setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        `E-post;Fornavn\n${Array.from({ length: 30 }, (_, i) => `walk${i}${i < 3 ? '' : '@example.org'};Gå${i}`).join('\n')}\n`,
      ),
    })
    await page.getByRole('heading', { name: 'people.csv' }).waitFor()
    await see('3 of them would be rejected')
    await button('Next: options').click()
    await label('Put everybody on the list').selectOption({ label: 'Newsletter' })
    await button('Start the import').click()
    await see('3 rows were rejected')
    await see('is not an e-mail address.')
    await button(/Download/)
      .or(page.getByRole('link', { name: /Download/ }))
      .first()
      .waitFor()
  },
  'the check follows the mapping, and an attribute is made of a column': async () => {
    await page.goto(`${base}/imports/new`)
    await page.locator('input[type=file]').setInputFiles({
      name: 'rows.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        'Medlemsliste;;;\nE-post;Nummer;Kaffe;Samtykke\nwalker1@example.org;12;ja;ja\nwalker2@example.org;;nei;nei\n',
      ),
    })
    await page.getByRole('heading', { name: 'rows.csv' }).waitFor()
    await see('All of them can be imported')
    await see('3 columns are left out: Nummer, Kaffe, Samtykke.')
    await label('Column Nummer goes to').selectOption({ label: 'Phone' })
    await see('1 with a warning')
    await label('Column Kaffe goes to').selectOption({ label: 'A new attribute …' })
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Create|Save/ })
      .click()
    await see('1 column is left out: Samtykke.')
    await label('Column Samtykke goes to').selectOption({
      index: (await label('Column Samtykke goes to').locator('option').count()) - 2,
    })
    await button('Next: options').click()
    await box('Where the consent comes from').fill('Meeting in March')
    await button('Start the import').click()
    await see('1 row was taken with a warning')
    await page.getByRole('link', { name: 'See the people' }).click()
    await see('Those whom the import “rows.csv” made or changed.')
    await see('walker2@example.org')
  },
  'another sheet of a workbook is chosen': async () => {
    await page.goto(`${base}/imports/new`)
    await page.locator('input[type=file]').setInputFiles({
      name: 'book.xlsx',
      mimeType: 'application/octet-stream',
      buffer: workbook({
        Old: [['E-post'], ['old@example.org']],
        New: [
          ['E-post', 'Fornavn'],
          ['sheet@example.org', 'Ark'],
        ],
      }),
    })
    await page.getByRole('heading', { name: 'book.xlsx' }).waitFor()
    await see('old@example.org')
    await label('Sheet').selectOption({ label: 'New' })
    await see('sheet@example.org')
    await button('Next: options').click()
    await see('2 columns of book.xlsx')
    await button('Start the import').click()
    await see('Every row was taken in.')
  },
  'a segment is built and counted': async () => {
    await page.goto(`${base}/segments/new`)
    await box('Name').fill('Generous')
    await button('Add condition').click()
    await see('1 condition is not finished.')
    await label('What to look at').selectOption({ label: 'Age' })
    await label('Value of Age').fill('40')
    await page.getByText(/persons? match/).waitFor()
    await button('Create segment').click()
    await page.getByRole('heading', { name: 'Generous' }).waitFor()
  },
  'a campaign is made, written, saved and reviewed': async () => {
    await page.goto(`${base}/campaigns`)
    await button('New campaign').click()
    await box('Name').fill('Walk')
    await button('Create campaign').click()
    await page.getByRole('heading', { name: 'Walk' }).waitFor()
    await box('Subject').fill('Hello ')
    await label('Insert a personal field into Subject').selectOption({ label: 'First name' })
    await page.getByRole('link', { name: 'Content', exact: true }).click()
    await button('Add block').click()
    await page.getByRole('menuitem', { name: 'Text' }).click()
    await page.locator('.rich-text-input').fill('Come and see us.')
    await button('Add block').click()
    await page.getByRole('menuitem', { name: 'Button' }).click()
    await label('Text on the button').fill('Sign up')
    await see('Button block 1, Link to')
    await button('Move “Button: Sign up” up').click()
    const words = await page.locator('.block-name').allTextContents()
    if (!words[1].includes('Button')) throw new Error(`not moved: ${words}`)
    await label('Link to').fill('https://example.org/walk')
    await page.frameLocator('.mail-frame iframe').getByText('Come and see us.').waitFor()
    await see(/^Hello \w+/)
    await button('Review and send').click()
    await see('This stops the sending')
  },
  'a test is sent': async () => {
    await button('Send a test').click()
    await button('Send test').click()
    await see('1 test message is on its way.')
  },
  'an SMS is tried on a number, and a held number is seen and let go': async () => {
    const back = page.url()
    const list = (await api('GET', '/lists')).items.find((l) => l.name === 'Newsletter')
    const made = await api('POST', '/campaigns', {
      name: 'By SMS',
      channel: 'sms',
      text: 'Hei {{ person.first_name }}',
      audience: { lists: [list.id], segments: [] },
    })
    await page.goto(`${base}/campaigns/${made.id}/edit?tab=content`)
    await button('Send a test').click()
    await button('Send test').click()
    await see('must be 1 to 20 numbers')
    await page.getByRole('dialog').getByRole('combobox', { name: 'To' }).fill('912 34 501')
    await button('Send test').click()
    await see('1 test message is on its way.')
    const { id } = await api('POST', '/persons', { phone: '+4791234502', first_name: 'Held' })
    await api('POST', '/suppressions', { phone: '+4791234502', reason: 'unsubscribe' })
    await page.goto(`${base}/persons/${id}`)
    await see('No SMS is sent to this number: unsubscribed')
    await button('Allow messages again…').click()
    await button('Remove 1 suppression').click()
    await see('Messages to Held are allowed again.')
    await page.getByText('No SMS is sent to this number').waitFor({ state: 'detached' })
    await page.goto(back)
  },
  'the review names what is wrong in words': async () => {
    await page.goto(page.url().replace('/review', '/edit?tab=content'))
    await page.locator('.block-name', { hasText: 'Sign up' }).click()
    await label('Link to').fill('')
    await button('Review and send').click()
    await see('Button block 1, Link to')
    if (await page.getByText('/document').count()) throw new Error('a pointer is shown')
  },
  'sending is seen live, paused and goes on': async () => {
    const list = (await api('GET', '/lists')).items.find((l) => l.name === 'Newsletter')
    const { document } = await api('GET', `/campaigns/${(await api('GET', '/campaigns?state=sent')).items[0].id}`)
    const made = await api('POST', '/campaigns', {
      service_reason: 'They asked for it.',
      name: 'Winter appeal',
      subject: 'Winter',
      from_email: 'news@example.org',
      audience: { lists: [list.id], segments: [] },
      document,
    })
    await api('POST', `/campaigns/${made.id}/send`, {})
    await page.goto(`${base}/campaigns`)
    await page.getByRole('link', { name: 'Winter appeal' }).click()
    await button('Pause').click()
    await see('Nothing is lost while paused')
    await button('Go on sending').click()
    await see('Everything has been handed over')
  },
  'a number leads to its people': async () => {
    await page.goto(`${base}/campaigns?state=sent`)
    await page.getByRole('link', { name: 'Oslo meeting' }).click()
    await page.getByRole('link', { name: /Sent/ }).click()
    await page.locator('tbody tr').first().waitFor()
  },
  'a form is built and published': async () => {
    await page.goto(`${base}/forms`)
    await button('New form').click()
    await box('Name').fill('Survey')
    await button('Create form').click()
    await page.getByRole('heading', { name: 'Survey' }).first().waitFor()
    await button('Add question').click()
    await page.getByRole('menuitem', { name: 'One of several' }).click()
    await see('At least two choices are needed.')
    const choices = page.getByRole('combobox', { name: 'Choices' })
    for (const c of ['Red', 'Green']) {
      await choices.fill(c)
      await choices.press('Enter')
    }
    await button('Publish').click()
    await see('The form is open at this address')
    const { items } = await api('GET', '/forms')
    const { public_url } = items.find((f) => f.name === 'Survey')
    const visitor = await context.newPage()
    await visitor.goto(public_url)
    await visitor.getByLabel('Green').check()
    await visitor.getByLabel(/e-mail/i).fill('ingrid.walker@example.org')
    program.moveClock(10) // nobody answers within two seconds
    await visitor.getByRole('button').click()
    await visitor.getByText(/thank/i).first().waitFor()
    await visitor.close()
    await page.goto(page.url().replace(/\?.*/, '').concat('/results'))
    await page.getByText('Green').first().waitFor()
  },
  'a journey is drawn, checked and tried on one person': async () => {
    await page.goto(`${base}/journeys`)
    await button('New journey').click()
    await box('Name').fill('Thanks')
    await button('Create journey').click()
    await page.getByRole('heading', { name: 'Thanks' }).waitFor()
    await label('List').selectOption({ label: 'Newsletter' })
    await button('Add the first step').click()
    await page.getByRole('menuitem', { name: 'Call another system' }).click()
    await see('Something is not filled in.')
    await label('Address').fill('https://crm.varde.example/hook')
    await button(/Insert a step here/)
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Tag', exact: true }).click()
    await label('Give these tags').fill('thanked')
    await label('Give these tags').press('Enter')
    await button('Save').click()
    await see('All changes saved')
    await button('Try it on one person').click()
    await page.getByRole('combobox', { name: 'Person' }).fill('ingrid')
    await page.getByRole('option').first().click()
    await button('Show the way').click()
    await see('Would')
    await page.keyboard.press('Escape')
    await button('Start').click()
    await see('The journey is running.')
  },
  'a shift is asked for, approved, offered and filled': async () => {
    for (const [i, name] of ['Wanda', 'Waldo'].entries()) {
      const { id } = await api('POST', '/persons', {
        first_name: name,
        last_name: 'Walks',
        email: `${name}@example.org`,
      })
      staffing.people[i] = id
    }
    await page.goto(`${base}/staffing/pools`)
    await button('New pool').first().click()
    await box('Name').fill('Walkers')
    await button('Create').click()
    await page.getByRole('link', { name: 'Walkers' }).waitFor()
    await page.goto(`${base}/substitutes`)
    await button('Add a substitute').first().click()
    for (const name of ['Wanda', 'Waldo']) {
      await page.getByRole('combobox', { name: 'Person' }).fill(name)
      await page.getByRole('option', { name: `${name} Walks` }).click()
    }
    await page.getByRole('dialog').getByLabel('Pools').selectOption({ label: 'Walkers' })
    await button('Add to the register').click()
    await see('2 persons are in the register.')
    await page.getByRole('searchbox', { name: 'Find', exact: true }).fill('Wanda Wal')
    await page.getByRole('link', { name: 'Wanda Walks' }).waitFor()
    // The leader asks.
    await newAccount(api, browser, base, 'walking.leader@example.org', 'requester')
    const other = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Europe/Oslo',
      viewport: { width: 1280, height: 900 },
    })
    const session = await apiOf(other, base)('POST', '/session', {
      email: 'walking.leader@example.org',
      password: PASSWORD,
    })
    if (session.state === 'terms_required')
      await apiOf(other, base)('POST', '/session/terms', { version: session.terms.version })
    const leader = await other.newPage()
    leader.setDefaultTimeout(8000)
    await leader.goto(`${base}/shifts`)
    if (await leader.getByRole('link', { name: 'Substitutes' }).count())
      throw new Error('a requester is led to the substitutes')
    await leader.getByRole('button', { name: 'New shift' }).first().click()
    const form = leader.getByRole('dialog')
    await form.getByLabel('Workplace').selectOption({ label: 'Demo: North school' })
    staffing.day = new Date((program.now() + 9 * 86_400) * 1000).toISOString().slice(0, 10)
    await form.getByLabel('Day').first().fill(staffing.day)
    await form.getByLabel('From').first().fill('22:00')
    await form.getByLabel('Until').first().fill('06:30')
    if ((await form.getByLabel('Ends on').inputValue()) !== '1') throw new Error('a night ends on the next day')
    await leader.getByText('8 h 30 min long, 8 h of work').waitFor()
    await form.getByLabel('One by one').check()
    await form.getByLabel('Who is asked').selectOption({ label: 'Walkers' })
    await form.getByRole('button', { name: 'Ask for approval' }).click()
    await leader.getByText('Waits for approval by the staffing office').waitFor()
    staffing.shift = leader.url().split('/').at(-1)
    await other.close()
    // The office approves; the first one is asked.
    await page.goto(`${base}/`)
    await page.getByRole('link', { name: /waits? for approval/ }).click()
    await page.waitForURL('**state=requested')
    await page.goto(`${base}/shifts/${staffing.shift}`)
    await button('Approve and publish').click()
    await see('Published. People are being asked now.')
    await button(/ said no$/)
      .first()
      .waitFor()
    await see('Goes on by itself at')
    await button(/ said no$/)
      .first()
      .click()
    await see('noted as a no.')
    await page
      .getByRole('button', { name: / said yes$/ })
      .nth(1)
      .waitFor()
    const asked = await page.getByRole('button', { name: / said no$/ }).count()
    if (asked !== 1) throw new Error(`${asked} open questions`)
    await page
      .getByRole('button', { name: / said no$/ })
      .locator('..')
      .getByRole('button', { name: / said yes$/ })
      .click()
    await see('All places are taken')
  },
  'the page follows what happens elsewhere, and undoes it': async () => {
    await button(/^Cancel the booking of/).click()
    await label('Reason').fill('Ill')
    await button('Cancel 1 booking').click()
    await see('nobody is left to ask')
    await button('Ask other pools').click()
    await page.getByRole('dialog', { name: 'Ask other pools' }).waitFor()
    await page.keyboard.press('Escape')
    const bookings = (await api('GET', `/shifts/${staffing.shift}/bookings`)).items
    const other = staffing.people.find((p) => !bookings.some((b) => b.person_id === p))
    await api('POST', `/shifts/${staffing.shift}/book`, { person_id: other })
    await see('All places are taken') // without a reload
  },
  'who said no is asked again, and stays known for both answers': async () => {
    const asks = await api('GET', '/staffing/settings')
    await api(
      'PATCH',
      '/staffing/settings',
      { asking: { ...asks.asking, max_per_day: 9 } },
      { 'If-Match': `"v${asks.version}"` },
    )
    const { workplace_id, pool_ids } = await api('GET', `/shifts/${staffing.shift}`)
    const at = (days) => new Date((program.now() + days * 86_400) * 1000).toISOString()
    const { id } = await api('POST', '/shifts', { workplace_id, pool_ids, starts_at: at(15), ends_at: at(15.2) })
    await api('POST', `/shifts/${id}/publish`, {})
    await page.goto(`${base}/shifts/${id}`)
    await page
      .getByRole('button', { name: / said no$/ })
      .nth(1)
      .waitFor()
    for (const left of [1, 0]) {
      await button(/ said no$/)
        .first()
        .click()
      await until(`${left} open`, async () => (await button(/ said no$/).count()) === left)
    }
    await see('nobody is left to ask')
    await button('Ask again…').first().click()
    await page.getByRole('dialog').getByLabel('2 who said no').waitFor()
    await button('Ask 2 persons again').click()
    await see('2 persons are asked again.')
    await see('Asked 2 times, last')
    await see(/Before:/)
    await button(/ said no$/)
      .first()
      .click()
    await button(/^Ask again: /)
      .first()
      .click()
    await see('1 person is asked again.')
    await see('Asked 3 times, last')
  },
  'a rule stands in the way, and is overridden with a reason': async () => {
    const { items } = await api('GET', `/shifts/${staffing.shift}/bookings`)
    const booked = items.find((b) => b.state === 'booked')
    const { workplace_id, pool_ids } = await api('GET', `/shifts/${staffing.shift}`)
    const close = await api('POST', '/shifts', {
      workplace_id,
      starts_at: new Date(Date.parse(booked.ends_at) + 3 * 3_600_000).toISOString(),
      ends_at: new Date(Date.parse(booked.ends_at) + 7 * 3_600_000).toISOString(),
      pool_ids,
      strategy: { kind: 'direct' },
    })
    await api('POST', `/shifts/${close.id}/publish`, {})
    await page.goto(`${base}/shifts/${close.id}`)
    await page.getByRole('switch', { name: 'Also those who may not be asked' }).check()
    await button(`Book anyway…: ${booked.name}`).click()
    await button('Book').click()
    await see('A rule speaks against it')
    await label('Reason').fill('Agreed with the union')
    await button('Book against the rule').click()
    await see('Booked against a rule, with a reason')
  },
  'a shift is repeated, seen on the board and published together': async () => {
    await page.goto(`${base}/shifts/${staffing.shift}`)
    await button('More actions').click()
    await page.getByRole('menuitem', { name: /Copy or repeat/ }).click()
    await page.getByText('Every week', { exact: true }).click()
    const until = new Date((program.now() + 24 * 86_400) * 1000).toISOString().slice(0, 10)
    await label('Until').fill(until)
    await button('Make the series').click()
    await see('2 drafts are made.')
    await page.waitForURL('**/shifts?week=*')
    await page.getByRole('button', { name: /^Draft/ }).click()
    await page.waitForURL('**state=draft')
    await page.locator('a.shift-card-draft').first().waitFor()
    await button('Publish…').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('All of them').uncheck()
    if (await button('Publish').isEnabled()) throw new Error('nothing is chosen, and can be published')
    await dialog.getByRole('checkbox').nth(1).check()
    await button('Publish 1 shift').click()
    await see('1 shift is published.')
    await dialog.getByRole('listitem').getByText('Open', { exact: true }).waitFor()
    await dialog.locator('.dialog-foot').getByRole('button', { name: 'Close' }).click()
    await page.locator('a.shift-card-draft').first().waitFor({ state: 'detached' })
    // What one asked for oneself is in the address.
    await button('Only my own').click()
    await page.waitForURL('**mine=1**')
  },
  'a table of shifts is looked at before it is taken': async () => {
    await page.goto(`${base}/shifts/import`)
    const day = new Date((program.now() + 20 * 86_400) * 1000).toISOString().slice(0, 10)
    await page.locator('input[type=file]').setInputFiles({
      name: 'shifts.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        `workplace;date;start;end\nDemo: North school;${day};07:30;15:00\nNowhere;${day};07:30;15:00\n`,
      ),
    })
    await see('There is no workplace called "Nowhere".')
    await button('Make 1 draft').click()
    await page.waitForURL('**/shifts?state=draft**')
  },
  'a substitute says when, and the month shows it': async () => {
    await page.goto(`${base}/substitutes/${staffing.people[0]}`)
    await button('Add availability').click()
    await page.getByRole('dialog').getByLabel('Pause: do not ask at all').check()
    await page.getByRole('dialog').getByText('A period', { exact: true }).click()
    await button('Save').click()
    await page.locator('.availability-card-month .availability-card-pause').first().waitFor()
    await page.getByRole('link', { name: 'Person', exact: true }).click()
    await page.getByRole('link', { name: 'As substitute' }).click()
    await page.waitForURL(`**/substitutes/${staffing.people[0]}`)
  },
  'a picture is cut with the keyboard, shown where the person is named, and removed': async () => {
    const person = staffing.people[0]
    const path = `/substitutes/${person}`
    await page.goto(base + path)
    await button(/^Add a picture of/).click()
    await page
      .locator('dialog[open] input[type=file]')
      .setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: portrait(400) })
    const stage = page.getByRole('group', { name: /^Part that is kept/ })
    await stage.focus()
    const looks = () => page.locator('.picture-form-stage canvas').evaluate((c) => c.toDataURL('image/jpeg', 0.5))
    let before = await looks()
    for (const key of ['+', '+', 'ArrowLeft', 'ArrowUp', '-']) {
      await page.keyboard.press(key)
      const after = await looks()
      if (after === before) throw new Error(`${key} changes nothing`)
      before = after
    }
    const box = await stage.boundingBox()
    await page.mouse.move(box.x + 100, box.y + 100)
    await page.mouse.down()
    await page.mouse.move(box.x + 60, box.y + 80, { steps: 4 })
    await page.mouse.up()
    if ((await looks()) === before) throw new Error('dragging changes nothing')
    await button('Save the picture').click()
    await see('The picture is saved.')
    const shown = (where) =>
      where
        .locator('.face img')
        .first()
        .evaluate((i) => i.decode().then(() => i.naturalWidth))
    if ((await shown(page.locator('.page-head'))) !== 320) throw new Error('another picture than the kept one')
    await page.goto(`${base}/substitutes?q=wanda`)
    await shown(page.locator('tbody'))
    await page.goto(base + path)
    await button(/^Change the picture of/).click()
    await button('Remove').click()
    await button('Remove 1 picture').click()
    await see('The picture is removed.')
    await button(/^Add a picture of/).waitFor()
  },
  'rules are changed, and a wrong number is said beside its field': async () => {
    await page.goto(`${base}/staffing/rules`)
    await button('Swedish defaults').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Swedish defaults' }).click()
    await label('Questions to one person a day').fill('5')
    await button('Save').click()
    await see('Saved.')
    const settings = await api('GET', '/staffing/settings')
    if (settings.rules.weekly_rest.minutes !== 36 * 60 || settings.asking.max_per_day !== 5)
      throw new Error('not saved')
    await see('These are the Swedish defaults')
  },
  'an entry of the trail is proven in the browser, and the trail downloaded': async () => {
    await page.goto(`${base}/audit`)
    await page.getByRole('button', { name: 'Prove this entry' }).first().click()
    const dialog = page.getByRole('dialog')
    const sign = dialog.getByRole('button', { name: 'Sign now' })
    const holds = dialog.getByText('This entry is in the signed trail.')
    await sign.or(holds).waitFor()
    if (await sign.isVisible()) await sign.click()
    await holds.waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await button('Public key').click()
    await dialog.getByText('varde audit verify').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await label('From').fill('2001-01-01')
    await label('Until').fill('2001-01-02')
    await see('Nothing recorded here')
    await button('Clear all filters').first().click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download the trail' }).click()
    const lines = readFileSync(await (await downloading).path(), 'utf8')
      .trim()
      .split('\n')
    if (!lines[0].includes('varde-trail/1') || !lines.at(-1).startsWith('{"head":')) throw new Error('not a trail')
  },
  'evidence and the programme are made and downloaded': async () => {
    await page.goto(`${base}/privacy/evidence`)
    await label('From').fill('2026-02-02')
    await label('Until').fill('2026-02-01')
    await button('Make and download').click()
    await see('The first day must not be after the last.')
    await label('From').fill('')
    await label('Until').fill('')
    const bundle = page.waitForEvent('download')
    await button('Make and download').click()
    if (
      !readFileSync(await (await bundle).path())
        .subarray(0, 2)
        .equals(Buffer.from('PK'))
    )
      throw new Error('no ZIP file')
    await see('The evidence was made: evidence-')
    const programme = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download as PDF' }).click()
    if (
      !readFileSync(await (await programme).path())
        .subarray(0, 5)
        .equals(Buffer.from('%PDF-'))
    )
      throw new Error('no PDF')
  },
  'a request about data is entered, gathered, sent and noted': async () => {
    const person = await api('POST', '/persons', {
      email: 'walk.subject@example.org',
      first_name: 'Walk',
      last_name: 'Subject',
    })
    await page.goto(`${base}/privacy/requests`)
    await button('Enter a request').first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Walk Subject')
    await dialog.getByLabel('E-mail or phone').fill('walk.subject@example.org')
    await dialog.getByLabel('Their words').fill('What do you know about me?')
    await dialog.getByLabel('How was it made sure').fill('Called back')
    await button('Enter the request').click()
    await see('What do you know about me?')
    await button('Gather everything').click()
    await see('Gathered ')
    const downloading = page.waitForEvent('download')
    await button('Download and look').click()
    if (
      !readFileSync(await (await downloading).path())
        .subarray(0, 2)
        .equals(Buffer.from('PK'))
    )
      throw new Error('no ZIP file')
    await see('Downloaded by a user')
    await label('Note').fill('Looked at it with a colleague')
    await button('Add a note').click()
    await see('The note was added')
    await button('Send the link').click()
    await dialog.getByRole('button', { name: 'Send the link' }).click()
    await see('The link was sent')
    await page.goto(`${base}/persons/${person.id}`)
    await button(/^More/).click()
    await page.getByRole('menuitem', { name: 'Restrict…' }).click()
    await dialog.getByLabel('Reason').fill('They dispute the address')
    await dialog.getByRole('button', { name: 'Restrict' }).click()
    await see('The processing of Walk Subject is restricted.')
  },
  'the language is changed to Norwegian and back, here and for the account': async () => {
    const said = []
    const listen = (r) => r.url().includes('/api/') && said.push(r.headers()['accept-language'])
    await page.goto(`${base}/lists`)
    await button(/^Your menu/).click()
    await page.getByRole('menuitemradio', { name: 'Norsk bokmål' }).click()
    await page.getByRole('heading', { name: 'Lister' }).waitFor()
    page.on('request', listen)
    await page.getByRole('link', { name: 'Personer' }).click()
    await page.getByRole('heading', { name: 'Personer' }).waitFor()
    page.off('request', listen)
    if (!said.length || said.some((l) => l !== 'nb')) throw new Error(`the server is asked in ${said}`)
    if ((await page.locator('html').getAttribute('lang')) !== 'nb') throw new Error('the page says another language')
    // Another browser, whose language is English, follows the account.
    const other = await browser.newContext({ storageState: { cookies: await context.cookies(), origins: [] } })
    const tab = await other.newPage()
    await tab.goto(`${base}/lists`)
    await tab.getByRole('heading', { name: 'Lister' }).waitFor()
    await other.close()
    // So does whoever logs in, and comes to where they were going.
    const email = 'svea@example.org'
    await newAccount(api, browser, base, email, 'editor')
    const english = await browser.newContext({ locale: 'en-GB' })
    const as = apiOf(english, base)
    const session = await as('POST', '/session', { email, password: PASSWORD })
    if (session.terms) await as('POST', '/session/terms', { version: session.terms.version })
    await as('PATCH', '/me', { locale: 'sv' })
    await as('DELETE', '/session')
    const login = await english.newPage()
    await login.goto(`${base}/persons?q=demo0000`)
    await login.getByLabel('E-mail').fill(email)
    await login.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await login.getByRole('button', { name: 'Log in' }).click()
    await login.getByRole('heading', { name: 'Personer' }).waitFor()
    await login.getByText('Senast ändrad').first().waitFor()
    if (!login.url().endsWith('/persons?q=demo0000')) throw new Error(`came to ${login.url()}`)
    await english.close()
    await page.goto(`${base}/me`)
    await label('Språk').selectOption({ label: 'English' })
    await button('Lagre').click()
    await page.getByRole('heading', { name: 'Your profile' }).waitFor()
  },
  'with nothing in the cache a screen takes at most 25 requests': async () => {
    const one = async (things) => `/${things}/${(await api('GET', `/${things}`)).items[0]?.id ?? ''}`
    const paths = ['/', '/persons', '/campaigns', '/shifts', '/staffing/calendar', '/staffing/rules', '/audit', '/me']
    paths.push(await one('persons'), await one('segments'), await one('forms'), await one('templates'))
    paths.push(await one('journeys'))
    paths.push(`${await one('campaigns')}/report`, '/imports', '/settings', '/sending/providers', '/privacy/requests')
    if (staffing.shift) paths.push(`/shifts/${staffing.shift}`, `/substitutes/${staffing.people[0]}`)
    const storageState = await context.storageState()
    const counts = []
    for (const path of paths) {
      const cold = await browser.newContext({ storageState, locale: 'en-GB', viewport: page.viewportSize() })
      const tab = await cold.newPage()
      const count = { path, requests: 0 }
      const open = new Set() // the line of live events stays open
      tab.on('request', (request) => {
        count.requests += 1
        if (!request.url().endsWith('/api/v1/events')) open.add(request)
      })
      for (const end of ['requestfinished', 'requestfailed']) tab.on(end, (request) => open.delete(request))
      await tab.goto(base + path)
      await tab.locator('h1').first().waitFor()
      await tab.waitForFunction(() => !document.querySelector('.skeleton-skeletons'))
      await until(`what ${path} asks for`, () => open.size === 0)
      counts.push(count)
      await cold.close()
    }
    const numbers = counts.map((c) => c.requests)
    console.log(`     ${Math.min(...numbers)} to ${Math.max(...numbers)} requests`)
    const over = counts.filter(({ requests }) => requests > 25)
    if (over.length) throw new Error(over.map(({ path, requests }) => `${path}: ${requests}`).join(', '))
  },
  'without a line a screen says so in the frame, and comes when there is one': async () => {
    await page.goto(`${base}/persons/new`)
    await label('First name').fill('Typed before')
    await context.setOffline(true)
    await page.getByRole('link', { name: 'Journeys' }).click()
    await see('No connection')
    await page.getByRole('link', { name: 'Tags' }).waitFor()
    await page.goBack()
    await label('First name').waitFor()
    if ((await label('First name').inputValue()) !== 'Typed before') throw new Error('what was typed is gone')
    await page.goForward()
    await see('No connection')
    await context.setOffline(false)
    await page.getByRole('heading', { name: 'Journeys' }).waitFor()
    const others = said.filter((m) => !/ERR_INTERNET_DISCONNECTED/.test(m))
    said.splice(0, said.length, ...others)
  },
  'a session that ends leads to login and back': async () => {
    await page.goto(`${base}/audit`)
    await page.locator('tbody tr').first().waitFor()
    await context.clearCookies()
    await page.getByRole('link', { name: 'Tags' }).click()
    await page.waitForURL('**/login?**next=%2Ftags')
    await label('E-mail').fill(login.email)
    await page.getByLabel('Password').first().fill(login.password)
    await button('Log in').click()
    await label('Six-digit code').fill(code())
    await button('Continue').click()
    await page.waitForURL('**/tags')
    await page.locator('tbody tr').first().waitFor()
  },
  'the contract is announced, withdrawn, ended, and everything is taken along': async () => {
    const dialog = page.getByRole('dialog')
    const end = async (lastDay) => {
      await button('End the contract…').click()
      await dialog.getByLabel('Last day').fill(lastDay)
      await dialog.getByLabel('Type “demo” to confirm').fill('demo')
      await dialog.getByRole('button', { name: lastDay ? 'Announce the end' : 'End it now' }).click()
    }
    await page.goto(`${base}/settings/contract`)
    const soon = new Date((program.now() + 20 * 86_400) * 1000).toISOString().slice(0, 10)
    await end(soon)
    await see('The end is announced')
    await button('Withdraw it').click()
    await dialog.getByRole('button', { name: 'Withdraw it' }).click()
    await see('The contract goes on')
    await end('')
    // Sessions end; administrators come back to the one thing that is left.
    await page.waitForURL('**/login**')
    await label('E-mail').fill(login.email)
    await page.getByLabel('Password').first().fill(login.password)
    await button('Log in').click()
    await label('Six-digit code').fill(code())
    await button('Continue').click()
    await page.waitForURL('**/settings/contract')
    await see('The contract has ended')
    if (await page.getByRole('link', { name: 'Persons' }).count()) throw new Error('a menu of what is closed')
    await page.goto(`${base}/persons`)
    await page.waitForURL('**/settings/contract')
    // Persons may ask about their data until it is removed.
    await page.getByRole('link', { name: 'Requests about data' }).first().click()
    await page.waitForURL('**/privacy/requests')
    await button('Enter a request').first().waitFor()
    await page.goto(`${base}/settings/contract`)
    const downloading = page.waitForEvent('download')
    await button('Download everything').click()
    if (
      !readFileSync(await (await downloading).path())
        .subarray(0, 2)
        .equals(Buffer.from('PK'))
    )
      throw new Error('no ZIP file')
  },
}

const only = process.env.ONLY ? new RegExp(process.env.ONLY) : undefined
let failed = false
for (const [number, [name, run]] of Object.entries(steps).entries()) {
  if (only && number > 0 && !only.test(name)) continue
  try {
    await run()
    if (said.length) throw new Error(said.splice(0).join(' | '))
    console.log(`ok   ${name}`)
  } catch (error) {
    failed = true
    console.log(`FAIL ${name}: ${String(error.message).split('\n').slice(0, 3).join(' ')}`)
    await page.screenshot({ path: join(shots, `walk-${number}.png`) }).catch(() => undefined)
    said.splice(0)
  }
}
await browser.close()
await program.stop()
process.exit(failed ? 1 : 0)
