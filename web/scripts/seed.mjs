// What the demo organisation lacks for every screen to have something to show, made through the API.
import { crc32, deflateSync } from 'node:zlib'
import { apiOf, until } from './program.mjs'

export const PASSWORD = 'violet tractor sings at dawn'
const csv = (type, lines) => ({ raw: lines.join('\n'), type })

/** The address in the newest mail of the platform to `to` that matches `pattern`. */
async function linkTo(api, to, pattern) {
  return until(`a message to ${to}`, () => {
    const found = api.accountMails().find((mail) => mail.to === to && pattern.test(mail.link))
    return found && pattern.exec(found.link)[0]
  })
}

// The same in what the organisation wrote to a person.
async function linkOf(api, to, pattern) {
  return until(`a message of the organisation to ${to}`, async () => {
    const { items } = await api('GET', `/mailbox?q=${to}`)
    for (const { id } of items) {
      const found = pattern.exec((await api('GET', `/mailbox/${id}`)).text)
      if (found) return found[0]
    }
    return false
  })
}

/** Invites somebody and returns the path of the page where the invitation is accepted. */
export async function invite(api, email, role) {
  await api('POST', '/users/invitations', { email, role })
  return linkTo(api, email, /\/invitation\/[\w-]+/)
}

/** An account whose owner has chosen a password and done nothing else. */
export async function newAccount(api, browser, base, email, role) {
  const path = await invite(api, email, role)
  const context = await browser.newContext()
  const token = path.split('/').at(-1)
  await apiOf(context, base)('POST', '/invitations/accept', { token, name: 'Nina Ny', password: PASSWORD })
  await context.close()
}

/** The path of the page where a forgotten password is replaced. */
export async function resetPath(api, email) {
  await api('POST', '/password-reset', { email })
  return linkTo(api, email, /\/reset\/[\w-]+/)
}

