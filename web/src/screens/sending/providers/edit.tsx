import { PasswordInput, Switch, TextInput } from '@mantine/core'
import { createProvider, type ProviderInput, type ProviderView, updateProvider } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { DialogForm } from '@/ui/dialog-form'
import { Choice } from '@/ui/pick'
import { SmsFields } from './sms-fields'
import { isSms, smsSettings, valuesOf } from './values'

export function Edit({ provider: p, close }: { provider?: ProviderView; close: () => void }) {
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
