// A development stand-in for the server: serves web/dist under the real content security policy and answers
// the API contract from memory, so that screens can be made, tested and photographed without a database.
// Nothing is kept, nothing is checked beyond what a screen needs to show. Usage: node dev/fake-server.mjs [port]
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as data from './fake-data.mjs'
import { render } from './fake-render.mjs'

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist')
const types = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}
const now = () => new Date().toISOString()
const { uuid } = data

class Refusal extends Error {
  constructor(status, title, more = {}) {
    super(title)
    this.body = { type: 'about:blank', title, status, request_id: 'req-demo-0001', ...more }
  }
}
const need = (x) => {
  if (!x) throw new Refusal(404, 'Not found')
  return x
}
const invalid = (...errors) => {
  throw new Refusal(422, 'Something needs correcting', {
    errors: errors.map(([pointer, message]) => ({ pointer, message })),
  })
}
const page = (items, query, more = {}) => {
  const limit = Number(query.limit ?? 50)
  const from = Number(query.cursor ?? 0)
  return {
    items: items.slice(from, from + limit),
    next: from + limit < items.length ? String(from + limit) : null,
    ...more,
  }
}

export function makeServer({ delay = 0 } = {}) {
  const sessions = new Map()
  const routes = []
  const on = (line, handler) => {
    const [method, path] = line.split(' ')
    const names = []
    const pattern = new RegExp(
      `^/api/v1${path.replace(/:(\w+)/g, (_, n) => {
        names.push(n)
        return '([^/]+)'
      })}$`,
    )
    routes.push({ method, pattern, names, handler, open: /^\/(session|password|invitations)/.test(path) })
  }
  const streams = new Set()
  const settings = {
    name: 'Demo organisation',
    colour: '#8a3ffc',
    time_zone: 'Europe/Oslo',
    locale: 'en',
    postal_address: 'Storgata 1, 0155 Oslo',
    open_tracking: true,
    click_tracking: true,
    require_totp_roles: ['administrator'],
  }
  const allRights =
    'persons.read persons.write persons.export segments.write campaigns.read campaigns.write campaigns.send forms.write journeys.write channels.manage users.manage audit.read settings.manage'.split(
      ' ',
    )
  const me = { ...data.users[0] }
  const profile = { locale: 'en', time_zone: 'Europe/Oslo' }
  const notices = [
    {
      kind: 'maintenance',
      text: 'Planned maintenance: sending pauses for ten minutes.',
      starts_at: new Date(Date.now() + 2 * 864e5).toISOString(),
      ends_at: new Date(Date.now() + 2 * 864e5 + 6e5).toISOString(),
    },
  ]
  const view = (s) => {
    const state = s?.state ?? 'anonymous'
    const out = { state, rights: [], tenants: [], notices: state === 'ready' ? [] : notices }
    if (state === 'anonymous') return out
    out.user = { id: me.id, name: me.name, email: me.email, ...profile }
    if (state === 'terms_required')
      out.terms = {
        version: '2026-09',
        text_html:
          '<p>These are the terms of the demo installation.</p><p>You keep your login to yourself. You enter only what your organisation may process. You tell us when something looks wrong.</p><p>We run the service with care, keep the promises of the data-processing agreement, and say so when we do not.</p>',
      }
    if (state === 'ready') {
      Object.assign(out, {
        role: 'administrator',
        rights: allRights,
        tenant: {
          id: 't1',
          name: settings.name,
          slug: 'demo',
          colour: settings.colour,
          time_zone: settings.time_zone,
          demo: true,
        },
        tenants: [
          { id: 't1', name: settings.name, role: 'administrator' },
          { id: 't2', name: 'Second organisation', role: 'editor' },
        ],
      })
    }
    return out
  }

  on('GET /session', ({ session }) => view(session))
  on('POST /session', ({ body, start }) => {
    if (body.password !== 'demo-demo-demo')
      throw new Refusal(422, 'Wrong e-mail or password', {
        detail: 'Check both and try again. After many tries there is a pause.',
      })
    const session = start()
    session.state = body.email.startsWith('new') ? 'totp_setup_required' : 'totp_required'
    return view(session)
  })
  on('POST /session/totp', ({ body, session }) => {
    if (body.code !== '123456')
      invalid(['/code', 'This code is not right. Wait for the next one and try again.'])
    session.state = 'ready'
    return view(session)
  })
  on('POST /session/totp-setup', () => ({
    secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    uri: 'otpauth://totp/Varde:new@demo.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Varde',
  }))
  on('POST /session/totp-confirm', ({ body, session }) => {
    if (body.code !== '123456')
      invalid(['/code', 'This code is not right. Wait for the next one and try again.'])
    session.state = 'terms_required'
    return {
      recovery_codes: Array.from(
        { length: 10 },
        (_, i) => `${(48271 + i * 7717).toString(36)}-${(918273 + i * 33331).toString(36)}`,
      ),
    }
  })
  on('POST /session/terms', ({ session }) => {
    session.state = 'ready'
    return view(session)
  })
  on('POST /session/tenant', ({ session }) => view(session))
  on('DELETE /session', ({ end }) => end())
  on('POST /password-reset', () => undefined)
  on('POST /password-reset/confirm', () => undefined)
  on('POST /password-check', ({ body }) => {
    const score = Math.min(4, Math.floor(body.password.length / 4))
    return {
      ok: score >= 3,
      score,
      hint: score >= 3 ? '' : 'Use at least twelve characters; four unrelated words are easy to remember.',
    }
  })
  on('GET /invitations/:token', () => ({
    tenant_name: settings.name,
    email: 'ny@demo.example',
    role: 'editor',
    account_exists: false,
  }))
  on('POST /invitations/accept', ({ start }) => {
    const session = start()
    session.state = 'terms_required'
    return view(session)
  })
  on('GET /me/sessions', () => ({
    items: [
      {
        id: uuid(),
        created_at: data.ago(600),
        last_seen_at: data.ago(0),
        network: '192.0.2.0/24',
        agent: 'Firefox on Linux',
        current: true,
      },
      {
        id: uuid(),
        created_at: data.ago(9000),
        last_seen_at: data.ago(2000),
        network: '198.51.100.0/24',
        agent: 'Safari on iPhone',
        current: false,
      },
    ],
  }))
  on('DELETE /me/sessions/:id', () => undefined)
  on('PATCH /me', ({ body, session }) => {
    if (body.name !== undefined) me.name = body.name
    Object.assign(profile, Object.fromEntries(Object.entries(body).filter(([k]) => k !== 'name')))
    return view(session)
  })
  on(
    'POST /me/password',
    ({ body }) => body.current === 'wrong' && invalid(['/current', 'This is not your present password.']),
  )
  on('POST /me/totp/reset', () => undefined)

  const crud = (path, items, make, { search } = {}) => {
    on(`GET /${path}`, ({ query }) => page(search ? search(items, query) : items, query))
    on(`POST /${path}`, ({ body }) => {
      if ('name' in body && !body.name) invalid(['/name', 'A name is needed.'])
      if ('name' in body && items.some((i) => i.name === body.name))
        throw new Refusal(409, 'The name is taken', {
          errors: [{ pointer: '/name', message: 'There is one with this name already.' }],
        })
      const item = { id: uuid(), created_at: now(), updated_at: now(), ...make(body) }
      items.unshift(item)
      return [201, item]
    })
    on(`GET /${path}/:id`, ({ id }) => need(items.find((i) => i.id === id)))
    on(`PATCH /${path}/:id`, ({ id, body, headers }) => {
      const item = need(items.find((i) => i.id === id))
      if (
        headers['if-match'] &&
        headers['if-match'] !== '*' &&
        headers['if-match'] !== `"${item.updated_at}"`
      )
        throw new Refusal(412, 'Changed meanwhile')
      for (const [k, v] of Object.entries(body))
        if (v === null) delete item[k]
        else item[k] = v
      item.updated_at = now()
      return item
    })
    on(`DELETE /${path}/:id`, ({ id }) => {
      const i = items.findIndex((x) => x.id === id)
      need(i >= 0)
      items.splice(i, 1)
    })
  }

  on('GET /segments/fields', () => ({ fields: data.segmentFields }))
  on('POST /segments/preview', ({ body }) => {
    const n = JSON.stringify(body.conditions).length
    return { count: (n * 37) % 1200, sample: data.persons.slice(n % 20, (n % 20) + 10), took_ms: 14.2 }
  })
  on('POST /users/invitations', ({ body }) => {
    if (!/@/.test(body.email)) invalid(['/email', 'This is not an e-mail address.'])
    const user = {
      id: uuid(),
      name: '',
      email: body.email,
      role: body.role,
      state: 'invited',
      totp: false,
      created_at: now(),
    }
    data.users.push(user)
    return [201, user]
  })
  on(
    'DELETE /users/invitations/:id',
    ({ id }) =>
      void data.users.splice(
        data.users.findIndex((u) => u.id === id),
        1,
      ),
  )
  on('GET /users/:id/rights', ({ id }) => {
    const u = need(data.users.find((x) => x.id === id))
    const has = {
      administrator: () => true,
      editor: (r) => !/manage|audit/.test(r),
      viewer: (r) => /read/.test(r),
    }[u.role]
    return {
      role: u.role,
      rights: allRights.map((right) => ({
        right,
        granted: has(right),
        why: has(right) ? `The role ${u.role} includes it.` : `The role ${u.role} does not include it.`,
      })),
    }
  })
  crud('users', data.users, (b) => b)
  on('GET /settings', () => settings)
  on('PATCH /settings', ({ body }) => Object.assign(settings, body))
  on('GET /setup', () => ({
    steps: ['sending_domain', 'provider', 'import', 'test_send', 'invite', 'totp'].map((id, i) => ({
      id,
      done: i === 1 || i === 5,
      title: id,
    })),
  }))
  on('GET /home', () => ({
    attention: [
      {
        kind: 'domain',
        text: 'mail.varde.example is no longer verified',
        href: '/sending/domains',
        count: 1,
      },
      {
        kind: 'bounces',
        text: 'Winter appeal: addresses do not exist',
        href: `/campaigns/${data.campaigns[1].id}/people?what=bounced_hard`,
        count: 14,
      },
      {
        kind: 'journey',
        text: 'Welcome: a webhook fails',
        href: `/journeys/${data.journeys[0].id}`,
        count: 4,
      },
    ],
    recent_campaigns: data.campaigns.slice(0, 5),
    running_imports: data.imports.filter((i) => i.state === 'running'),
    journeys_failing: 1,
  }))
  on('GET /audit', ({ query }) =>
    page(
      data.audit.filter(
        (a) =>
          (!query.action || a.action.startsWith(query.action)) &&
          (!query.actor || a.actor.name.toLowerCase().includes(query.actor.toLowerCase())) &&
          (!query.object ||
            (a.object.label ?? '').toLowerCase().includes(query.object.toLowerCase()) ||
            a.object.kind === query.object),
      ),
      query,
    ),
  )
  crud('attributes', data.attributes, (b) => ({ choices: [], ...b }))
  crud('tags', data.tags, (b) => ({ persons: 0, ...b }))
  crud('lists', data.lists, (b) => ({ description: '', double_opt_in: false, persons: 0, pending: 0, ...b }))
  crud('purposes', data.purposes, (b) => ({ description: '', ...b }))
  on('GET /persons', ({ query }) => {
    const q = (query.q ?? '').toLowerCase()
    const rows = data.persons.filter(
      (p) =>
        (!q ||
          [p.first_name, p.last_name, p.email, p.phone, `${p.first_name} ${p.last_name}`].some((v) =>
            v?.toLowerCase().startsWith(q),
          )) &&
        (!query.tag || p.tags.includes(query.tag)) &&
        (!query.list || p.lists.some((l) => l.id === query.list)),
    )
    return page(rows, query, { total: rows.length })
  })
  crud('persons', data.persons, (b) => {
    if (!b.email && !b.phone) invalid(['/email', 'An e-mail or a phone number is needed.'])
    if (b.email && !/^\S+@\S+\.\S+$/.test(b.email)) invalid(['/email', 'This is not an e-mail address.'])
    return {
      state: 'active',
      tags: [],
      attributes: {},
      consents: [],
      suppressed: null,
      ...b,
      lists: (b.lists ?? []).map((id) => ({
        id,
        name: data.lists.find((l) => l.id === id)?.name,
        state: 'subscribed',
        since: now(),
      })),
    }
  })
  on('POST /persons/:id/tags', ({ id, body }) => {
    const p = need(data.persons.find((x) => x.id === id))
    p.tags = [...new Set([...p.tags, ...body.add])].filter((n) => !body.remove.includes(n))
  })
  on('PUT /persons/:id/lists/:list_id', ({ id, list_id, body }) => {
    const p = need(data.persons.find((x) => x.id === id))
    const l = p.lists.find((x) => x.id === list_id)
    if (l) l.state = body.state
    else
      p.lists.push({
        id: list_id,
        name: data.lists.find((x) => x.id === list_id).name,
        state: body.state,
        since: now(),
      })
  })
  on('PUT /persons/:id/consents/:purpose_id', ({ id, purpose_id, body }) => {
    const p = need(data.persons.find((x) => x.id === id))
    p.consents = [
      ...p.consents.filter((c) => c.purpose_id !== purpose_id),
      { purpose_id, purpose: data.purposes.find((x) => x.id === purpose_id).label, ...body, at: now() },
    ]
  })
  on('GET /persons/:id/timeline', ({ query }) => page(data.timeline, query))
  on(
    'POST /persons/:id/notes',
    ({ body }) =>
      void data.timeline.unshift({
        id: uuid(),
        at: now(),
        kind: 'note',
        title: `Note by ${me.name}`,
        detail: body.text,
        simulated: false,
      }),
  )

  on('GET /imports', ({ query }) => page(data.imports, query))
  on('POST /imports', ({ query, raw }) => {
    const made = {
      ...data.imports[0],
      id: uuid(),
      filename: query.filename,
      bytes: raw.length,
      created_at: now(),
    }
    data.imports.unshift(made)
    return [201, made]
  })
  on('GET /imports/:id', ({ id }) => need(data.imports.find((i) => i.id === id)))
  on('GET /imports/:id/preview', ({ id, query }) => {
    const i = need(data.imports.find((x) => x.id === id))
    return {
      encoding: query.encoding ?? i.encoding,
      delimiter: query.delimiter ?? i.delimiter,
      header: query.header !== 'false',
      columns: i.columns,
      rows: [
        {
          line: 2,
          cells: ['ingrid.hansen@people.example', 'Ingrid', 'Hansen', '400 10 100', 'Oslo', 'ringes'],
          problems: [],
        },
        { line: 3, cells: ['lars.berg@people.example', 'Lars', 'Berg', '', 'Bergen', ''], problems: [] },
        {
          line: 4,
          cells: ['maja@', 'Maja', 'Lindqvist', '+46 70 123 45 67', 'Oslo', ''],
          problems: [{ column: 0, message: 'Not an e-mail address.' }],
        },
        {
          line: 5,
          cells: ['anders.moen@people.example', 'Anders', 'Moen', '12', 'Tromsø', ''],
          problems: [{ column: 3, message: 'Too short for a phone number.' }],
        },
      ],
    }
  })
  on('POST /imports/:id/start', ({ id, body }) => {
    const i = need(data.imports.find((x) => x.id === id))
    Object.assign(i, body, {
      state: 'running',
      progress: 0,
      counts: { read: 0, created: 0, updated: 0, unchanged: 0, rejected: 0 },
    })
    let n = 0
    const timer = setInterval(() => {
      n += 1
      i.progress = n / 10
      i.counts = { read: n * 120, created: n * 100, updated: n * 15, unchanged: n * 3, rejected: n * 2 }
      if (n === 10) Object.assign(i, { state: 'done', finished_at: now() })
      for (const s of streams)
        s.write(
          `event: import.progress\ndata: ${JSON.stringify({ type: 'import.progress', id, data: i })}\n\n`,
        )
      if (n === 10) clearInterval(timer)
    }, 400)
    return i
  })
  on(
    'POST /imports/:id/cancel',
    ({ id }) => void Object.assign(need(data.imports.find((i) => i.id === id)), { state: 'cancelled' }),
  )
  on('POST /exports', ({ body }) => {
    const e = { id: uuid(), state: 'queued', rows: 0, created_at: now(), format: body.format }
    data.exports_.unshift(e)
    setTimeout(() => Object.assign(e, { state: 'done', rows: 1184 }), 1500)
    return [201, e]
  })
  on('GET /exports', ({ query }) => page(data.exports_, query))
  on('GET /exports/:id', ({ id }) => need(data.exports_.find((e) => e.id === id)))
  crud('segments', data.segments, (b) => ({ persons: 120, counted_at: now(), ...b }))

  crud('providers', data.providers, (b) => ({
    has_password: Boolean(b.password),
    connections: 4,
    default: false,
    state: 'ok',
    security: 'starttls',
    kind: 'smtp',
    ...b,
    password: undefined,
  }))
  on('POST /providers/:id/check', ({ id }) => {
    const p = need(data.providers.find((x) => x.id === id))
    const ok = p.state === 'ok'
    return {
      ok,
      message: ok ? 'Ready to send.' : 'The user name or password is refused.',
      steps: [
        { step: 'Connect', ok: true, detail: '192.0.2.25:587 in 41 ms' },
        { step: 'TLS', ok: true, detail: 'TLS 1.3, certificate valid until March' },
        {
          step: 'Log in',
          ok,
          detail: ok ? '235 2.7.0 accepted' : '535 5.7.8 Authentication credentials invalid',
        },
      ],
    }
  })
  crud('domains', data.domains, (b) => ({
    domain: b.domain,
    state: 'unverified',
    records: data.domains[0].records,
    from_addresses: [],
  }))
  on('POST /domains/:id/check', ({ id }) =>
    Object.assign(need(data.domains.find((d) => d.id === id)), { checked_at: now() }),
  )
  const mail = Array.from({ length: 12 }, (_, i) => ({
    id: uuid(),
    at: data.ago(i * 31 + 2),
    from: 'Demo organisation <news@mail.varde.example>',
    to: data.persons[i].email ?? 'somebody@people.example',
    subject: i % 3 ? 'News of the autumn' : 'Will you come on 12 December?',
    size: 18_234 + i * 311,
    campaign_id: data.campaigns[2].id,
  }))
  on('GET /mailbox', ({ query }) =>
    page(
      mail.filter((m) => !query.q || `${m.to} ${m.subject}`.toLowerCase().includes(query.q.toLowerCase())),
      query,
    ),
  )
  on('GET /mailbox/:id', ({ id }) => {
    const row = need(mail.find((m) => m.id === id))
    const r = render({ document: data.document, subject: row.subject }, data.persons[0])
    return {
      ...row,
      headers: [
        ['From', row.from],
        ['To', row.to],
        ['Subject', row.subject],
        ['Message-ID', '<0193a0.1@mail.varde.example>'],
        ['List-Unsubscribe', '<https://www.varde.example/t/u/demo>'],
        ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
        [
          'DKIM-Signature',
          'v=1; a=ed25519-sha256; d=mail.varde.example; s=varde1e; h=from:to:subject:date; bh=demo; b=demo',
        ],
      ].map(([name, value]) => ({ name, value })),
      html: r.html,
      text: r.text,
      links: ['https://www.varde.example/autumn', 'https://www.varde.example/t/u/demo'],
    }
  })
  on('DELETE /mailbox', () => void mail.splice(0))
  on('GET /suppressions', ({ query }) => page(data.suppressions, query, { total: data.suppressions.length }))
  on('POST /suppressions/check', ({ body }) =>
    body.email.startsWith('x')
      ? { suppressed: true, reason: 'bounce', at: data.ago(9000) }
      : { suppressed: false },
  )
  on('POST /suppressions', ({ body }) => {
    const s = { id: uuid(), reason: body.reason, at: now(), hash_prefix: 'f00dca' }
    data.suppressions.unshift(s)
    return [201, s]
  })
  on(
    'DELETE /suppressions/:id',
    ({ id }) =>
      void data.suppressions.splice(
        data.suppressions.findIndex((s) => s.id === id),
        1,
      ),
  )

  crud('templates', data.templates, (b) => b)
  on('POST /images', () => [201, { id: uuid(), url: '/assets/varde.svg', width: 320, height: 160 }])
  on('POST /render', ({ body }) =>
    render(body, data.persons.find((p) => p.id === body.person_id) ?? data.persons[0]),
  )
  on('GET /personalisation/fields', () => ({
    fields: [
      { path: 'person.first_name', label: 'First name', type: 'text', sample: 'Ingrid' },
      { path: 'person.last_name', label: 'Last name', type: 'text', sample: 'Hansen' },
      { path: 'person.email', label: 'E-mail', type: 'text', sample: 'ingrid@people.example' },
      { path: 'person.city', label: 'City', type: 'choice', sample: 'Oslo' },
      { path: 'tenant.name', label: 'Organisation', type: 'text', sample: settings.name },
    ],
  }))
  const row = ({ document: _d, audience: _a, ...r }) => r
  const empty = data.campaigns[5].counts
  crud(
    'campaigns',
    data.campaigns,
    (b) => ({
      state: 'draft',
      subject: '',
      counts: empty,
      from_name: settings.name,
      from_email: 'news@mail.varde.example',
      document: { version: 1, theme: data.document.theme, blocks: [] },
      audience: { lists: [], segments: [], exclude_lists: [], exclude_segments: [] },
      time_mode: 'at_once',
      track_opens: true,
      track_clicks: true,
      ...b,
    }),
    {
      search: (items, q) =>
        items
          .filter(
            (c) =>
              (!q.state || c.state === q.state) && (!q.q || c.name.toLowerCase().includes(q.q.toLowerCase())),
          )
          .map(row),
    },
  )
  const camp = (id) => need(data.campaigns.find((c) => c.id === id))
  on('POST /campaigns/:id/copy', ({ id }) => {
    const copy = {
      ...structuredClone(camp(id)),
      id: uuid(),
      name: `Copy of ${camp(id).name}`,
      state: 'draft',
      counts: empty,
    }
    data.campaigns.unshift(copy)
    return [201, copy]
  })
  on('GET /campaigns/:id/review', ({ id }) => ({
    blockers: camp(id).subject
      ? [
          {
            code: 'domain',
            message: 'The sending domain mail.varde.example is not verified.',
            href: '/sending/domains',
          },
        ]
      : [{ code: 'subject', message: 'There is no subject.', href: `/campaigns/${id}/edit` }],
    warnings: [
      {
        code: 'alt',
        message: 'The link “Sign up” leads to a page that answers slowly.',
        href: `/campaigns/${id}/edit`,
      },
    ],
    recipients: 1140,
    excluded: { suppressed: 11, no_consent: 28, no_address: 5, restricted: 2, duplicate: 1 },
    sample: data.persons.slice(0, 8),
  }))
  on('POST /campaigns/:id/test', ({ body }) => {
    if (body.emails.some((e) => !/@/.test(e))) invalid(['/emails/0', 'This is not an e-mail address.'])
    return { sent: body.emails.length }
  })
  const become =
    (state) =>
    ({ id }) =>
      row(Object.assign(camp(id), { state }))
  on('POST /campaigns/:id/send', ({ id, body }) =>
    row(
      Object.assign(
        camp(id),
        body.at
          ? { state: 'scheduled', scheduled_at: body.at }
          : {
              state: 'sending',
              started_at: now(),
              counts: data.campaigns.find((c) => c.name === 'Winter appeal').counts,
            },
      ),
    ),
  )
  on('POST /campaigns/:id/pause', become('paused'))
  on('POST /campaigns/:id/resume', become('sending'))
  on('POST /campaigns/:id/cancel', become('cancelled'))
  on('POST /campaigns/:id/retry-failed', become('sending'))
  on('GET /campaigns/:id/progress', ({ id }) => ({
    state: camp(id).state,
    counts: camp(id).counts,
    rate_per_second: camp(id).state === 'sending' ? 41.7 : 0,
    eta_seconds: camp(id).state === 'sending' ? 175 : undefined,
  }))
  on('GET /campaigns/:id/report', ({ id }) => ({
    counts: camp(id).counts,
    links: [
      { no: 1, url: 'https://www.varde.example/autumn', label: 'Sign up', clicks: 240, people: 180 },
      {
        no: 2,
        url: 'https://www.varde.example/read/the-long-story-of-the-autumn-meeting-and-everything-that-came-of-it',
        clicks: 61,
        people: 44,
      },
    ],
    by_hour: Array.from({ length: 24 }, (_, i) => ({
      at: new Date(Math.floor(Date.now() / 36e5) * 36e5 - (23 - i) * 36e5).toISOString(),
      opened: Math.round(120 * Math.exp(-i / 5)) + (i % 5),
      clicked: Math.round(40 * Math.exp(-i / 5)),
    })),
    domains: [
      { domain: 'people.example', sent: 1021, bounced: 8 },
      { domain: 'school.example', sent: 149, bounced: 4 },
    ],
  }))
  on('GET /campaigns/:id/people', ({ query }) =>
    page(
      data.persons.map((person, i) => ({
        person,
        at: data.ago(100 + i),
        detail:
          query.what?.startsWith('bounced')
            ? '550 5.1.1 No such mailbox'
            : query.what === 'clicked'
              ? 'https://www.varde.example/autumn'
              : query.what?.startsWith('skipped')
                ? 'No consent'
                : undefined,
        scanner: query.what === 'opened' && i % 4 === 1,
        simulated: i % 9 === 0,
      })),
      query,
      { total: 137 },
    ),
  )

  crud('forms', data.forms, (b) => ({
    slug: b.name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    state: 'draft',
    title: b.name,
    fields: [],
    thanks_text: 'Thank you!',
    tags: [],
    public_url: 'https://www.varde.example/p/new',
    answers: 0,
    ...b,
  }))
  for (const [act, state] of [
    ['publish', 'published'],
    ['close', 'closed'],
  ])
    on(`POST /forms/:id/${act}`, ({ id }) =>
      Object.assign(need(data.forms.find((f) => f.id === id)), { state }),
    )
  on('GET /forms/:id/results', ({ id }) =>
    need(data.forms.find((f) => f.id === id)).answers ? data.results : { answers: 0, fields: [] },
  )
  on('GET /forms/:id/answers', ({ id, query }) =>
    page(
      need(data.forms.find((f) => f.id === id)).answers
        ? data.persons.slice(0, 30).map((p, i) => ({
            id: uuid(),
            at: data.ago(i * 90),
            person: i % 6 === 5 ? undefined : { id: p.id, name: `${p.first_name} ${p.last_name}` },
            values: {
              email: p.email,
              coming: ['Yes', 'No', 'Not sure yet'][i % 3],
              food: ['Fish', 'Vegetarian'].slice(0, 1 + (i % 2)),
              score: 5 + (i % 6),
              remarks: i % 4 ? '' : 'I come with two friends and a dog.',
              ok: i % 2 === 0,
            },
            simulated: i % 5 === 0,
          }))
        : [],
      query,
    ),
  )

  crud('journeys', data.journeys, (b) => ({
    state: 'draft',
    trigger: { kind: 'list_joined' },
    reentry: false,
    steps: [],
    start: '',
    counts: { entered: 0, active: 0, finished: 0, failed: 0 },
    ...b,
  }))
  const jour = (id) => need(data.journeys.find((j) => j.id === id))
  on('POST /journeys/:id/start', ({ id }) => Object.assign(jour(id), { state: 'running' }))
  on('POST /journeys/:id/pause', ({ id }) => Object.assign(jour(id), { state: 'paused' }))
  on('GET /journeys/:id/steps', ({ id }) => ({
    steps: jour(id).steps.map((s, i) => ({
      id: s.id,
      entered: 412 - i * 40,
      active: i === 2 ? 61 : 0,
      done: 350 - i * 40,
      failed: s.kind === 'webhook' ? 4 : 0,
    })),
  }))
  on('POST /journeys/:id/dry-run', ({ id }) => ({
    path: jour(id)
      .steps.slice(0, 5)
      .map((s, i) => ({
        step_id: s.id,
        kind: s.kind,
        what:
          {
            wait: 'Waits',
            send: 'Sends “Welcome”',
            branch: 'Asks: clicked in the last 7 days? Yes',
            tag: 'Tags',
          }[s.kind] ?? s.kind,
        at: new Date(Date.now() + i * 36e5).toISOString(),
        would:
          {
            wait: 'continue one hour later',
            send: 'send to ingrid.hansen@people.example',
            branch: 'take the branch “yes”',
            tag: 'add “engaged”',
          }[s.kind] ?? 'be done',
      })),
  }))
  on('GET /journeys/:id/runs', ({ id, query }) =>
    page(
      data.persons
        .slice(0, 12)
        .map((person, i) => ({
          id: uuid(),
          person,
          step_id: jour(id).steps[i % 7]?.id ?? 's1',
          state: i % 6 === 5 ? 'failed' : 'active',
          wakes_at: i % 6 === 5 ? undefined : new Date(Date.now() + i * 36e5).toISOString(),
          error: i % 6 === 5 ? 'The webhook answered 500 three times.' : undefined,
        }))
        .filter(
          (r) => (!query.state || r.state === query.state) && (!query.step || r.step_id === query.step),
        ),
      query,
    ),
  )
  on('GET /journeys/:id/webhook-secret', () => ({ secret: 'whsec_demo_5f3a9c0b7e' }))
  on('GET /notifications', ({ query }) =>
    page(data.notifications, query, { unread: data.notifications.filter((n) => !n.read).length }),
  )
  on(
    'POST /notifications/:id/read',
    ({ id }) => void Object.assign(need(data.notifications.find((n) => n.id === id)), { read: true }),
  )

  async function api(request, response, url) {
    const token = /varde_dev=(\w+)/.exec(request.headers.cookie ?? '')?.[1]
    const session = sessions.get(token)
    if (url.pathname === '/api/v1/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
      response.write(': hello\n\n')
      streams.add(response)
      request.on('close', () => streams.delete(response))
      return
    }
    if (/\.csv$|\/(rejects|file|raw)$/.test(url.pathname)) {
      response.writeHead(200, {
        'Content-Type': 'text/plain; charset=utf-8',
        'Content-Disposition': 'attachment; filename="demo.csv"',
      })
      return response.end('line,problem\n4,Not an e-mail address\n')
    }
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const raw = Buffer.concat(chunks)
    const send = (status, body, headers = {}) => {
      response.writeHead(status, {
        'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json',
        'Cache-Control': 'no-store',
        ...headers,
      })
      response.end(body === undefined ? '' : JSON.stringify(body))
    }
    for (const { method, pattern, names, handler, open } of routes) {
      const m = request.method === method && pattern.exec(url.pathname)
      if (!m) continue
      if (!open && session?.state !== 'ready')
        return send(401, { type: 'about:blank', title: 'Logged out', status: 401 })
      const headers = {}
      const context = {
        ...Object.fromEntries(names.map((n, i) => [n, m[i + 1]])),
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        raw,
        session,
        body: /json/.test(request.headers['content-type'] ?? '') && raw.length ? JSON.parse(raw) : {},
        start: () => {
          const id = randomBytes(12).toString('hex')
          const made = { state: 'anonymous' }
          sessions.set(id, made)
          headers['Set-Cookie'] = `varde_dev=${id}; Path=/; HttpOnly; SameSite=Lax`
          return made
        },
        end: () => void sessions.delete(token),
      }
      try {
        const out = await handler(context)
        if (Array.isArray(out)) return send(out[0], out[1], headers)
        if (out?.updated_at) headers.ETag = `"${out.updated_at}"`
        return send(out === undefined || out === false ? 204 : 200, out || undefined, headers)
      } catch (error) {
        if (error instanceof Refusal) return send(error.body.status, error.body)
        console.error(error)
        return send(500, { type: 'about:blank', title: 'Broken', status: 500, detail: String(error) })
      }
    }
    send(404, {
      type: 'about:blank',
      title: 'No such call',
      status: 404,
      detail: `${request.method} ${url.pathname}`,
    })
  }

  return createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    if (url.pathname.startsWith('/api/')) {
      if (delay) await new Promise((r) => setTimeout(r, delay))
      return api(request, response, url)
    }
    const file = join(dist, normalize(url.pathname))
    if (url.pathname.startsWith('/assets/') && existsSync(file)) {
      const packed = /\bbr\b/.test(request.headers['accept-encoding'] ?? '') && existsSync(`${file}.br`)
      response.writeHead(200, {
        'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        'Cache-Control': 'public, max-age=31536000, immutable',
        ...(packed ? { 'Content-Encoding': 'br' } : {}),
      })
      return response.end(readFileSync(packed ? `${file}.br` : file))
    }
    const nonce = randomBytes(16).toString('base64')
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none'; script-src 'self' 'nonce-${nonce}' 'strict-dynamic'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    })
    response.end(readFileSync(join(dist, 'index.html'), 'utf8').replaceAll('__NONCE__', nonce))
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const port = Number(process.argv[2] ?? 5180)
  makeServer({ delay: Number(process.env.DELAY ?? 0) }).listen(port, '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${port} (admin@demo.example, demo-demo-demo, 123456)`),
  )
}
