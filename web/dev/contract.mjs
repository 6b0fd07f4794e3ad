// The API contract in a compact notation, printed as OpenAPI 3.1 into web/openapi.json.
// It stands in until the server prints its own document (`varde openapi`); then this file goes.
//
// Notation: a key ending in `?` is optional; a value is a type expression (`uuid`, `string[]`,
// `'a'|'b'`, `null|Thing`, `Record<number>`), an inline object, or `[inline object]` for a list of it.

function type(t) {
  if (Array.isArray(t)) return { type: 'array', items: type(t[0]) }
  if (typeof t === 'object') return object(t)
  t = t.trim()
  const alternatives = t.split('|').map((s) => s.trim())
  if (alternatives.length > 1) {
    if (alternatives.every((a) => a.startsWith("'"))) {
      return { type: 'string', enum: alternatives.map((a) => a.slice(1, -1)) }
    }
    if (alternatives.every((a) => /^\d+$/.test(a))) return { type: 'integer', enum: alternatives.map(Number) }
    return { anyOf: alternatives.map(type) }
  }
  if (t.endsWith('[]')) return { type: 'array', items: type(t.slice(0, -2)) }
  const record = /^Record<(.+)>$/.exec(t)
  if (record) return { type: 'object', additionalProperties: type(record[1].replaceAll('/', '|')) }
  if (t.startsWith("'")) return { type: 'string', enum: [t.slice(1, -1)] }
  const plain = {
    uuid: { type: 'string', format: 'uuid' },
    string: { type: 'string' },
    email: { type: 'string', format: 'email' },
    time: { type: 'string', format: 'date-time' },
    int: { type: 'integer' },
    number: { type: 'number' },
    bool: { type: 'boolean' },
    null: { type: 'null' },
    any: {},
    file: { type: 'string', contentMediaType: 'application/octet-stream' },
  }
  if (plain[t]) return plain[t]
  return { $ref: `#/components/schemas/${t}` }
}

function object(o) {
  const properties = {}
  const required = []
  for (const [key, value] of Object.entries(o)) {
    const optional = key.endsWith('?')
    const name = optional ? key.slice(0, -1) : key
    properties[name] = type(value)
    if (!optional) required.push(name)
  }
  return { type: 'object', properties, ...(required.length ? { required } : {}) }
}

const page = (item, more = {}) => ({ items: [item], next: 'null|string', ...more })

