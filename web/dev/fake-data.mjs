// Made-up people and things for the development server. Every address ends in .example; nothing here is real.
let seed = 7
const rnd = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed / 2147483648
}
const pick = (a) => a[Math.floor(rnd() * a.length)]
let counter = 1
export const uuid = () => `0193a000-0000-7000-8000-${(counter++).toString(16).padStart(12, '0')}`
export const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString()
const day = 1440

const first = [
  'Ingrid',
  'Lars',
  'Maja',
  'Anders',
  'Sunniva',
  'Erik',
  'Nora',
  'Oskar',
  'Linnea',
  'Håkon',
  'Aisha',
  'Jonas',
  'Freya',
  'Emil',
  'Sofie',
  'Mateusz',
  'Ylva',
  'Tor',
  'Amina',
  'Birk',
]
const last = [
  'Hansen',
  'Lindqvist',
  'Berg',
  'Olsen',
  'Haugen',
  'Nilsson',
  'Dahl',
  'Solberg',
  'Karlsson',
  'Moen',
  'Yusuf',
  'Kowalski',
  'Strand',
  'Aasen',
  'Holm',
]
const cities = ['Oslo', 'Bergen', 'Trondheim', 'Tromsø', 'Stavanger']

export const tags = ['member', 'volunteer', 'donor', 'press', 'board'].map((name, i) => ({
  id: uuid(),
  name,
  persons: [812, 143, 377, 21, 9][i],
}))
export const lists = [
  ['Newsletter', 'The monthly letter to everybody', true, 1184, 36],
  ['Volunteers', 'Called upon before events', false, 143, 0],
  ['Press', 'Journalists and editors', false, 21, 0],
].map(([name, description, double_opt_in, persons, pending], i) => ({
  id: uuid(),
  name,
  description,
  double_opt_in,
  persons,
  pending,
  created_at: ago((200 - i * 30) * day),
}))
export const purposes = [
  ['newsletter', 'Newsletter', 'News about our work, once a month'],
  ['events', 'Event invitations', 'Invitations to meetings and courses near you'],
].map(([key, label, description]) => ({ id: uuid(), key, label, description }))
export const attributes = [
  ['city', 'City', 'choice', 'plain', cities],
  ['member_since', 'Member since', 'date', 'plain', []],
  ['donated', 'Donated so far (NOK)', 'number', 'plain', []],
  ['vegetarian', 'Vegetarian', 'boolean', 'sensitive', []],
  ['employer', 'Employer', 'text', 'identifying', []],
].map(([key, label, type, classification, choices]) => ({
  id: uuid(),
  key,
  label,
  type,
  classification,
  choices,
}))

export const persons = Array.from({ length: 137 }, (_, i) => {
  const f = i === 0 ? 'Ingrid' : pick(first)
  const l = i === 0 ? 'Hansen' : pick(last)
  const plain = `${f}.${l}`.toLowerCase().replace(/å/g, 'a').replace(/ø/g, 'o')
  const created = 20 + Math.floor(rnd() * 300)
  return {
    id: uuid(),
    email: i % 11 === 5 ? undefined : `${plain}${i || ''}@people.example`,
    phone: i % 3 ? undefined : `+47 400 ${String(10 + (i % 90))} ${String(100 + i).slice(0, 3)}`,
    first_name: f,
    last_name: l,
    language: pick(['nb', 'nb', 'sv', 'en']),
    time_zone: 'Europe/Oslo',
    state: i % 29 === 13 ? 'restricted' : 'active',
    tags: tags.filter(() => rnd() < 0.3).map((t) => t.name),
    created_at: ago(created * day),
    updated_at: ago(Math.floor(rnd() * created) * day + 35),
    attributes: {
      city: pick(cities),
      member_since: `20${10 + (i % 14)}-0${1 + (i % 9)}-15`,
      donated: Math.floor(rnd() * 20) * 250,
      vegetarian: rnd() < 0.2,
    },
    lists: [
      {
        id: lists[0].id,
        name: lists[0].name,
        state: i % 7 === 3 ? 'pending' : i % 9 === 4 ? 'unsubscribed' : 'subscribed',
        since: ago((created - 3) * day),
      },
    ],
    consents:
      i % 5 === 4
        ? []
        : [
            {
              purpose_id: purposes[0].id,
              purpose: 'Newsletter',
              state: i % 9 === 4 ? 'withdrawn' : 'given',
              source: 'Sign-up form on the website',
              at: ago((created - 3) * day),
            },
          ],
    suppressed: i === 3 ? { reason: 'bounce', at: ago(12 * day) } : null,
  }
})
persons[0].tags = ['member', 'volunteer']

