import { Button, PasswordInput, Switch, Textarea, TextInput } from '@mantine/core'
import { IconEdit, IconPlus, IconServer, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import {
  type CheckAnswer,
  checkProvider,
  createProvider,
  deleteProvider,
  listProvidersOptions,
  type ProviderInput,
  type ProviderView,
  testProvider,
  updateProvider,
} from '@/client'
import { ask, match } from '@/lib/ask'
import { type FormState, useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { formatPrice } from '@/screens/composer/sms-input'
import { DialogForm } from '@/ui/dialog-form'
import { Alert, Card, confirm, Empty, Facts, IconButton, Page, ProblemAlert, Skeleton, State, Tag } from '@/ui/kit'
import { Link } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { useWhole } from '@/ui/table'

export default function Providers() {
  const [open, setOpen] = useState<ProviderView | 'new'>()
  const pages = useWhole(listProvidersOptions())
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
      {t('sending:new_provider')}
    </Button>
  )
  return (
    <Page title={t('sending:providers')} lead={t('sending:providers_lead')} actions={create}>
      {pages.rows === undefined ? (
        pages.isError ? (
          <ProblemAlert problem={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <Skeleton block={240} />
        )
      ) : pages.rows.length === 0 ? (
        <Card>
          <Empty icon={<IconServer aria-hidden />} title={t('sending:no_providers')} action={create}>
            {t('sending:no_providers_text')}
          </Empty>
        </Card>
      ) : (
        pages.rows.map((p) => <ProviderCard key={p.channel + p.id} provider={p} edit={() => setOpen(p)} />)
      )}
      {open && (
        <Edit
          key={open === 'new' ? 'new' : open.id}
          provider={open === 'new' ? undefined : open}
          close={() => setOpen(undefined)}
        />
      )}
    </Page>
  )
}

function ProviderCard({ provider: p, edit }: { provider: ProviderView; edit: () => void }) {
  const [check, setCheck] = useState<CheckAnswer>()
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const [trying, setTrying] = useState(false)
  async function run() {
    setBusy(true)
    setProblem(undefined)
    try {
      setCheck(await ask(checkProvider({ path: { id: p.id } })))
      await refresh('listProviders')
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const limits = [
    p.per_second && t('sending:per_second_shown', { n: formatNumber(p.per_second, 1) }),
    p.per_window &&
      p.window_seconds &&
      t('sending:window_shown', { n: formatNumber(p.per_window), seconds: formatNumber(p.window_seconds) }),
  ].filter(Boolean)
  return (
    <Card
      title={
        <span className="row">
          {p.name} {p.default && <Tag>{t('sending:default')}</Tag>}
        </span>
      }
      note={`${t(`sending:channels.${p.channel}`)} · ${t(`sending:kinds.${p.kind}`)}`}
      actions={
        <>
          <State tone={p.state === 'ok' ? 'good' : 'bad'}>{t(`sending:provider_states.${p.state}`)}</State>
          <Button size="xs" variant="default" loading={busy} onClick={() => void run()}>
            {t('sending:check_provider')}
          </Button>
          {isSms(p.kind) && (
            <Button size="xs" variant="default" onClick={() => setTrying(true)}>
              {t('sending:try_sms')}
            </Button>
          )}
          <IconButton label={t('edit_named', { name: p.name })} onClick={edit}>
            <IconEdit size={18} aria-hidden />
          </IconButton>
          {!p.default && (
            <IconButton
              danger
              label={t('sending:remove_named', { name: p.name })}
              onClick={() =>
                confirm({
                  title: t('sending:remove_provider_title', { name: p.name }),
                  body: t('sending:remove_provider_body'),
                  label: t('sending:remove_provider_label'),
                  run: async () => {
                    await ask(deleteProvider({ path: { id: p.id } }))
                    await refresh('listProviders')
                  },
                })
              }
            >
              <IconTrash size={18} aria-hidden />
            </IconButton>
          )}
        </>
      }
    >
      {p.state === 'failing' && p.last_error && (
        <Alert tone="bad" title={t('sending:last_error')}>
          <code className="wrap">{p.last_error}</code>
        </Alert>
      )}
      {problem !== undefined && <ProblemAlert problem={problem} />}
      {check && (
        <Alert tone={check.ok ? 'good' : 'bad'} title={check.message} live>
          <ol className="check-steps">
            {check.steps.map((s) => (
              <li key={s.step}>
                <State tone={s.ok ? 'good' : 'bad'}>{s.step}</State> <span className="wrap">{s.detail}</span>
              </li>
            ))}
          </ol>
        </Alert>
      )}
      {p.kind === 'captured' ? (
        <p>
          {t('sending:captured_text')} <Link href="/sending/mailbox">{t('sending:mailbox')}</Link>
        </p>
      ) : isSms(p.kind) ? (
        <Facts
          items={[
            [t('sending:sender'), p.sms?.sender ?? '–'],
            [t('sending:connections'), formatNumber(p.connections)],
            [t('sending:limits'), limits.join(', ') || t('none')],
            [t('sending:region'), p.region || '–'],
            [
              t('sending:price'),
              p.sms?.price_minor != null && p.sms.price_currency
                ? formatPrice(p.sms.price_minor, p.sms.price_currency)
                : '–',
            ],
            [t('sending:status_url'), <code className="wrap">{p.status_url}</code>],
            [t('sending:reply_url'), <code className="wrap">{p.reply_url}</code>],
          ]}
        />
      ) : (
        <Facts
          items={[
            [t('sending:host'), `${p.host ?? '–'}:${p.port ?? ''}`],
            [t('sending:security'), t(`sending:securities.${p.security}`)],
            [t('sending:username'), p.username || '–'],
            [t('sending:connections'), formatNumber(p.connections)],
            [t('sending:limits'), limits.join(', ') || t('none')],
            [t('sending:region'), p.region || '–'],
          ]}
        />
      )}
      {trying && <Try provider={p} close={() => setTrying(false)} done={setCheck} />}
    </Card>
  )
}

function Try(props: { provider: ProviderView; close: () => void; done: (answer: CheckAnswer) => void }) {
  const form = useForm({ phone: '', text: t('sending:try_words') })
  return (
    <DialogForm
      open
      title={t('sending:try_sms')}
      label={t('sending:try_send')}
      form={form}
      onClose={props.close}
      send={async (body) => props.done(await ask(testProvider({ path: { id: props.provider.id }, body })))}
    >
      <TextInput type="tel" label={t('sending:number')} required autoFocus {...form.text('phone')} />
      <TextInput label={t('sending:text')} required {...form.text('text')} />
    </DialogForm>
  )
}

const isSms = (kind: ProviderView['kind']) => kind === 'sms_http' || kind === 'sms_twilio'

/** What the form says of an SMS gateway, as the API takes it: what is empty is left out. */
function smsSettings(x: SmsValues, http: boolean): NonNullable<ProviderInput['sms']> {
  const some = (text: string) => text.trim() || undefined
  const words = (text: string) =>
    text
      .split(',')
      .map((w) => w.trim())
      .filter(Boolean)
  const price = some(x.price)
  return {
    sender: some(x.sender),
    url: some(x.url),
    price_minor: price ? Math.round(Number(price.replace(',', '.')) * 100) : undefined,
    price_currency: price ? some(x.currency.toUpperCase()) : undefined,
    ...(http && {
      method: x.method,
      content_type: some(x.content_type),
      headers: x.headers
        .split('\n')
        .filter((line) => line.includes(':'))
        .map((line) => ({
          name: line.slice(0, line.indexOf(':')).trim(),
          value: line.slice(line.indexOf(':') + 1).trim(),
        })),
      body: some(x.body),
      id_pointer: some(x.id_pointer),
      callback: {
        message_id: some(x.field_id),
        reference: some(x.field_reference),
        status: some(x.field_status),
        from: some(x.field_from),
        text: some(x.field_text),
        signature_header: some(x.signature_header),
        delivered: words(x.delivered),
        failed: words(x.failed),
      },
    }),
  }
}
type SmsValues = ReturnType<typeof smsValues>
function smsValues(p?: ProviderView) {
  const s = p?.sms
  const c = s?.callback
  return {
    sender: s?.sender ?? '',
    url: s?.url ?? '',
    method: s?.method ?? ('POST' as NonNullable<NonNullable<ProviderView['sms']>['method']>),
    content_type: s?.content_type ?? 'application/json',
    headers: s?.headers?.map((h) => `${h.name}: ${h.value}`).join('\n') ?? 'Authorization: Bearer {password}',
    body: s?.body ?? '{"to": "{to}", "from": "{from}", "text": "{text}", "reference": "{reference}"}',
    id_pointer: s?.id_pointer ?? '',
    price: s?.price_minor != null ? String(s.price_minor / 100) : '',
    currency: s?.price_currency ?? '',
    callback_secret: '',
    field_id: c?.message_id ?? 'id',
    field_reference: c?.reference ?? 'reference',
    field_status: c?.status ?? 'status',
    field_from: c?.from ?? 'from',
    field_text: c?.text ?? 'text',
    delivered: c?.delivered?.join(', ') ?? 'delivered',
    failed: c?.failed?.join(', ') ?? 'failed, undelivered, rejected, expired',
    signature_header: c?.signature_header ?? 'X-Signature',
  }
}

function valuesOf(p?: ProviderView) {
  return {
    name: p?.name ?? '',
    kind: p?.kind ?? ('smtp' as ProviderView['kind']),
    host: p?.host ?? '',
    port: String(p?.port ?? 587),
    security: p?.security ?? ('starttls' as ProviderView['security']),
    username: p?.username ?? '',
    password: '',
    connections: String(p?.connections ?? 4),
    per_second: p?.per_second ? String(p.per_second) : '',
    window_seconds: p?.window_seconds ? String(p.window_seconds) : '',
    per_window: p?.per_window ? String(p.per_window) : '',
    region: p?.region ?? '',
    default: p?.default ?? false,
    ...smsValues(p),
  }
}
type Values = ReturnType<typeof valuesOf>

function Edit({ provider: p, close }: { provider?: ProviderView; close: () => void }) {
  const start = valuesOf(p)
  const form = useForm(start, {
    draft: `provider-${p?.id ?? 'new'}`,
    secret,
    fields: [...Object.keys(start), ...pointed],
  })
  const { values: v, errors, set } = form
  return (
    <DialogForm
      open
      title={p ? t('edit_named', { name: p.name }) : t('sending:new_provider')}
      form={form}
      onClose={close}
      send={async (x) => {
        const body: ProviderInput = { name: x.name, kind: x.kind, default: x.default }
        if (x.kind === 'smtp') {
          Object.assign(body, {
            host: x.host,
            port: Number(x.port),
            security: x.security,
            username: x.username,
            connections: Number(x.connections),
            region: x.region,
          })
          if (x.password) body.password = x.password
          if (x.per_second) body.per_second = Number(x.per_second)
          if (x.window_seconds) body.window_seconds = Number(x.window_seconds)
          if (x.per_window) body.per_window = Number(x.per_window)
        }
        if (isSms(x.kind)) {
          Object.assign(body, {
            sms: smsSettings(x, x.kind === 'sms_http'),
            username: x.username,
            connections: Number(x.connections),
            region: x.region,
          })
          if (x.password) body.password = x.password
          if (x.callback_secret) body.callback_secret = x.callback_secret
          if (x.per_second) body.per_second = Number(x.per_second)
        }
        await ask(p ? updateProvider({ path: { id: p.id }, body, headers: match() }) : createProvider({ body }))
        await refresh('listProviders')
      }}
    >
      <TextInput label={t('sending:name')} required autoFocus {...form.text('name')} />
      <Choice
        label={t('sending:kind')}
        value={v.kind}
        error={errors.kind}
        disabled={Boolean(p)}
        data={(['smtp', 'sms_http', 'sms_twilio', 'captured'] as const).map((k) => ({
          value: k,
          label: t(`sending:kinds.${k}`),
        }))}
        onPick={(k) => set('kind', k as ProviderView['kind'])}
      />
      {v.kind === 'smtp' && (
        <>
          <div className="two">
            <TextInput label={t('sending:host')} placeholder="smtp.provider.example" required {...form.text('host')} />
            <TextInput label={t('sending:port')} type="number" min={1} max={65535} required {...form.text('port')} />
          </div>
          <Choice
            label={t('sending:security')}
            value={v.security}
            error={errors.security}
            data={(['starttls', 'tls', 'none'] as const).map((s) => ({
              value: s,
              label: t(`sending:securities.${s}`),
            }))}
            onPick={(s) => set('security', s as ProviderView['security'])}
          />
          <div className="two">
            <TextInput label={t('sending:username')} autoComplete="off" {...form.text('username')} />
            <PasswordInput
              label={t('sending:password')}
              autoComplete="new-password"
              placeholder={p?.has_password ? t('sending:password_kept') : undefined}
              {...form.text('password')}
            />
          </div>
          <div className="two">
            <TextInput label={t('sending:connections')} type="number" min={1} {...form.text('connections')} />
            <TextInput label={t('sending:per_second')} type="number" min={0} step="any" {...form.text('per_second')} />
            <TextInput label={t('sending:per_window')} type="number" min={0} {...form.text('per_window')} />
            <TextInput label={t('sending:window_seconds')} type="number" min={0} {...form.text('window_seconds')} />
          </div>
          <TextInput label={t('sending:region')} description={t('sending:region_text')} {...form.text('region')} />
        </>
      )}
      {isSms(v.kind) && <SmsFields form={form} has={p} />}
      <Switch label={t('sending:make_default')} {...form.check('default')} />
    </DialogForm>
  )
}

const pointed = ['sender', 'url', 'content_type', 'headers', 'body', 'id_pointer', 'price_minor', 'price_currency'].map(
  (m) => `sms.${m}`,
)
const secret: ('password' | 'callback_secret')[] = ['password', 'callback_secret']

/** The rows shared by both kinds of gateway, and those by which a generic one is described. */
function SmsFields({ form, has }: { form: FormState<Values>; has?: ProviderView }) {
  const { values: v, set } = form
  const http = v.kind === 'sms_http'
  // The server points into what it takes ("/sms/body").
  const text = (key: keyof Values & string, member: string = key) => ({
    ...form.text(key),
    error: form.errors[key] ?? form.errors[`sms.${member}`],
  })
  return (
    <>
      <TextInput label={t('sending:sender')} description={t('sending:sender_text')} required {...text('sender')} />
      <TextInput
        type="url"
        label={t('sending:gateway_url')}
        placeholder={http ? 'https://' : 'https://api.twilio.com'}
        required={http}
        {...text('url')}
      />
      <div className="two">
        <TextInput
          label={t(http ? 'sending:username' : 'sending:account_sid')}
          autoComplete="off"
          required={!http}
          {...form.text('username')}
        />
        <PasswordInput
          label={t(http ? 'sending:key_or_password' : 'sending:auth_token')}
          autoComplete="new-password"
          placeholder={has?.has_password ? t('sending:password_kept') : undefined}
          {...form.text('password')}
        />
      </div>
      {http && (
        <>
          <div className="two">
            <Choice
              label={t('sending:method')}
              value={v.method}
              data={(['POST', 'PUT', 'GET'] as const).map((m) => ({ value: m, label: m }))}
              onPick={(m) => set('method', m as typeof v.method)}
            />
            <TextInput label={t('sending:content_type')} {...text('content_type')} />
          </div>
          <Textarea
            label={t('sending:headers')}
            description={t('sending:headers_text')}
            autosize
            minRows={1}
            {...text('headers')}
          />
          <Textarea
            label={t('sending:body')}
            description={t('sending:body_text')}
            autosize
            minRows={3}
            {...text('body')}
          />
          <TextInput
            label={t('sending:id_pointer')}
            description={t('sending:id_pointer_text')}
            placeholder="/messages/0/id"
            {...text('id_pointer')}
          />
          <details>
            <summary>{t('sending:callbacks')}</summary>
            <div className="stack">
              <p className="muted small">{t('sending:callbacks_text')}</p>
              <div className="two">
                <PasswordInput
                  label={t('sending:callback_secret')}
                  autoComplete="new-password"
                  placeholder={has?.has_callback_secret ? t('sending:password_kept') : undefined}
                  {...form.text('callback_secret')}
                />
                <TextInput label={t('sending:signature_header')} {...form.text('signature_header')} />
                {(['id', 'reference', 'status', 'from', 'text'] as const).map((f) => (
                  <TextInput key={f} label={t(`sending:callback_fields.${f}`)} {...form.text(`field_${f}`)} />
                ))}
                <TextInput label={t('sending:delivered_words')} {...form.text('delivered')} />
                <TextInput label={t('sending:failed_words')} {...form.text('failed')} />
              </div>
            </div>
          </details>
        </>
      )}
      <div className="two">
        <TextInput label={t('sending:connections')} type="number" min={1} {...form.text('connections')} />
        <TextInput label={t('sending:per_second')} type="number" min={0} step="any" {...form.text('per_second')} />
        <TextInput label={t('sending:price')} inputMode="decimal" {...text('price', 'price_minor')} />
        <TextInput
          label={t('sending:currency')}
          maxLength={3}
          placeholder="NOK"
          {...text('currency', 'price_currency')}
        />
      </div>
      <TextInput label={t('sending:region')} description={t('sending:region_text')} {...form.text('region')} />
    </>
  )
}