const schemas = {
  Problem: {
    type: 'string',
    title: 'string',
    status: 'int',
    'detail?': 'string',
    'kind?': 'string',
    'errors?': [{ pointer: 'string', message: 'string' }],
    'request_id?': 'string',
  },

  // Session
  Notice: { kind: 'string', text: 'string', 'starts_at?': 'time', 'ends_at?': 'time' },
  SessionView: {
    state: "'anonymous'|'totp_required'|'totp_setup_required'|'terms_required'|'ready'",
    'user?': { id: 'uuid', name: 'string', email: 'string', locale: 'string', time_zone: 'string' },
    'tenant?': {
      id: 'uuid',
      name: 'string',
      slug: 'string',
      colour: 'string',
      time_zone: 'string',
      demo: 'bool',
    },
    'role?': "'administrator'|'editor'|'viewer'",
    rights: 'string[]',
    tenants: [{ id: 'uuid', name: 'string', role: 'string' }],
    'terms?': { version: 'string', text_html: 'string' },
    notices: 'Notice[]',
  },
  UserSession: {
    id: 'uuid',
    created_at: 'time',
    last_seen_at: 'time',
    network: 'string',
    agent: 'string',
    current: 'bool',
  },
  Invitation: { tenant_name: 'string', email: 'string', role: 'string', account_exists: 'bool' },
  PasswordCheck: { ok: 'bool', score: 'int', hint: 'string' },

  // Users, settings
  User: {
    id: 'uuid',
    name: 'string',
    email: 'string',
    role: "'administrator'|'editor'|'viewer'",
    state: "'active'|'suspended'|'invited'",
    totp: 'bool',
    'last_seen_at?': 'time',
    created_at: 'time',
  },
  UserRights: { role: 'string', rights: [{ right: 'string', granted: 'bool', why: 'string' }] },
  TenantSettings: {
    name: 'string',
    colour: 'string',
    'logo_url?': 'string',
    time_zone: 'string',
    locale: 'string',
    postal_address: 'string',
    open_tracking: 'bool',
    click_tracking: 'bool',
    require_totp_roles: 'string[]',
  },
  Setup: {
    steps: [
      {
        id: "'sending_domain'|'provider'|'import'|'test_send'|'invite'|'totp'",
        done: 'bool',
        title: 'string',
      },
    ],
  },
  Home: {
    attention: [{ kind: 'string', text: 'string', href: 'string', count: 'int' }],
    recent_campaigns: 'CampaignRow[]',
    running_imports: 'Import[]',
    journeys_failing: 'int',
  },
  AuditEntry: {
    id: 'string',
    at: 'time',
    actor: { kind: 'string', 'id?': 'string', name: 'string' },
    action: 'string',
    object: { kind: 'string', id: 'string', 'label?': 'string' },
    fields: [{ field: 'string', 'old?': 'any', 'new?': 'any' }],
  },

  // Attributes, tags, lists, purposes
  Attribute: {
    id: 'uuid',
    key: 'string',
    label: 'string',
    type: "'text'|'number'|'date'|'boolean'|'choice'",
    classification: "'plain'|'identifying'|'sensitive'",
    choices: 'string[]',
  },
  AttributeNew: {
    key: 'string',
    label: 'string',
    type: "'text'|'number'|'date'|'boolean'|'choice'",
    classification: "'plain'|'identifying'|'sensitive'",
    'choices?': 'string[]',
  },
  AttributeChange: {
    'label?': 'string',
    'classification?': "'plain'|'identifying'|'sensitive'",
    'choices?': 'string[]',
  },
  Tag: { id: 'uuid', name: 'string', persons: 'int' },
  List: {
    id: 'uuid',
    name: 'string',
    description: 'string',
    double_opt_in: 'bool',
    persons: 'int',
    pending: 'int',
    created_at: 'time',
  },
  ListNew: { name: 'string', 'description?': 'string', 'double_opt_in?': 'bool' },
  ListChange: { 'name?': 'string', 'description?': 'string', 'double_opt_in?': 'bool' },
  Purpose: { id: 'uuid', key: 'string', label: 'string', description: 'string' },
  PurposeNew: { key: 'string', label: 'string', 'description?': 'string' },

  // Persons
  PersonRow: {
    id: 'uuid',
    'email?': 'string',
    'phone?': 'string',
    'first_name?': 'string',
    'last_name?': 'string',
    'language?': 'string',
    'time_zone?': 'string',
    state: "'active'|'restricted'",
    tags: 'string[]',
    created_at: 'time',
    updated_at: 'time',
  },
  Person: {
    id: 'uuid',
    'email?': 'string',
    'phone?': 'string',
    'first_name?': 'string',
    'last_name?': 'string',
    'language?': 'string',
    'time_zone?': 'string',
    state: "'active'|'restricted'",
    tags: 'string[]',
    created_at: 'time',
    updated_at: 'time',
    attributes: 'Record<string/number/bool/null>',
    lists: [{ id: 'uuid', name: 'string', state: "'subscribed'|'pending'|'unsubscribed'", since: 'time' }],
    consents: [
      {
        purpose_id: 'uuid',
        purpose: 'string',
        state: "'given'|'withdrawn'",
        source: 'string',
        at: 'time',
      },
    ],
    'suppressed?': 'null|Suppressed',
  },
  Suppressed: { reason: 'string', at: 'time' },
  PersonNew: {
    'email?': 'string',
    'phone?': 'string',
    'first_name?': 'string',
    'last_name?': 'string',
    'language?': 'string',
    'time_zone?': 'string',
    'attributes?': 'Record<string/number/bool/null>',
    'tags?': 'string[]',
    'lists?': 'uuid[]',
  },
  PersonChange: {
    'email?': 'null|string',
    'phone?': 'null|string',
    'first_name?': 'null|string',
    'last_name?': 'null|string',
    'language?': 'null|string',
    'time_zone?': 'null|string',
    'attributes?': 'Record<string/number/bool/null>',
  },
  TimelineItem: {
    id: 'string',
    at: 'time',
    kind: "'created'|'imported'|'changed'|'list_joined'|'list_left'|'consent'|'sent'|'deferred'|'bounced'|'complained'|'opened'|'clicked'|'submitted'|'unsubscribed'|'tagged'|'untagged'|'journey'|'note'|'suppressed'",
    title: 'string',
    'detail?': 'string',
    'href?': 'string',
    simulated: 'bool',
    'scanner?': 'bool',
  },

  // Imports and exports
  ImportColumn: { index: 'int', name: 'string', sample: 'string[]', 'suggestion?': 'string' },
  ImportMapping: { column: 'int', target: 'string' },
  ImportOptions: {
    'list_id?': 'uuid',
    tags: 'string[]',
    'purpose_id?': 'uuid',
    'consent_source?': 'string',
    update_existing: 'bool',
  },
  Import: {
    id: 'uuid',
    filename: 'string',
    state: "'uploaded'|'queued'|'running'|'done'|'failed'|'cancelled'",
    bytes: 'int',
    encoding: 'string',
    delimiter: 'string',
    header: 'bool',
    columns: 'ImportColumn[]',
    'mapping?': 'ImportMapping[]',
    'options?': 'ImportOptions',
    counts: { read: 'int', created: 'int', updated: 'int', unchanged: 'int', rejected: 'int' },
    progress: 'number',
    created_at: 'time',
    'finished_at?': 'time',
    'error?': 'string',
  },
  ImportPreview: {
    encoding: 'string',
    delimiter: 'string',
    header: 'bool',
    columns: 'ImportColumn[]',
    rows: [{ line: 'int', cells: 'string[]', problems: [{ column: 'int', message: 'string' }] }],
  },
  ImportStart: {
    encoding: 'string',
    delimiter: 'string',
    header: 'bool',
    mapping: 'ImportMapping[]',
    options: 'ImportOptions',
  },
  Export: {
    id: 'uuid',
    state: "'queued'|'running'|'done'|'failed'",
    rows: 'int',
    created_at: 'time',
    format: "'csv'|'json'",
  },
  ExportNew: { what: "'persons'", format: "'csv'|'json'", 'segment_id?': 'uuid', 'list_id?': 'uuid' },

  // Segments: the tree is recursive, so it stays open here and is checked by the server.
  Conditions: { op: "'and'|'or'", 'not?': 'bool', rules: 'any[]' },
  Segment: {
    id: 'uuid',
    name: 'string',
    conditions: 'Conditions',
    'persons?': 'int',
    'counted_at?': 'time',
    created_at: 'time',
    updated_at: 'time',
  },
  SegmentNew: { name: 'string', conditions: 'Conditions' },
  SegmentChange: { 'name?': 'string', 'conditions?': 'Conditions' },
  SegmentPreview: { count: 'int', sample: 'PersonRow[]', took_ms: 'number' },
  SegmentField: {
    field: 'string',
    label: 'string',
    type: 'string',
    operators: 'string[]',
    'choices?': 'string[]',
  },

  // Channels
  Provider: {
    id: 'uuid',
    name: 'string',
    kind: "'captured'|'smtp'",
    'host?': 'string',
    'port?': 'int',
    security: "'none'|'starttls'|'tls'",
    'username?': 'string',
    has_password: 'bool',
    connections: 'int',
    'per_second?': 'number',
    'window_seconds?': 'int',
    'per_window?': 'int',
    default: 'bool',
    'region?': 'string',
    state: "'ok'|'failing'",
    'last_error?': 'string',
  },
  ProviderInput: {
    'name?': 'string',
    'kind?': "'captured'|'smtp'",
    'host?': 'string',
    'port?': 'int',
    'security?': "'none'|'starttls'|'tls'",
    'username?': 'string',
    'password?': 'string',
    'connections?': 'int',
    'per_second?': 'number',
    'window_seconds?': 'int',
    'per_window?': 'int',
    'default?': 'bool',
    'region?': 'string',
  },
  ProviderCheck: { ok: 'bool', message: 'string', steps: [{ step: 'string', ok: 'bool', detail: 'string' }] },
  DomainRecord: {
    purpose: "'dkim'|'dkim_ed25519'|'spf'|'dmarc'|'return_path'",
    type: 'string',
    name: 'string',
    value: 'string',
    found: 'string[]',
    ok: 'bool',
    'fix?': 'string',
  },
  Domain: {
    id: 'uuid',
    domain: 'string',
    state: "'unverified'|'verified'",
    records: 'DomainRecord[]',
    'checked_at?': 'time',
    from_addresses: 'string[]',
  },
  MailboxRow: {
    id: 'uuid',
    at: 'time',
    from: 'string',
    to: 'string',
    subject: 'string',
    size: 'int',
    'campaign_id?': 'uuid',
  },
  MailboxMessage: {
    id: 'uuid',
    at: 'time',
    from: 'string',
    to: 'string',
    subject: 'string',
    size: 'int',
    'campaign_id?': 'uuid',
    headers: [{ name: 'string', value: 'string' }],
    'html?': 'string',
    'text?': 'string',
    links: 'string[]',
  },
  Suppression: {
    id: 'uuid',
    reason: "'bounce'|'complaint'|'unsubscribe'|'manual'",
    at: 'time',
    hash_prefix: 'string',
  },
  SuppressionCheck: { suppressed: 'bool', 'reason?': 'string', 'at?': 'time' },

  // Templates and campaigns: blocks nest, so they stay open here and are checked by the server.
  Document: {
    version: 'int',
    theme: {
      background: 'string',
      surface: 'string',
      text: 'string',
      accent: 'string',
      font: 'string',
      'logo_url?': 'string',
    },
    'preheader?': 'string',
    blocks: 'any[]',
  },
  Template: { id: 'uuid', name: 'string', document: 'Document', updated_at: 'time' },
  TemplateNew: { name: 'string', document: 'Document' },
  TemplateChange: { 'name?': 'string', 'document?': 'Document' },
  Image: { id: 'uuid', url: 'string', width: 'int', height: 'int' },
  PersonalisationField: { path: 'string', label: 'string', type: 'string', sample: 'string' },
  RenderRequest: { document: 'Document', 'subject?': 'string', 'preheader?': 'string', 'person_id?': 'uuid' },
  Rendered: {
    html: 'string',
    text: 'string',
    subject: 'string',
    problems: [{ pointer: 'string', message: 'string', severity: "'error'|'warning'" }],
  },
  Counts: Object.fromEntries(
    (
      'recipients queued sent deferred failed bounced_hard bounced_soft complained opened opened_scanner clicked ' +
      'clicked_scanner unsubscribed answered skipped_suppressed skipped_no_consent skipped_no_address'
    )
      .split(' ')
      .map((k) => [k, 'int']),
  ),
  CampaignRow: {
    id: 'uuid',
    name: 'string',
    state: 'CampaignState',
    subject: 'string',
    'scheduled_at?': 'time',
    'started_at?': 'time',
    'finished_at?': 'time',
    counts: 'Counts',
    updated_at: 'time',
  },
  Audience: { lists: 'uuid[]', segments: 'uuid[]', exclude_lists: 'uuid[]', exclude_segments: 'uuid[]' },
  Campaign: {
    id: 'uuid',
    name: 'string',
    state: 'CampaignState',
    subject: 'string',
    'scheduled_at?': 'time',
    'started_at?': 'time',
    'finished_at?': 'time',
    counts: 'Counts',
    updated_at: 'time',
    from_name: 'string',
    from_email: 'string',
    'reply_to?': 'string',
    'preheader?': 'string',
    document: 'Document',
    audience: 'Audience',
    'purpose_id?': 'uuid',
    'provider_id?': 'uuid',
    time_mode: "'at_once'|'recipient_time_zone'",
    track_opens: 'bool',
    track_clicks: 'bool',
  },
  CampaignNew: { name: 'string', 'subject?': 'string', 'document?': 'Document', 'audience?': 'Audience' },
  CampaignChange: {
    'name?': 'string',
    'subject?': 'string',
    'from_name?': 'string',
    'from_email?': 'string',
    'reply_to?': 'string',
    'preheader?': 'string',
    'document?': 'Document',
    'audience?': 'Audience',
    'purpose_id?': 'null|uuid',
    'provider_id?': 'null|uuid',
    'time_mode?': "'at_once'|'recipient_time_zone'",
    'track_opens?': 'bool',
    'track_clicks?': 'bool',
  },
  CampaignReview: {
    blockers: [{ code: 'string', message: 'string', 'href?': 'string' }],
    warnings: [{ code: 'string', message: 'string', 'href?': 'string' }],
    recipients: 'int',
    excluded: {
      suppressed: 'int',
      no_consent: 'int',
      no_address: 'int',
      restricted: 'int',
      duplicate: 'int',
    },
    sample: 'PersonRow[]',
  },
  CampaignProgress: {
    state: 'CampaignState',
    counts: 'Counts',
    rate_per_second: 'number',
    'eta_seconds?': 'number',
  },
  CampaignReport: {
    counts: 'Counts',
    links: [{ no: 'int', url: 'string', 'label?': 'string', clicks: 'int', people: 'int' }],
    by_hour: [{ at: 'time', opened: 'int', clicked: 'int' }],
    domains: [{ domain: 'string', sent: 'int', bounced: 'int' }],
  },
  CampaignPerson: {
    person: 'PersonRow',
    at: 'time',
    'detail?': 'string',
    'scanner?': 'bool',
    'simulated?': 'bool',
  },

  // Forms
  FormField: {
    key: 'string',
    type: "'text'|'long_text'|'email'|'phone'|'choice'|'multiple_choice'|'rating'|'date'|'consent'",
    label: 'string',
    'help?': 'string',
    required: 'bool',
    'choices?': 'string[]',
    'attribute?': 'string',
    'max?': 'int',
  },
  Form: {
    id: 'uuid',
    name: 'string',
    slug: 'string',
    state: "'draft'|'published'|'closed'",
    title: 'string',
    'intro?': 'string',
    fields: 'FormField[]',
    thanks_text: 'string',
    'list_id?': 'uuid',
    tags: 'string[]',
    'purpose_id?': 'uuid',
    public_url: 'string',
    answers: 'int',
    updated_at: 'time',
  },
  FormNew: { name: 'string', 'title?': 'string', 'fields?': 'FormField[]' },
  FormChange: {
    'name?': 'string',
    'slug?': 'string',
    'title?': 'string',
    'intro?': 'string',
    'fields?': 'FormField[]',
    'thanks_text?': 'string',
    'list_id?': 'null|uuid',
    'tags?': 'string[]',
    'purpose_id?': 'null|uuid',
  },
  FormResults: {
    answers: 'int',
    fields: [
      {
        key: 'string',
        label: 'string',
        type: 'string',
        'counts?': [{ value: 'string', count: 'int' }],
        'average?': 'number',
        'texts?': 'int',
      },
    ],
  },
  FormAnswer: {
    id: 'uuid',
    at: 'time',
    'person?': { id: 'uuid', name: 'string' },
    values: 'Record<any>',
    simulated: 'bool',
  },

  // Journeys: the kinds of step differ in their fields; the console narrows them itself.
  JourneyTrigger: {
    kind: "'form_submitted'|'link_clicked'|'list_joined'|'segment_entered'|'attribute_changed'|'date'",
    'form_id?': 'uuid',
    'campaign_id?': 'uuid',
    'link_no?': 'int',
    'list_id?': 'uuid',
    'segment_id?': 'uuid',
    'attribute?': 'string',
    'value?': 'any',
    'days_before?': 'int',
  },
  Journey: {
    id: 'uuid',
    name: 'string',
    state: "'draft'|'running'|'paused'|'archived'",
    trigger: 'JourneyTrigger',
    reentry: 'bool',
    steps: 'any[]',
    start: 'string',
    counts: { entered: 'int', active: 'int', finished: 'int', failed: 'int' },
    updated_at: 'time',
  },
  JourneyNew: { name: 'string', 'trigger?': 'JourneyTrigger', 'steps?': 'any[]', 'start?': 'string' },
  JourneyChange: {
    'name?': 'string',
    'trigger?': 'JourneyTrigger',
    'reentry?': 'bool',
    'steps?': 'any[]',
    'start?': 'string',
    'state?': "'archived'",
  },
  StepCounts: { id: 'string', entered: 'int', active: 'int', done: 'int', failed: 'int' },
  DryRunStep: { step_id: 'string', kind: 'string', what: 'string', at: 'time', would: 'string' },
  JourneyRun: {
    id: 'uuid',
    person: 'PersonRow',
    step_id: 'string',
    state: 'string',
    'wakes_at?': 'time',
    'error?': 'string',
  },
  Notification: { id: 'uuid', at: 'time', text: 'string', href: 'string', read: 'bool' },
}