export const timeline = [
  ['clicked', 'Clicked “Sign up for the autumn meeting”', 'https://www.varde.example/autumn', 95, {}],
  ['opened', 'Opened “Autumn newsletter”', undefined, 96, {}],
  ['opened', 'Opened “Autumn newsletter”', undefined, 179, { scanner: true }],
  ['sent', 'Sent “Autumn newsletter”', 'Accepted by mx.people.example', 180, {}],
  ['journey', 'Entered the journey “Welcome”', 'Waits 3 days', 2 * day, {}],
  ['submitted', 'Answered “Autumn meeting”', 'Will come, vegetarian', 2 * day + 5, { simulated: true }],
  ['note', 'Note by Demo Administrator', 'Prefers phone in the evening.', 9 * day, {}],
  ['consent', 'Consent given: Newsletter', 'Sign-up form on the website', 60 * day, {}],
  ['list_joined', 'Joined the list “Newsletter”', undefined, 60 * day + 1, {}],
  ['tagged', 'Tagged “member”', undefined, 61 * day, {}],
  ['imported', 'Imported from members.csv', 'Row 2', 61 * day + 1, {}],
  ['created', 'Created', undefined, 61 * day + 2, {}],
].map(([kind, title, detail, min, more]) => ({
  id: uuid(),
  at: ago(min),
  kind,
  title,
  detail,
  simulated: false,
  ...more,
}))

const importColumns = [
  {
    index: 0,
    name: 'E-post',
    sample: ['ingrid.hansen@people.example', 'lars.berg@people.example', 'maja@'],
    suggestion: 'email',
  },
  { index: 1, name: 'Fornavn', sample: ['Ingrid', 'Lars', 'Maja'], suggestion: 'first_name' },
  { index: 2, name: 'Etternavn', sample: ['Hansen', 'Berg', 'Lindqvist'], suggestion: 'last_name' },
  { index: 3, name: 'Mobil', sample: ['400 10 100', '', '+46 70 123 45 67'] },
  { index: 4, name: 'City', sample: ['Oslo', 'Bergen', 'Oslo'] },
  { index: 5, name: 'Interne notater', sample: ['ringes', '', ''] },
]
const imp = (filename, state, counts, progress, more = {}) => ({
  id: uuid(),
  filename,
  state,
  bytes: 1_834_112,
  encoding: 'UTF-8',
  delimiter: ';',
  header: true,
  columns: importColumns,
  counts: { read: 0, created: 0, updated: 0, unchanged: 0, rejected: 0, ...counts },
  progress,
  created_at: ago(40),
  ...more,
})
export const imports = [
  imp('members-2026.csv', 'uploaded', {}, 0),
  imp(
    'volunteers.csv',
    'running',
    { read: 24180, created: 18200, updated: 5400, unchanged: 561, rejected: 19 },
    0.58,
  ),
  imp(
    'donors-autumn.csv',
    'done',
    { read: 1240, created: 1100, updated: 92, unchanged: 31, rejected: 17 },
    1,
    { finished_at: ago(3000), created_at: ago(3004) },
  ),
  imp('old-register.xlsx.csv', 'failed', { read: 311 }, 0.04, {
    error: 'Line 312: a quote is opened and never closed. Nothing was imported.',
    created_at: ago(9000),
    finished_at: ago(8999),
  }),
]
export const exports_ = [
  { id: uuid(), state: 'done', rows: 1184, created_at: ago(300), format: 'csv' },
  { id: uuid(), state: 'running', rows: 40210, created_at: ago(1), format: 'json' },
]

