// A campaign being made: who gets it and how in one tab, the message in the other; then review.

import { Button, Radio, Stack, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import { type Campaign, getCampaignOptions, updateCampaign } from '@/client'
import { ask } from '@/lib/ask'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { isBuiltIn, options, useDomains, useLists, useProviders, usePurposes, useSegments } from '@/lib/lookups'
import { Problem } from '@/lib/problem'
import { useParam, useUrl } from '@/lib/url'
import { type Mail, readMail, toDocument } from '@/screens/composer/blocks'
import { Composer } from '@/screens/composer/composer'
import { FieldInput } from '@/screens/composer/field-input'
import { SmsInput } from '@/screens/composer/sms-input'
import { EditAlerts, LoadedPage, SaveButton, SavedMark, useEditing } from '@/ui/editing'
import { Alert, Card, Page } from '@/ui/kit'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { Several } from '@/ui/pick-many'
import { CampaignStateMark, placeOf } from './states'
import { TestSend } from './test-send'

interface Values {
  name: string
  subject: string
  preheader: string
  from_name: string
  from_email: string
  reply_to: string
  lists: string[]
  segments: string[]
  exclude_lists: string[]
  exclude_segments: string[]
  /** A purpose, or that it is a service message; empty: not chosen yet. */
  purpose_id: string
  service_reason: string
  provider_id: string
  time_mode: Campaign['time_mode']
  track_opens: boolean
  track_clicks: boolean
  text: string
  mail: Mail
}

const SERVICE = 'service'

const read = (c: Campaign): Values => ({
  name: c.name,
  subject: c.subject,
  preheader: c.preheader ?? '',
  from_name: c.from_name,
  from_email: c.from_email,
  reply_to: c.reply_to ?? '',
  lists: c.audience.lists ?? [],
  segments: c.audience.segments ?? [],
  exclude_lists: c.audience.exclude_lists ?? [],
  exclude_segments: c.audience.exclude_segments ?? [],
  purpose_id: c.purpose_id ?? (c.service_reason ? SERVICE : ''),
  service_reason: c.service_reason ?? '',
  provider_id: c.provider_id ?? '',
  time_mode: c.time_mode,
  track_opens: c.track_opens,
  track_clicks: c.track_clicks,
  text: c.text ?? '',
  mail: readMail(c.document),
})

export default function EditCampaign() {
  const id = useParam()
  const query = useQuery(getCampaignOptions({ path: { id } }))
  return (
    <LoadedPage query={query} title={t('campaigns:one')} back={{ href: '/campaigns', label: t('campaigns:title') }}>
      {(campaign) => <Editor key={id} campaign={campaign} />}
    </LoadedPage>
  )
}

function Editor({ campaign }: { campaign: Campaign }) {
  const [{ tab }, setUrl] = useUrl()
  const go = useGo()
  const may = useMay()
  const locked = campaign.state !== 'draft' && campaign.state !== 'scheduled'
  const sms = campaign.channel === 'sms'
  const onContent = tab === 'content' && !sms

  const { id } = campaign
  const editing = useEditing(campaign, {
    query: getCampaignOptions({ path: { id } }),
    read,
    draft: `campaign-${id}`,
    fields: [
      'name',
      'subject',
      'preheader',
      'from_name',
      'from_email',
      'reply_to',
      'purpose_id',
      'service_reason',
      'provider_id',
      'time_mode',
      'audience',
      'document',
      'text',
    ],
    after: ['listCampaigns', 'reviewCampaign'],
    send: async (v, headers) => {
      if (v.purpose_id === SERVICE && !v.service_reason.trim())
        throw new Problem({
          status: 422,
          detail: t('campaigns:service_reason_missing'),
          errors: [{ pointer: '/service_reason', message: t('campaigns:service_reason_missing') }],
        })
      await ask(
        updateCampaign({
          path: { id },
          headers,
          body: {
            name: v.name,
            subject: v.subject,
            preheader: v.preheader,
            from_name: v.from_name,
            from_email: v.from_email,
            reply_to: v.reply_to,
            audience: {
              lists: v.lists,
              segments: v.segments,
              exclude_lists: v.exclude_lists,
              exclude_segments: v.exclude_segments,
            },
            purpose_id: v.purpose_id === SERVICE ? null : v.purpose_id || null,
            service_reason: v.purpose_id === SERVICE ? v.service_reason : null,
            provider_id: v.provider_id || null,
            time_mode: v.time_mode,
            track_opens: v.track_opens,
            track_clicks: v.track_clicks,
            ...(sms ? { text: v.text } : { document: toDocument(v.mail) }),
          },
        }),
      )
    },
  })
  const { form, save } = editing
  const { values } = form
  return (
    <Page
      title={campaign.name}
      back={{ href: '/campaigns', label: t('campaigns:title') }}
      state={<CampaignStateMark state={campaign.state} />}
      wide
      actions={
        !locked && may('campaigns.write') ? (
          <>
            <SavedMark form={form} />
            <TestSend id={campaign.id} channel={campaign.channel} disabled={form.dirty} />
            <SaveButton editing={editing} second />
            <Button
              onClick={async () => {
                if (!form.dirty || (await save())) go(`/campaigns/${campaign.id}/review`)
              }}
            >
              {t('campaigns:to_review')}
            </Button>
          </>
        ) : (
          <LinkButton href={placeOf(campaign)}>{t('campaigns:to_state')}</LinkButton>
        )
      }
    >
      {locked && <Alert tone="warn">{t('campaigns:locked')}</Alert>}
      {campaign.error && <Alert tone="warn">{campaign.error}</Alert>}
      {!sms && (
        <nav className="tabs" aria-label={t('campaigns:parts')}>
          <Link
            href={`/campaigns/${campaign.id}/edit`}
            aria-current={onContent ? undefined : 'page'}
            onClick={(e) => {
              e.preventDefault()
              setUrl({ tab: undefined })
            }}
          >
            {t('campaigns:tab_audience')}
          </Link>
          <Link
            href={`/campaigns/${campaign.id}/edit?tab=content`}
            aria-current={onContent ? 'page' : undefined}
            onClick={(e) => {
              e.preventDefault()
              setUrl({ tab: 'content' })
            }}
          >
            {t('campaigns:tab_content')}
          </Link>
        </nav>
      )}
      <EditAlerts editing={editing} />
      {onContent ? (
        <Composer
          mail={values.mail}
          onChange={(mail) => form.set('mail', mail)}
          subject={values.subject}
          preheader={values.preheader}
        />
      ) : (
        <Details form={form} sms={sms} />
      )}
    </Page>
  )
}

function Details({ form, sms }: { form: FormState<Values>; sms: boolean }) {
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