const extra = {
  CampaignState: {
    type: 'string',
    enum: ['draft', 'scheduled', 'preparing', 'sending', 'paused', 'sent', 'cancelled', 'failed'],
  },
}

const paths = {}

// op('listPersons', 'GET /persons?q&cursor', {body, answer, status, etag, match, binary})
function op(id, line, { body, answer, status = 200, etag, match, raw, key } = {}) {
  const [method, target] = line.split(' ')
  const [path, query] = target.split('?')
  const parameters = []
  for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
    parameters.push({ name, in: 'path', required: true, schema: { type: 'string' } })
  }
  for (const part of query ? query.split('&') : []) {
    const [name, kind = 'string'] = part.split(':')
    parameters.push({ name, in: 'query', required: false, schema: type(kind) })
  }
  if (match) parameters.push({ name: 'If-Match', in: 'header', required: false, schema: { type: 'string' } })
  if (key)
    parameters.push({ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } })
  const responses = {
    [answer ? status : status === 200 ? 204 : status]: {
      description: 'Done',
      ...(etag ? { headers: { ETag: { schema: { type: 'string' } } } } : {}),
      ...(answer ? { content: { 'application/json': { schema: type(answer) } } } : {}),
    },
    default: { description: 'Problem', content: { 'application/problem+json': { schema: type('Problem') } } },
  }
  const operation = { operationId: id, ...(parameters.length ? { parameters } : {}), responses }
  if (body)
    operation.requestBody = { required: true, content: { 'application/json': { schema: type(body) } } }
  if (raw) {
    operation.requestBody = {
      required: true,
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    }
  }
  paths[`/api/v1${path}`] ??= {}
  paths[`/api/v1${path}`][method.toLowerCase()] = operation
}