export const segmentFields = [
  ['attribute:city', 'City', 'choice', ['is', 'is_not', 'any_of'], cities],
  [
    'attribute:member_since',
    'Member since',
    'date',
    ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'in_last_days', 'before_days', 'is_set', 'is_not_set'],
  ],
  [
    'attribute:donated',
    'Donated so far (NOK)',
    'number',
    ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'is_set', 'is_not_set'],
  ],
  ['attribute:vegetarian', 'Vegetarian', 'boolean', ['is']],
  ['tag', 'Tag', 'tag', ['has', 'has_not'], tags.map((t) => t.name)],
  ['list', 'List', 'list', ['has', 'has_not']],
  ['consent:newsletter', 'Consent: Newsletter', 'consent', ['given', 'withdrawn', 'unknown']],
  ['language', 'Language', 'text', ['is', 'is_not', 'starts_with', 'is_set', 'is_not_set']],
  ['created_at', 'Known since', 'date', ['lt', 'lte', 'gt', 'gte', 'between', 'in_last_days', 'before_days']],
  ['email_known', 'E-mail known', 'boolean', ['is']],
  ['phone_known', 'Phone known', 'boolean', ['is']],
  ['received', 'Was sent', 'behaviour', ['happened', 'not_happened']],
  ['opened', 'Opened', 'behaviour', ['happened', 'not_happened']],
  ['clicked', 'Clicked', 'behaviour', ['happened', 'not_happened']],
  ['submitted', 'Answered a form', 'behaviour', ['happened', 'not_happened']],
].map(([field, label, type, operators, choices]) => ({
  field,
  label,
  type,
  operators,
  ...(choices ? { choices } : {}),
}))

export const document = {
  version: 1,
  theme: { background: '#eef2f5', surface: '#ffffff', text: '#1b252c', accent: '#17749b', font: 'sans' },
  preheader: 'What happened this autumn, and what comes next',
  blocks: [
    { id: 'b1', type: 'heading', level: 1, text: 'Hello {{ person.first_name | default: "friend" }}' },
    {
      id: 'b2',
      type: 'text',
      doc: {
        type: 'doc',
        content: [
          {
            type: 'paragraph',
            content: [
              { type: 'text', text: 'The autumn meeting is on ' },
              { type: 'text', text: '12 December', marks: [{ type: 'bold' }] },
              { type: 'text', text: '. Come and meet the others!' },
            ],
          },
          {
            type: 'bulletList',
            content: [
              {
                type: 'listItem',
                content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Doors open at 17' }] }],
              },
              {
                type: 'listItem',
                content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Soup for everybody' }] }],
              },
            ],
          },
        ],
      },
    },
    { id: 'b3', type: 'button', label: 'Sign up', href: 'https://www.varde.example/autumn', align: 'center' },
    {
      id: 'b4',
      type: 'columns',
      columns: [
        {
          blocks: [
            { id: 'b5', type: 'heading', level: 3, text: 'In Oslo' },
            {
              id: 'b6',
              type: 'text',
              doc: {
                type: 'doc',
                content: [
                  { type: 'paragraph', content: [{ type: 'text', text: 'At the library, second floor.' }] },
                ],
              },
            },
          ],
        },
        {
          blocks: [
            { id: 'b7', type: 'heading', level: 3, text: 'In Bergen' },
            {
              id: 'b8',
              type: 'text',
              doc: {
                type: 'doc',
                content: [{ type: 'paragraph', content: [{ type: 'text', text: 'At the harbour house.' }] }],
              },
            },
          ],
        },
      ],
    },
    { id: 'b9', type: 'divider' },
    { id: 'b10', type: 'footer', text: 'Demo organisation, Storgata 1, 0155 Oslo' },
  ],
}
export const segments = [
  [
    'Members in Oslo',
    {
      op: 'and',
      rules: [
        { field: 'tag', operator: 'has', value: 'member' },
        { field: 'attribute:city', operator: 'is', value: 'Oslo' },
      ],
    },
    214,
  ],
  [
    'Active donors',
    {
      op: 'and',
      rules: [
        { field: 'attribute:donated', operator: 'gte', value: 500 },
        {
          op: 'or',
          not: true,
          rules: [
            { field: 'language', operator: 'is', value: 'en' },
            { field: 'clicked', operator: 'happened', value: { within_days: 90 } },
          ],
        },
      ],
    },
    377,
  ],
].map(([name, conditions, n]) => ({
  id: uuid(),
  name,
  conditions,
  persons: n,
  counted_at: ago(50),
  created_at: ago(40 * day),
  updated_at: ago(3 * day),
}))

