import { PasswordInput, Textarea, TextInput } from '@mantine/core'
import type { ProviderView } from '@/client'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { Choice } from '@/ui/pick'
import type { Values } from './values'

/** The rows shared by both kinds of gateway, and those by which a generic one is described. */
export function SmsFields({ form, has }: { form: FormState<Values>; has?: ProviderView }) {
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