const list = 'cursor&limit:int'

op('getSession', 'GET /session', { answer: 'SessionView' })
op('logIn', 'POST /session', { body: { email: 'string', password: 'string' }, answer: 'SessionView' })
op('giveTotp', 'POST /session/totp', { body: { code: 'string' }, answer: 'SessionView' })
op('setUpTotp', 'POST /session/totp-setup', { body: {}, answer: { secret: 'string', uri: 'string' } })
op('confirmTotp', 'POST /session/totp-confirm', {
  body: { code: 'string' },
  answer: { recovery_codes: 'string[]' },
})
op('acceptTerms', 'POST /session/terms', { body: { version: 'string' }, answer: 'SessionView' })
op('switchTenant', 'POST /session/tenant', { body: { tenant_id: 'uuid' }, answer: 'SessionView' })
op('logOut', 'DELETE /session')
op('listMySessions', 'GET /me/sessions', { answer: { items: 'UserSession[]' } })
op('endMySession', 'DELETE /me/sessions/{id}')
op('updateMe', 'PATCH /me', {
  body: { 'name?': 'string', 'locale?': 'string', 'time_zone?': 'string' },
  answer: 'SessionView',
})
op('changeMyPassword', 'POST /me/password', { body: { current: 'string', password: 'string' } })
op('resetMyTotp', 'POST /me/totp/reset', { body: { password: 'string', code: 'string' } })
op('requestPasswordReset', 'POST /password-reset', { body: { email: 'string' }, status: 202 })
op('confirmPasswordReset', 'POST /password-reset/confirm', { body: { token: 'string', password: 'string' } })
op('getInvitation', 'GET /invitations/{token}', { answer: 'Invitation' })
op('acceptInvitation', 'POST /invitations/accept', {
  body: { token: 'string', name: 'string', password: 'string' },
  answer: 'SessionView',
})
op('checkPassword', 'POST /password-check', { body: { password: 'string' }, answer: 'PasswordCheck' })