const theme = { background: '#eef2f5', surface: '#ffffff', text: '#1b252c', accent: '#17749b', font: 'sans' }
/** A workbook of texts, as small as one can be: parts that are stored and not packed. */
export function workbook(sheets) {
  const names = Object.keys(sheets)
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const relations = (list) =>
    `<Relationships>${list.map(([id, type, to]) => `<Relationship Id="${id}" Type="${office}/${type}" Target="${to}"/>`).join('')}</Relationships>`
  const parts = [
    ['_rels/.rels', relations([['r1', 'officeDocument', 'xl/workbook.xml']])],
    [
      'xl/workbook.xml',
      `<workbook xmlns:r="${office}"><sheets>${names.map((n, i) => `<sheet name="${n}" sheetId="${i + 1}" r:id="r${i + 1}"/>`).join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relations(names.map((_, i) => [`r${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`])),
    ],
    ...names.map((n, i) => [
      `xl/worksheets/sheet${i + 1}.xml`,
      `<worksheet><sheetData>${sheets[n].map((row) => `<row>${row.map((c) => `<c t="inlineStr"><is><t>${c}</t></is></c>`).join('')}</row>`).join('')}</sheetData></worksheet>`,
    ]),
  ]
  const out = []
  const directory = []
  let at = 0
  for (const [name, text] of parts) {
    const bytes = Buffer.from(text)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt32LE(crc32(bytes), 10)
    head.writeUInt32LE(bytes.length, 14)
    head.writeUInt32LE(bytes.length, 18)
    head.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    out.push(Buffer.from('PK\x03\x04'), head, Buffer.from(name), bytes)
    directory.push(Buffer.from('PK\x01\x02\x14\0'), head, tail, Buffer.from(name))
    at += 30 + name.length + bytes.length
  }
  const end = Buffer.alloc(18)
  end.writeUInt16LE(parts.length, 4)
  end.writeUInt16LE(parts.length, 6)
  end.writeUInt32LE(Buffer.concat(directory).length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...out, ...directory, Buffer.from('PK\x05\x06'), end])
}

const paragraph = (text) => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] })
const mail = (...blocks) => ({
  version: 1,
  theme,
  blocks: [...blocks, { id: 'foot', type: 'footer' }],
})

/** What the demo lacks for every screen to have something to show; `now` in seconds, as the program has it. */
export async function seed(api, now) {
  const upload = async (name, lines) => {
    const { raw, type } = csv('text/csv', lines)
    return api('POST', `/imports?filename=${name}`, Buffer.from(raw), { 'Content-Type': type })
  }
  const start = async (item, options = {}) => {
    await api('POST', `/imports/${item.id}/start`, {
      encoding: item.encoding,
      delimiter: item.delimiter,
      header: item.header,
      mapping: item.columns.map((c) => ({ column: c.index, target: c.suggestion ?? 'ignore' })),
      options,
    })
    return until('an import to end', async () => {
      const now = await api('GET', `/imports/${item.id}`)
      return ['done', 'failed', 'cancelled'].includes(now.state) && now
    })
  }
  const lists = (await api('GET', '/lists')).items
  const { items: forms } = await api('GET', '/forms')
  const { items: purposes } = await api('GET', '/purposes')

  const { items: some } = await api('GET', '/persons?limit=4')
  for (const [kind, name, person, words] of [
    ['access', 'Demo Access', some[0], 'What do you know about me?'],
    ['erasure', 'Demo Erasure', some[1], 'Please erase me.'],
    ['rectification', 'Demo Rectification', some[2], 'My name is spelt wrong.'],
    ['objection', 'Demo Nobody', undefined, 'No more messages, please.'],
  ])
    await api('POST', '/requests', {
      kind,
      channel: 'letter',
      name,
      contact: person?.email,
      words,
      person_id: person?.id,
      identity: 'Demo: passport seen',
    })

  await api('POST', '/attributes', {
    key: 'shirt',
    label: 'Shirt size',
    type: 'choice',
    classification: 'plain',
    choices: ['S', 'M', 'L', 'XL'],
  })
  const small = await api('POST', '/lists', { name: 'Board', description: '', double_opt_in: true })
  await start(
    await upload('board.csv', [
      'email,first_name,last_name,Mobile no.',
      ...Array.from({ length: 40 }, (_, i) => `board${i}@example.org,Test${i},Person,${i % 5 ? '' : 12}`),
      ...Array.from({ length: 7 }, (_, i) => `no-address-${i},Bad,Row,`),
      ',Nobody,Row,',
    ]),
    { list_id: small.id, tags: ['board'] },
  )
  await upload('members-2026.csv', [
    'Medlemsliste 2026;;;;;;',
    'E-post;Fornavn;Etternavn;Mobil tlf.;Poststed;Alder;Samtykke',
    'kari@example.org;Kari;Nordmann;12;Oslo;44;ja',
    'ola.example.org;Ola;Nordmann;;Bergen;51;nei',
  ])
  const cancelled = await upload('old-list.csv', ['email', 'old@example.org'])
  await api('POST', `/imports/${cancelled.id}/cancel`)
  await api('POST', '/exports', { what: 'persons', format: 'csv', list_id: small.id })

  await api('POST', '/segments', {
    name: 'Readers in Oslo or Bergen',
    conditions: {
      op: 'and',
      rules: [
        {
          op: 'or',
          rules: [
            { field: 'attribute:city', operator: 'is', value: 'Oslo' },
            { field: 'attribute:city', operator: 'is', value: 'Bergen' },
          ],
        },
        { op: 'and', not: true, rules: [{ field: 'attribute:age', operator: 'lt', value: 18 }] },
      ],
    },
  })
  await api('POST', '/templates', {
    name: 'Newsletter',
    document: mail(
      { id: 'h', type: 'heading', level: 1, text: 'News from {{ tenant.name }}' },
      { id: 't', type: 'text', doc: paragraph('Hello {{ person.first_name | default: "there" }},') },
      {
        id: 'c',
        type: 'columns',
        columns: [
          { blocks: [{ id: 'l', type: 'text', doc: paragraph('Left') }] },
          { blocks: [{ id: 'r', type: 'text', doc: paragraph('Right') }] },
        ],
      },
      { id: 'b', type: 'button', label: 'Read more', href: 'https://example.org/news', align: 'center' },
    ),
  })
  const campaign = async (name, more) => {
    const made = await api('POST', '/campaigns', {
      name,
      subject: 'News from {{ tenant.name }}',
      from_name: 'Demo organisation',
      from_email: 'news@example.org',
      purpose_id: purposes[0].id,
      audience: { lists: [lists[0].id], segments: [] },
      document: mail(
        { id: 'h', type: 'heading', level: 1, text: 'Autumn' },
        { id: 't', type: 'text', doc: paragraph('Hello {{ person.first_name | default: "there" }}, come and see us.') },
        { id: 'b', type: 'button', label: 'Sign up', href: 'https://example.org/autumn', align: 'center' },
      ),
      ...more,
    })
    return made.id
  }
  await campaign('Autumn news', {})
  await campaign('With mistakes', {
    subject: '',
    from_email: null,
    audience: { lists: [], segments: [] },
    document: mail(
      { id: 'h', type: 'heading', level: 1, text: 'Hello {{ person.nonsense }}' },
      { id: 'b', type: 'button', label: '', href: '', align: 'center' },
    ),
  })
  const later = await campaign('Christmas greeting', {})
  await api('POST', `/campaigns/${later}/send`, { at: new Date((now + 20 * 86_400) * 1000).toISOString() })
  await api('POST', '/providers', { name: 'Captured mail', kind: 'captured', default: true })
  await api('POST', '/providers', {
    name: 'Relay',
    kind: 'smtp',
    host: 'smtp.example.org',
    port: 587,
    security: 'starttls',
    username: 'varde',
    password: 'not a secret',
    connections: 4,
    per_second: 50,
  })
  await api('POST', '/domains', { domain: 'example.net' })
  await api('POST', '/suppressions', { email: 'never@example.org', reason: 'manual' })
  const half = await campaign('Half way', {})
  await api('POST', `/campaigns/${half}/send`, {})
  await until('a campaign to be under way', async () => {
    const { state, counts } = await api('GET', `/campaigns/${half}/progress`)
    return state === 'sending' && counts.sent > 0
  })
  await api('POST', `/campaigns/${half}/pause`)
  const questions = [
    ['email', 'Your e-mail', { required: true }],
    ['text', 'Your name', {}],
    ['long_text', 'What should we do better?', {}],
    ['choice', 'How did you hear of us?', { choices: ['A friend', 'The paper', 'Online'] }],
    ['multiple_choice', 'What interests you?', { choices: ['Hikes', 'Talks', 'Volunteering'] }],
    ['rating', 'How was it?', { max: 5 }],
    ['date', 'When would you come?', {}],
    ['consent', 'You may write to me', {}],
  ]
  await api('POST', '/forms', {
    name: 'Feedback',
    title: 'Tell us',
    purpose_id: purposes[0].id,
    fields: questions.map(([type, label, more], i) => ({ key: `q${i}`, type, label, required: false, ...more })),
  })
  await api('POST', '/journeys', {
    name: 'Welcome',
    trigger: { kind: 'list_joined', list_id: small.id },
    start: 'who',
    steps: [
      {
        id: 'who',
        kind: 'branch',
        conditions: { op: 'and', rules: [{ field: 'attribute:age', operator: 'gte', value: 40 }] },
        yes: 'tag',
        no: 'wait',
      },
      { id: 'tag', kind: 'tag', add: ['senior'], next: 'wait' },
      { id: 'wait', kind: 'wait', days: 2, next: 'send' },
      {
        id: 'send',
        kind: 'send',
        subject: 'Welcome',
        document: mail({ id: 'h', type: 'heading', level: 1, text: 'Welcome' }),
        next: 'hook',
      },
      { id: 'hook', kind: 'webhook', url: 'https://crm.example.org/hook' },
    ],
  })
  await api('PATCH', '/settings', { quiet_from: '00:00', quiet_to: '00:00' }, { 'If-Match': '*' }) // whatever time it is
  // SMS: three captured ones, then a gateway, a draft and a step of a journey.
  const numbers = await api('POST', '/lists', { name: 'By SMS' })
  for (const [i, first_name] of ['Kari', 'Ola', 'Åse'].entries())
    await api('POST', '/persons', { first_name, phone: `+479123450${i}`, lists: [numbers.id] })
  const sms = await api('POST', '/campaigns', {
    name: 'Reminder by SMS',
    channel: 'sms',
    service_reason: 'They come to the meeting.',
    text: 'Hi {{ person.first_name | default: "friend" }}, the meeting is tomorrow at six. Answer STOP to get no more.',
    audience: { lists: [numbers.id], segments: [] },
  })
  await api('POST', `/campaigns/${sms.id}/send`, {})
  await until('the SMS to be sent', async () => (await api('GET', `/campaigns/${sms.id}/progress`)).state === 'sent')
  await api('POST', '/campaigns', {
    name: 'SMS draft',
    channel: 'sms',
    text: 'Hi {{ person.first_name }}! 🎉 The summer party begins at six, at the old boathouse by the lake.',
    audience: { lists: [numbers.id], segments: [] },
  })
  await api('POST', '/providers', {
    name: 'Gateway',
    kind: 'sms_http',
    password: 'key',
    callback_secret: 'secret',
    sms: {
      sender: 'Varde',
      url: 'https://gateway.example/send',
      headers: [{ name: 'Authorization', value: 'Bearer {password}' }],
      body: '{"to": "{to}", "from": "{from}", "text": "{text}", "reference": "{reference}"}',
      price_minor: 49,
      price_currency: 'NOK',
    },
  })
  await api('POST', '/journeys', {
    name: 'SMS welcome',
    trigger: { kind: 'list_joined', list_id: numbers.id },
    start: 'a',
    steps: [{ id: 'a', kind: 'sms', text: 'Welcome, {{ person.first_name }}!', x: 80, y: 80 }],
  })
  await api('POST', '/journeys', {
    name: 'Not begun',
    trigger: { kind: 'form_submitted', form_id: forms[0].id },
    steps: [],
    start: '',
  })
}

/** A picture of nobody: a head and shoulders of one colour, as PNG. */
export function portrait(side = 240) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), body.length + 4)
    return out
  }
  const rows = []
  for (let y = 0; y < side; y += 1) {
    const row = Buffer.alloc(1 + side * 3)
    for (let x = 0; x < side; x += 1) {
      const head = Math.hypot(x / side - 0.5, y / side - 0.38) < 0.18
      const shoulders = Math.hypot((x / side - 0.5) * 0.8, y / side - 1) < 0.36
      row.set(head || shoulders ? [120, 84, 60] : [150 + (60 * y) / side, 190, 210], 1 + x * 3)
    }
    rows.push(row)
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side)
  head.writeUInt32BE(side, 4)
  head.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/**
 * What the demo's staffing lacks for every screen to have something to show. `program` moves the clock so that a shift
 * is over. Returns ids by name, for paths such as `/shifts/{staff.unfilled}`.
 */
export async function seedStaffing(api, program, browser) {
  const { base, now, moveClock } = program
  const DAY = 86_400
  const at = (day, hour) => {
    const midnight = Math.floor(now() / DAY) * DAY
    return new Date((midnight + day * DAY + hour * 3600) * 1000).toISOString()
  }
  const { items: places } = await api('GET', '/workplaces')
  const place = (name) => places.find((p) => p.name.includes(name)).id
  const far = await api('POST', '/workplaces', {
    name: 'Demo: Night shelter',
    address: 'Demo Street 9, Helsinki',
    time_zone: 'Europe/Helsinki',
  })
  for (const name of ['Demo: Library', 'Demo: Youth club'])
    await api('POST', '/workplaces', { name, address: 'Demo Street 7, Oslo' })
  const rare = await api('POST', '/skills', { name: 'Sign language' })
  const common = (await api('GET', '/skills')).items.find((s) => s.name === 'Teacher')
  const pool = await api('POST', '/pools', { name: 'Night pool' })
  const shift = async (workplace_id, day, from, until, more = {}, publish = true) => {
    const { id } = await api('POST', '/shifts', {
      workplace_id,
      starts_at: at(day, from),
      ends_at: at(day, until),
      break_minutes: 30,
      ...more,
    })
    if (publish) await api('POST', `/shifts/${id}/publish`, {})
    return id
  }
  const person = async (first_name, more) =>
    (await api('POST', '/persons', { first_name, last_name: 'Substitute', ...more })).id
  const kept = await person('Test', { phone: '+4791234599', email: 'test.substitute@example.org' })
  const today = at(0, 0).slice(0, 10)
  const later = (days) => at(days, 0).slice(0, 10)
  await api('PUT', `/substitutes/${kept}`, {
    percent: 40,
    latitude: 59.9,
    longitude: 10.7,
    pools: [pool.id],
    skills: [
      { skill_id: common.id, level: 3, expires_on: later(30) },
      { skill_id: rare.id, level: 1, expires_on: later(-20) },
    ],
    workplaces: [
      { workplace_id: place('North school'), kind: 'favourite' },
      { workplace_id: far.id, kind: 'excluded_by_person' },
    ],
  })
  const kind = await api('POST', '/document-kinds', { name: 'Police certificate' })
  await api('POST', '/document-kinds', { name: 'Health certificate' })
  await api('POST', `/substitutes/${kept}/documents`, { kind_id: kind.id, valid_until: later(200), seen: true })
  const say = (body) => api('POST', `/substitutes/${kept}/availability`, body)
  await say({
    kind: 'available',
    from_date: today,
    until_date: later(120),
    weekdays: [1, 2, 4],
    from_minute: 420,
    until_minute: 1020,
  })
  await say({ kind: 'ask_anyway', from_date: today, until_date: later(120), weekdays: [6] })
  await say({ kind: 'unavailable', from_date: later(3), until_date: later(3), from_minute: 480, until_minute: 720 })
  await say({ kind: 'pause', from_date: later(9), until_date: later(12) })
  const only = { pool_ids: [pool.id], strategy: { kind: 'direct' } }
  const out = { substitute: kept, workplace: far.id, over: '', mail: 'silent1@example.org' }
  out.direct = await shift(place('North school'), 8, 7, 14, only)
  await api('POST', `/shifts/${out.direct}/book`, { person_id: kept })
  out.unfilled = await shift(place('Hillside'), 8, 6, 14, {
    places: 2,
    skills: [{ skill_id: rare.id, level: 4, required: true }],
  })
  await until('a shift to be unfilled', async () => (await api('GET', `/shifts/${out.unfilled}`)).state === 'unfilled')
  out.draft = await shift(far.id, 9, 20, 29, { strategy: { kind: 'waves' } }, false)
  await shift(far.id, 10, 20, 29, {}, false)
  // Somebody who answers nothing, so that the next one is waited for.
  const silent = await api('POST', '/pools', { name: 'Slow to answer' })
  for (const [i, name] of ['Silent', 'Patient', 'Third'].entries()) {
    const id = await person(name, { email: `silent${i}@example.org` })
    await api('PUT', `/substitutes/${id}`, {
      pools: [silent.id],
      workplaces: i === 2 ? [{ workplace_id: far.id, kind: 'excluded_by_workplace' }] : [],
    })
  }
  out.running = await shift(far.id, 11, 8, 16, {
    pool_ids: [silent.id],
    strategy: { kind: 'one_by_one', minutes: 90 },
    note: 'Ring the bell at the back door.',
  })
  out.applied = await shift(place('Harbour'), 10, 7, 15, { pool_ids: [silent.id], strategy: { kind: 'candidates' } })
  await until(
    'everybody to be asked',
    async () => (await api('GET', `/shifts/${out.applied}/offers`)).items.length >= 2,
  )
  // One applies by the link: said by the office, a yes would be the choice already.
  const visitor = await browser.newContext()
  await until('an application', async () => {
    for (const i of [0, 1, 2]) {
      const link = await linkOf(api, `silent${i}@example.org`, /\/p\/o\/[\w-]+/)
      await visitor.request.fetch(base + link, { method: 'POST', form: { answer: 'yes' }, headers: { Origin: base } })
      const { items } = await api('GET', `/shifts/${out.applied}/offers`)
      if (items.some((o) => o.state === 'waiting')) return true
    }
    return false
  })
  await visitor.close()
  // Nobody is left: all said no, one of them twice; told that it is taken; waves under way.
  const { asking, version } = await api('GET', '/staffing/settings')
  await api('PATCH', '/staffing/settings', { asking: { ...asking, max_per_day: 9 } }, { 'If-Match': `"v${version}"` })
  const offersOf = async (id, count) =>
    until('the questions', async () => {
      const { items } = await api('GET', `/shifts/${id}/offers`)
      return items.length >= count && items
    })
  const answer = (id, person, yes) => api('POST', `/shifts/${id}/offers/${person}/answer`, { yes })
  out.nobody = await shift(place('Hillside'), 13, 7, 14, { pool_ids: [silent.id] })
  const asked = await offersOf(out.nobody, 3)
  for (const o of asked) await answer(out.nobody, o.person_id, false)
  await api('POST', `/shifts/${out.nobody}/ask-again`, { person_ids: [asked[0].person_id] })
  await until('the second question', async () => (await offersOf(out.nobody, 3)).some((o) => o.earlier.length))
  await answer(out.nobody, asked[0].person_id, false)
  await until('nobody to be left', async () => (await api('GET', `/shifts/${out.nobody}`)).state === 'unfilled')
  out.taken = await shift(place('Harbour'), 15, 7, 14, { pool_ids: [silent.id] })
  const all = await offersOf(out.taken, 3)
  await answer(out.taken, all[1].person_id, true)
  await until('the others to be told', async () => (await offersOf(out.taken, 3)).some((o) => o.state === 'taken'))
  out.waves = await shift(place('Harbour'), 17, 7, 14, { pool_ids: [silent.id], strategy: { kind: 'waves' } })
  await offersOf(out.waves, 1)
  for (const id of [kept, all[0].person_id])
    await api('PUT', `/substitutes/${id}/picture`, portrait(), { 'Content-Type': 'image/png' })
  // A workplace's leader asks, and waits.
  const email = 'leader@example.org'
  await newAccount(api, browser, base, email, 'requester')
  const context = await browser.newContext()
  const leader = apiOf(context, base)
  let session = await leader('POST', '/session', { email, password: PASSWORD })
  if (session.state === 'terms_required')
    session = await leader('POST', '/session/terms', { version: session.terms.version })
  const wanted = await leader('POST', '/shifts', {
    workplace_id: place('Swimming'),
    starts_at: at(9, 7),
    ends_at: at(9, 15),
    places: 1,
  })
  await leader('POST', `/shifts/${wanted.id}/publish`, {})
  await context.close()
  out.requested = wanted.id
  // A shift that is over, whose hours of two wait.
  const soon = (seconds) => new Date((now() + seconds) * 1000).toISOString()
  const past = await api('POST', '/shifts', {
    workplace_id: place('North school'),
    starts_at: soon(120),
    ends_at: soon(3600),
    places: 2,
    ...only,
  })
  await api('POST', `/shifts/${past.id}/publish`, {})
  for (const id of [kept, all[0].person_id]) await api('POST', `/shifts/${past.id}/book`, { person_id: id })
  moveClock(3700)
  out.over = past.id
  out.week = later(8)
  return out
}
