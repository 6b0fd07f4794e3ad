import type { ProviderInput, ProviderView } from '@/client'

export const isSms = (kind: ProviderView['kind']) => kind === 'sms_http' || kind === 'sms_twilio'

/** What the form says of an SMS gateway, as the API takes it: what is empty is left out. */
export function smsSettings(x: SmsValues, http: boolean): NonNullable<ProviderInput['sms']> {
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

export function valuesOf(p?: ProviderView) {
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

export type Values = ReturnType<typeof valuesOf>