op('listUsers', `GET /users?${list}`, { answer: page('User') })
op('inviteUser', 'POST /users/invitations', {
  body: { email: 'string', role: 'string' },
  answer: 'User',
  status: 201,
})
op('withdrawInvitation', 'DELETE /users/invitations/{id}')
op('updateUser', 'PATCH /users/{id}', {
  body: { 'role?': 'string', 'suspended?': 'bool' },
  answer: 'User',
  match: true,
})
op('deleteUser', 'DELETE /users/{id}')
op('getUserRights', 'GET /users/{id}/rights', { answer: 'UserRights' })
op('getSettings', 'GET /settings', { answer: 'TenantSettings', etag: true })
op('updateSettings', 'PATCH /settings', { body: 'TenantSettings', answer: 'TenantSettings', match: true })
op('getSetup', 'GET /setup', { answer: 'Setup' })
op('getHome', 'GET /home', { answer: 'Home' })
op('listAudit', 'GET /audit?cursor&limit:int&actor&action&object', { answer: page('AuditEntry') })

op('listAttributes', `GET /attributes?${list}`, { answer: page('Attribute') })
op('createAttribute', 'POST /attributes', { body: 'AttributeNew', answer: 'Attribute', status: 201 })
op('updateAttribute', 'PATCH /attributes/{id}', { body: 'AttributeChange', answer: 'Attribute', match: true })
op('deleteAttribute', 'DELETE /attributes/{id}')
op('listTags', `GET /tags?${list}`, { answer: page('Tag') })
op('createTag', 'POST /tags', { body: { name: 'string' }, answer: 'Tag', status: 201 })
op('updateTag', 'PATCH /tags/{id}', { body: { name: 'string' }, answer: 'Tag', match: true })
op('deleteTag', 'DELETE /tags/{id}')
op('listLists', `GET /lists?${list}`, { answer: page('List') })
op('createList', 'POST /lists', { body: 'ListNew', answer: 'List', status: 201 })
op('updateList', 'PATCH /lists/{id}', { body: 'ListChange', answer: 'List', match: true })
op('deleteList', 'DELETE /lists/{id}')
op('listPurposes', `GET /purposes?${list}`, { answer: page('Purpose') })
op('createPurpose', 'POST /purposes', { body: 'PurposeNew', answer: 'Purpose', status: 201 })

