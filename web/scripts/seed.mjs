// What the demo organisation lacks for every screen to have something to show, made through the API.
import { apiOf, until } from './program.mjs'

export const PASSWORD = 'violet tractor sings at dawn'
const csv = (type, lines) => ({ raw: lines.join('\n'), type })

/** The address in the newest captured message to `to` that matches `pattern`. */
async function linkTo(api, to, pattern) {
  return until(`a message to ${to}`, async () => {
    const { items } = await api('GET', `/mailbox?q=${encodeURIComponent(to)}`)
    for (const row of items) {
      const { text, html } = await api('GET', `/mailbox/${row.id}`)
      const found = pattern.exec(`${text ?? ''} ${html ?? ''}`)
      if (found) return found[0]
    }
    return undefined
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
const paragraph = (text) => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] })
const mail = (...blocks) => ({
  version: 1,
  theme,
  blocks: [...blocks, { id: 'foot', type: 'footer' }],
})

export async function seed(api) {
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
      'email,first_name,last_name',
      ...Array.from({ length: 40 }, (_, i) => `board${i}@example.org,Test${i},Person`),
      ...Array.from({ length: 7 }, (_, i) => `no-address-${i},Bad,Row`),
    ]),
    { list_id: small.id, tags: ['board'] },
  )
  await upload('members-2026.csv', [
    'E-post;Fornavn;Etternavn;By;Medlem siden',
    'kari@example.org;Kari;Nordmann;Oslo;2019-05-01',
    'ola.example.org;Ola;Nordmann;Bergen;2020-02-30',
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
      { id: 'c', type: 'columns', columns: [{ blocks: [{ id: 'l', type: 'text', doc: paragraph('Left') }] }, { blocks: [{ id: 'r', type: 'text', doc: paragraph('Right') }] }] },
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
  await api('POST', `/campaigns/${later}/send`, { at: new Date(Date.now() + 20 * 86_400_000).toISOString() })
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
      { id: 'send', kind: 'send', subject: 'Welcome', document: mail({ id: 'h', type: 'heading', level: 1, text: 'Welcome' }), next: 'hook' },
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
  await api('POST', '/journeys', { name: 'Not begun', trigger: { kind: 'form_submitted', form_id: forms[0].id }, steps: [], start: '' })
}