const counts = (c = {}) => ({
  recipients: 0,
  queued: 0,
  sent: 0,
  deferred: 0,
  failed: 0,
  bounced_hard: 0,
  bounced_soft: 0,
  complained: 0,
  opened: 0,
  opened_scanner: 0,
  clicked: 0,
  clicked_scanner: 0,
  unsubscribed: 0,
  answered: 0,
  skipped_suppressed: 0,
  skipped_no_consent: 0,
  skipped_no_address: 0,
  ...c,
})
const camp = (name, state, subject, c, more = {}) => ({
  id: uuid(),
  name,
  state,
  subject,
  counts: counts(c),
  updated_at: ago(30),
  from_name: 'Demo organisation',
  from_email: 'news@mail.varde.example',
  preheader: document.preheader,
  document,
  audience: { lists: [lists[0].id], segments: [], exclude_lists: [], exclude_segments: [segments[1].id] },
  purpose_id: purposes[0].id,
  time_mode: 'at_once',
  track_opens: true,
  track_clicks: true,
  ...more,
})
export const campaigns = [
  camp('Autumn meeting', 'draft', 'Will you come on 12 December?'),
  camp(
    'Winter appeal',
    'sending',
    'Help keep the lights on',
    {
      recipients: 12400,
      queued: 7310,
      sent: 5012,
      deferred: 61,
      failed: 3,
      bounced_hard: 14,
      opened: 620,
      clicked: 88,
      skipped_suppressed: 41,
      skipped_no_consent: 120,
    },
    { started_at: ago(4) },
  ),
  camp(
    'Autumn newsletter',
    'sent',
    'News of the autumn',
    {
      recipients: 1184,
      sent: 1170,
      failed: 2,
      bounced_hard: 9,
      bounced_soft: 3,
      complained: 1,
      opened: 631,
      opened_scanner: 204,
      clicked: 212,
      clicked_scanner: 51,
      unsubscribed: 6,
      answered: 74,
      skipped_suppressed: 11,
      skipped_no_consent: 28,
      skipped_no_address: 5,
    },
    { started_at: ago(200), finished_at: ago(180) },
  ),
  camp(
    'Board papers',
    'scheduled',
    'Papers for Thursday',
    { recipients: 9 },
    { scheduled_at: new Date(Date.now() + 86400000).toISOString() },
  ),
  camp(
    'Summer greeting',
    'paused',
    'A greeting from the mountains',
    { recipients: 900, queued: 400, sent: 500 },
    { started_at: ago(3000) },
  ),
  camp('Old test', 'cancelled', 'Please ignore', {}),
]
export const templates = ['Newsletter', 'Short invitation'].map((name, i) => ({
  id: uuid(),
  name,
  document,
  updated_at: ago((i + 1) * 4 * day),
}))
export const providers = [
  {
    id: uuid(),
    name: 'Captured mailbox',
    kind: 'captured',
    security: 'none',
    has_password: false,
    connections: 4,
    default: true,
    state: 'ok',
  },
  {
    id: uuid(),
    name: 'Post relay',
    kind: 'smtp',
    host: 'smtp.relay.example',
    port: 587,
    security: 'starttls',
    username: 'varde',
    has_password: true,
    connections: 8,
    per_second: 20,
    window_seconds: 3600,
    per_window: 40000,
    default: false,
    region: 'EEA',
    state: 'failing',
    last_error: '535 5.7.8 Authentication credentials invalid',
  },
]
const rsa =
  'v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvZ0demoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoQIDAQAB'