op('listPersons', `GET /persons?q&list&tag&segment&${list}`, {
  answer: page('PersonRow', { 'total?': 'int' }),
})
op('createPerson', 'POST /persons', { body: 'PersonNew', answer: 'Person', status: 201, key: true })
op('getPerson', 'GET /persons/{id}', { answer: 'Person', etag: true })
op('updatePerson', 'PATCH /persons/{id}', { body: 'PersonChange', answer: 'Person', match: true, etag: true })
op('deletePerson', 'DELETE /persons/{id}')
op('changePersonTags', 'POST /persons/{id}/tags', { body: { add: 'string[]', remove: 'string[]' } })
op('setPersonList', 'PUT /persons/{id}/lists/{list_id}', {
  body: { state: "'subscribed'|'pending'|'unsubscribed'" },
})
op('setPersonConsent', 'PUT /persons/{id}/consents/{purpose_id}', {
  body: { state: "'given'|'withdrawn'", source: 'string' },
})
op('listPersonTimeline', `GET /persons/{id}/timeline?${list}`, { answer: page('TimelineItem') })
op('addPersonNote', 'POST /persons/{id}/notes', { body: { text: 'string' } })

op('uploadImport', 'POST /imports?filename', { raw: true, answer: 'Import', status: 201 })
op('listImports', `GET /imports?${list}`, { answer: page('Import') })
op('getImport', 'GET /imports/{id}', { answer: 'Import', etag: true })
op('previewImport', 'GET /imports/{id}/preview?rows:int&encoding&delimiter&header:bool', {
  answer: 'ImportPreview',
})
op('startImport', 'POST /imports/{id}/start', { body: 'ImportStart', answer: 'Import' })
op('cancelImport', 'POST /imports/{id}/cancel')
op('createExport', 'POST /exports', { body: 'ExportNew', answer: 'Export', status: 201 })
op('listExports', `GET /exports?${list}`, { answer: page('Export') })
op('getExport', 'GET /exports/{id}', { answer: 'Export' })

