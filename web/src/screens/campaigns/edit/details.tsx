import { Radio, Stack, Switch, TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { isBuiltIn, options, useDomains, useLists, useProviders, usePurposes, useSegments } from '@/lib/lookups'
import { FieldInput } from '@/screens/composer/field-input'
import { SmsInput } from '@/screens/composer/sms-input'
import { Card } from '@/ui/card'
import { Link } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { Several } from '@/ui/pick-many'
import { SERVICE, type Values } from './values'

export function Details({ form, sms }: { form: FormState<Values>; sms: boolean }) {
  const lists = useLists()
  const segments = useSegments()
  const purposes = usePurposes()
  const may = useMay()
  const providers = useProviders(may('channels.manage'))
  const domains = useDomains(may('channels.manage'))
  const { values, errors, set } = form
  const known = (domains.data?.items ?? []).flatMap((d) => d.from_addresses)
  return (
    <div className="halves">
      <div className="sections">
        <Card title={t('campaigns:message')}>
          <TextInput
            label={t('campaigns:name')}
            description={t('campaigns:name_text')}
            required
            {...form.text('name')}
          />
          {sms && (
            <SmsInput
              label={t('campaigns:sms_text')}
              value={values.text}
              error={errors.text}
              onText={(v) => set('text', v)}
            />
          )}
          {!sms && (
            <>
              <FieldInput
                label={t('campaigns:subject')}
                required
                value={values.subject}
                error={errors.subject}
                onText={(v) => set('subject', v)}
              />
              <TextInput
                label={t('campaigns:preheader')}
                description={t('campaigns:preheader_text')}
                {...form.text('preheader')}
              />
              <div className="two">
                <TextInput label={t('campaigns:from_name')} required {...form.text('from_name')} />
                <TextInput
                  label={t('campaigns:from_email')}
                  type="email"
                  list="known-senders"
                  required
                  {...form.text('from_email')}
                />
                <datalist id="known-senders">
                  {known.map((a) => (
                    <option key={a} value={a} />
                  ))}
                </datalist>
              </div>
              <TextInput
                label={t('campaigns:reply_to')}
                type="email"
                description={t('campaigns:reply_to_text')}
                {...form.text('reply_to')}
              />
            </>
          )}
        </Card>
      </div>
      <div className="sections">
        <Card title={t('campaigns:audience')}>
          <Several
            label={t('campaigns:lists')}
            data={options(lists.data?.items)}
            value={values.lists}
            error={errors.audience}
            onChange={(v) => set('lists', v)}
          />
          <Several
            label={t('campaigns:segments')}
            data={options(segments.data?.items)}
            value={values.segments}
            onChange={(v) => set('segments', v)}
          />
          <Several
            label={t('campaigns:not_lists')}
            empty={t('none')}
            data={options(lists.data?.items)}
            value={values.exclude_lists}
            onChange={(v) => set('exclude_lists', v)}
          />
          <Several
            label={t('campaigns:not_segments')}
            empty={t('none')}
            data={options(segments.data?.items)}
            value={values.exclude_segments}
            onChange={(v) => set('exclude_segments', v)}
          />
          <Choice
            label={t('campaigns:purpose')}
            description={t(values.purpose_id === SERVICE ? 'campaigns:service_text' : 'campaigns:purpose_text')}
            empty={t('campaigns:no_purpose')}
            required
            value={values.purpose_id}
            error={errors.purpose_id}
            data={[
              ...(purposes.data?.items ?? []).map((p) => ({ value: p.id, label: p.label })),
              { value: SERVICE, label: t('campaigns:service') },
            ]}
            onPick={(v) => set('purpose_id', v)}
          />
          {purposes.data?.items.length === 0 && (
            <p className="muted small">
              {t('campaigns:no_purposes')} <Link href="/purposes">{t('campaigns:make_purpose')}</Link>
            </p>
          )}
          {values.purpose_id === SERVICE && (
            <TextInput
              label={t('campaigns:service_reason')}
              description={t('campaigns:service_reason_text')}
              required
              maxLength={300}
              {...form.text('service_reason')}
            />
          )}
        </Card>
        <Card title={t('campaigns:sending')}>
          <Radio.Group
            label={t('campaigns:time_mode')}
            value={values.time_mode}
            onChange={(v) => set('time_mode', v as Values['time_mode'])}
          >
            <Stack gap={8} mt={4}>
              <Radio value="at_once" label={t('campaigns:time_modes.at_once')} />
              <Radio value="recipient_time_zone" label={t('campaigns:time_modes.recipient_time_zone')} />
            </Stack>
          </Radio.Group>
          {providers.data && (
            <Choice
              label={t('campaigns:provider')}
              empty={t('campaigns:default_provider')}
              value={values.provider_id}
              error={errors.provider_id}
              data={options(providers.data.items.filter((p) => p.channel === (sms ? 'sms' : 'mail') && !isBuiltIn(p)))}
              onPick={(v) => set('provider_id', v)}
            />
          )}
          {!sms && (
            <Switch
              label={t('campaigns:track_opens')}
              description={t('campaigns:track_opens_text')}
              {...form.check('track_opens')}
            />
          )}
          <Switch label={t('campaigns:track_clicks')} {...form.check('track_clicks')} />
        </Card>
      </div>
    </div>
  )
}