export const domains = [
  {
    id: uuid(),
    domain: 'mail.varde.example',
    state: 'unverified',
    checked_at: ago(12),
    from_addresses: ['news@mail.varde.example'],
    records: [
      {
        purpose: 'dkim',
        type: 'TXT',
        name: 'varde1._domainkey.mail.varde.example',
        value: rsa,
        found: [rsa],
        ok: true,
      },
      {
        purpose: 'dkim_ed25519',
        type: 'TXT',
        name: 'varde1e._domainkey.mail.varde.example',
        value: 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
        found: [],
        ok: false,
        fix: 'Nothing was found under this name. Add the record exactly as shown.',
      },
      {
        purpose: 'spf',
        type: 'TXT',
        name: 'mail.varde.example',
        value: 'v=spf1 include:smtp.relay.example -all',
        found: ['v=spf1 -all'],
        ok: false,
        fix: 'The record exists, but lacks “include:smtp.relay.example”. Change it; do not add a second one.',
      },
      {
        purpose: 'dmarc',
        type: 'TXT',
        name: '_dmarc.mail.varde.example',
        value: 'v=DMARC1; p=quarantine; rua=mailto:dmarc@mail.varde.example',
        found: ['v=DMARC1; p=quarantine; rua=mailto:dmarc@mail.varde.example'],
        ok: true,
      },
      {
        purpose: 'return_path',
        type: 'CNAME',
        name: 'bounce.mail.varde.example',
        value: 'bounces.varde.example.',
        found: ['bounces.varde.example.'],
        ok: true,
      },
    ],
  },
  {
    id: uuid(),
    domain: 'varde.example',
    state: 'verified',
    checked_at: ago(600),
    from_addresses: ['post@varde.example'],
    records: [
      {
        purpose: 'dkim',
        type: 'TXT',
        name: 'varde1._domainkey.varde.example',
        value: rsa,
        found: [rsa],
        ok: true,
      },
    ],
  },
]
export const suppressions = Array.from({ length: 8 }, (_, i) => ({
  id: uuid(),
  reason: ['bounce', 'unsubscribe', 'complaint', 'manual'][i % 4],
  at: ago(i * day * 2 + 20),
  hash_prefix: (0xa3f1c2 + i * 7919).toString(16),
}))