op('listSegments', `GET /segments?${list}`, { answer: page('Segment') })
op('createSegment', 'POST /segments', { body: 'SegmentNew', answer: 'Segment', status: 201 })
op('getSegment', 'GET /segments/{id}', { answer: 'Segment', etag: true })
op('updateSegment', 'PATCH /segments/{id}', {
  body: 'SegmentChange',
  answer: 'Segment',
  match: true,
  etag: true,
})
op('deleteSegment', 'DELETE /segments/{id}')
op('previewSegment', 'POST /segments/preview', {
  body: { conditions: 'Conditions' },
  answer: 'SegmentPreview',
})
op('listSegmentFields', 'GET /segments/fields', { answer: { fields: 'SegmentField[]' } })

op('listProviders', `GET /providers?${list}`, { answer: page('Provider') })
op('createProvider', 'POST /providers', { body: 'ProviderInput', answer: 'Provider', status: 201 })
op('updateProvider', 'PATCH /providers/{id}', { body: 'ProviderInput', answer: 'Provider', match: true })
op('deleteProvider', 'DELETE /providers/{id}')
op('checkProvider', 'POST /providers/{id}/check', { answer: 'ProviderCheck' })
op('listDomains', `GET /domains?${list}`, { answer: page('Domain') })
op('createDomain', 'POST /domains', { body: { domain: 'string' }, answer: 'Domain', status: 201 })
op('checkDomain', 'POST /domains/{id}/check', { answer: 'Domain' })
op('deleteDomain', 'DELETE /domains/{id}')
op('listMailbox', `GET /mailbox?q&${list}`, { answer: page('MailboxRow') })
op('getMailboxMessage', 'GET /mailbox/{id}', { answer: 'MailboxMessage' })
op('emptyMailbox', 'DELETE /mailbox')
op('listSuppressions', `GET /suppressions?${list}`, { answer: page('Suppression', { 'total?': 'int' }) })
op('createSuppression', 'POST /suppressions', {
  body: { email: 'string', reason: 'string' },
  answer: 'Suppression',
  status: 201,
})
op('deleteSuppression', 'DELETE /suppressions/{id}')
op('checkSuppression', 'POST /suppressions/check', { body: { email: 'string' }, answer: 'SuppressionCheck' })

op('listTemplates', `GET /templates?${list}`, { answer: page('Template') })
op('createTemplate', 'POST /templates', { body: 'TemplateNew', answer: 'Template', status: 201 })
op('getTemplate', 'GET /templates/{id}', { answer: 'Template', etag: true })
op('updateTemplate', 'PATCH /templates/{id}', {
  body: 'TemplateChange',
  answer: 'Template',
  match: true,
  etag: true,
})
op('deleteTemplate', 'DELETE /templates/{id}')
op('uploadImage', 'POST /images', { raw: true, answer: 'Image', status: 201 })
op('render', 'POST /render', { body: 'RenderRequest', answer: 'Rendered' })
op('listPersonalisationFields', 'GET /personalisation/fields', {
  answer: { fields: 'PersonalisationField[]' },
})

op('listCampaigns', `GET /campaigns?q&state&${list}`, { answer: page('CampaignRow') })
op('createCampaign', 'POST /campaigns', { body: 'CampaignNew', answer: 'Campaign', status: 201 })
op('getCampaign', 'GET /campaigns/{id}', { answer: 'Campaign', etag: true })
op('updateCampaign', 'PATCH /campaigns/{id}', {
  body: 'CampaignChange',
  answer: 'Campaign',
  match: true,
  etag: true,
})
op('deleteCampaign', 'DELETE /campaigns/{id}')
op('copyCampaign', 'POST /campaigns/{id}/copy', { answer: 'Campaign', status: 201 })
op('reviewCampaign', 'GET /campaigns/{id}/review', { answer: 'CampaignReview' })
op('testCampaign', 'POST /campaigns/{id}/test', {
  body: { emails: 'string[]', 'person_id?': 'uuid' },
  answer: { sent: 'int' },
})
op('sendCampaign', 'POST /campaigns/{id}/send', { body: { 'at?': 'time' }, answer: 'CampaignRow', key: true })
for (const act of ['pause', 'resume', 'cancel']) {
  op(`${act}Campaign`, `POST /campaigns/{id}/${act}`, { answer: 'CampaignRow' })
}
op('retryFailedCampaign', 'POST /campaigns/{id}/retry-failed', { answer: 'CampaignRow' })
op('getCampaignProgress', 'GET /campaigns/{id}/progress', { answer: 'CampaignProgress' })
op('getCampaignReport', 'GET /campaigns/{id}/report', { answer: 'CampaignReport' })
op('listCampaignPeople', `GET /campaigns/{id}/people?what&link:int&${list}`, {
  answer: page('CampaignPerson', { 'total?': 'int' }),
})

op('listForms', `GET /forms?${list}`, { answer: page('Form') })
op('createForm', 'POST /forms', { body: 'FormNew', answer: 'Form', status: 201 })
op('getForm', 'GET /forms/{id}', { answer: 'Form', etag: true })
op('updateForm', 'PATCH /forms/{id}', { body: 'FormChange', answer: 'Form', match: true, etag: true })
op('deleteForm', 'DELETE /forms/{id}')
op('publishForm', 'POST /forms/{id}/publish', { answer: 'Form' })
op('closeForm', 'POST /forms/{id}/close', { answer: 'Form' })
op('getFormResults', 'GET /forms/{id}/results', { answer: 'FormResults' })
op('listFormAnswers', `GET /forms/{id}/answers?${list}`, { answer: page('FormAnswer') })

op('listJourneys', `GET /journeys?${list}`, { answer: page('Journey') })
op('createJourney', 'POST /journeys', { body: 'JourneyNew', answer: 'Journey', status: 201 })
op('getJourney', 'GET /journeys/{id}', { answer: 'Journey', etag: true })
op('updateJourney', 'PATCH /journeys/{id}', {
  body: 'JourneyChange',
  answer: 'Journey',
  match: true,
  etag: true,
})
op('deleteJourney', 'DELETE /journeys/{id}')
op('startJourney', 'POST /journeys/{id}/start', { answer: 'Journey' })
op('pauseJourney', 'POST /journeys/{id}/pause', { answer: 'Journey' })
op('getJourneySteps', 'GET /journeys/{id}/steps', { answer: { steps: 'StepCounts[]' } })
op('dryRunJourney', 'POST /journeys/{id}/dry-run', {
  body: { person_id: 'uuid' },
  answer: { path: 'DryRunStep[]' },
})
op('listJourneyRuns', `GET /journeys/{id}/runs?step&state&${list}`, { answer: page('JourneyRun') })
op('getJourneyWebhookSecret', 'GET /journeys/{id}/webhook-secret', { answer: { secret: 'string' } })
op('listNotifications', `GET /notifications?${list}`, { answer: page('Notification', { unread: 'int' }) })
op('readNotification', 'POST /notifications/{id}/read')

const document = {
  openapi: '3.1.0',
  info: { title: 'Varde', version: '1' },
  servers: [{ url: '/' }],
  paths,
  components: {
    schemas: {
      ...Object.fromEntries(Object.entries(schemas).map(([name, o]) => [name, object(o)])),
      ...extra,
    },
  },
}
process.stdout.write(`${JSON.stringify(document, null, 1)}\n`)