export const users = [
  {
    id: uuid(),
    name: 'Demo Administrator',
    email: 'admin@demo.example',
    role: 'administrator',
    state: 'active',
    totp: true,
    last_seen_at: ago(1),
    created_at: ago(200 * day),
  },
  {
    id: uuid(),
    name: 'Kari Redaktør',
    email: 'kari@demo.example',
    role: 'editor',
    state: 'active',
    totp: false,
    last_seen_at: ago(1600),
    created_at: ago(120 * day),
  },
  {
    id: uuid(),
    name: 'Per Gransker',
    email: 'per@demo.example',
    role: 'viewer',
    state: 'suspended',
    totp: false,
    last_seen_at: ago(90 * day),
    created_at: ago(100 * day),
  },
  {
    id: uuid(),
    name: '',
    email: 'ny@demo.example',
    role: 'editor',
    state: 'invited',
    totp: false,
    created_at: ago(day),
  },
]
export const forms = [
  {
    id: uuid(),
    name: 'Autumn meeting sign-up',
    slug: 'autumn-meeting',
    state: 'published',
    title: 'Autumn meeting',
    intro: 'We look forward to seeing you. It takes a minute.',
    fields: [
      { key: 'email', type: 'email', label: 'Your e-mail', required: true, attribute: 'email' },
      {
        key: 'coming',
        type: 'choice',
        label: 'Will you come?',
        required: true,
        choices: ['Yes', 'No', 'Not sure yet'],
      },
      {
        key: 'food',
        type: 'multiple_choice',
        label: 'What do you eat?',
        required: false,
        choices: ['Fish', 'Meat', 'Vegetarian'],
      },
      {
        key: 'score',
        type: 'rating',
        label: 'How likely are you to recommend us?',
        help: '0 is not at all, 10 is certainly',
        required: false,
        max: 10,
      },
      { key: 'remarks', type: 'long_text', label: 'Anything we should know?', required: false },
      { key: 'ok', type: 'consent', label: 'You may send me invitations like this one', required: false },
    ],
    thanks_text: 'Thank you! A confirmation is on its way.',
    list_id: lists[1].id,
    tags: ['autumn'],
    purpose_id: purposes[1].id,
    public_url: 'https://www.varde.example/p/autumn-meeting',
    answers: 74,
    updated_at: ago(2 * day),
  },
  {
    id: uuid(),
    name: 'Newsletter sign-up',
    slug: 'newsletter',
    state: 'draft',
    title: 'Our newsletter',
    fields: [{ key: 'email', type: 'email', label: 'Your e-mail', required: true, attribute: 'email' }],
    thanks_text: 'Thank you!',
    tags: [],
    public_url: 'https://www.varde.example/p/newsletter',
    answers: 0,
    updated_at: ago(5 * day),
  },
]
export const results = {
  answers: 74,
  fields: [
    {
      key: 'coming',
      label: 'Will you come?',
      type: 'choice',
      counts: [
        { value: 'Yes', count: 51 },
        { value: 'No', count: 14 },
        { value: 'Not sure yet', count: 9 },
      ],
    },
    {
      key: 'food',
      label: 'What do you eat?',
      type: 'multiple_choice',
      counts: [
        { value: 'Fish', count: 33 },
        { value: 'Meat', count: 28 },
        { value: 'Vegetarian', count: 19 },
      ],
    },
    {
      key: 'score',
      label: 'How likely are you to recommend us?',
      type: 'rating',
      average: 8.2,
      counts: [5, 6, 7, 8, 9, 10].map((v, i) => ({ value: String(v), count: [3, 4, 10, 22, 20, 12][i] })),
    },
    { key: 'remarks', label: 'Anything we should know?', type: 'long_text', texts: 18 },
  ],
}
export const journeys = [
  {
    id: uuid(),
    name: 'Welcome',
    state: 'running',
    trigger: { kind: 'list_joined', list_id: lists[0].id },
    reentry: false,
    start: 's1',
    counts: { entered: 412, active: 61, finished: 347, failed: 4 },
    updated_at: ago(day),
    steps: [
      { id: 's1', kind: 'wait', days: 0, hours: 1, minutes: 0, next: 's2', x: 220, y: 130 },
      {
        id: 's2',
        kind: 'send',
        subject: 'Welcome, {{ person.first_name | default: "friend" }}',
        template_id: templates[0].id,
        from_name: 'Demo organisation',
        from_email: 'news@mail.varde.example',
        next: 's3',
        x: 220,
        y: 260,
      },
      { id: 's3', kind: 'wait', days: 3, hours: 0, minutes: 0, next: 's4', x: 220, y: 390 },
      {
        id: 's4',
        kind: 'branch',
        conditions: {
          op: 'and',
          rules: [{ field: 'clicked', operator: 'happened', value: { within_days: 7 } }],
        },
        yes: 's5',
        no: 's6',
        x: 220,
        y: 520,
      },
      { id: 's5', kind: 'tag', add: ['engaged'], remove: [], x: 60, y: 670 },
      { id: 's6', kind: 'webhook', url: 'https://crm.varde.example/hooks/quiet', next: 's7', x: 390, y: 670 },
      { id: 's7', kind: 'notify', user_id: users[1].id, text: 'Please phone this person', x: 390, y: 800 },
    ],
  },
  {
    id: uuid(),
    name: 'Donor thanks',
    state: 'draft',
    trigger: { kind: 'form_submitted', form_id: forms[0].id },
    reentry: true,
    start: '',
    counts: { entered: 0, active: 0, finished: 0, failed: 0 },
    updated_at: ago(9 * day),
    steps: [],
  },
]
export const audit = [
  [
    'user',
    'Demo Administrator',
    'person.change',
    'person',
    'Ingrid Hansen',
    [
      { field: 'phone', old: '+47 400 10 099', new: '+47 400 10 100' },
      { field: 'attributes.city', old: 'Bergen', new: 'Oslo' },
    ],
    12,
  ],
  [
    'user',
    'Kari Redaktør',
    'campaign.send',
    'campaign',
    'Winter appeal',
    [{ field: 'recipients', new: 12400 }],
    240,
  ],
  [
    'job',
    'Import',
    'import.finish',
    'import',
    'donors-autumn.csv',
    [
      { field: 'created', new: 1100 },
      { field: 'rejected', new: 17 },
    ],
    3000,
  ],
  [
    'user',
    'Demo Administrator',
    'user.invite',
    'user',
    'ny@demo.example',
    [{ field: 'role', new: 'editor' }],
    1500,
  ],
  [
    'system',
    'Varde',
    'domain.check',
    'domain',
    'mail.varde.example',
    [{ field: 'state', old: 'verified', new: 'unverified' }],
    1700,
  ],
].map(([kind, name, action, okind, label, fields, min]) => ({
  id: uuid(),
  at: ago(min),
  actor: { kind, name },
  action,
  object: { kind: okind, id: uuid(), label },
  fields,
}))
export const notifications = [
  {
    id: uuid(),
    at: ago(20),
    text: 'Journey “Welcome”: please phone Lars Berg',
    href: `/persons/${persons[1].id}`,
    read: false,
  },
  {
    id: uuid(),
    at: ago(3000),
    text: 'Journey “Welcome”: please phone Maja Lindqvist',
    href: `/persons/${persons[2].id}`,
    read: true,
  },
]
