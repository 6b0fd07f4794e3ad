// A campaign being made: who gets it and how in one tab, the message in the other; then review.

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import { type Campaign, getCampaignOptions, updateCampaign } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Problem } from '@/lib/problem'
import { useParam, useUrl } from '@/lib/url'
import { toDocument } from '@/screens/composer/blocks'
import { Composer } from '@/screens/composer/composer'
import { Alert } from '@/ui/alert'
import { EditAlerts, LoadedPage, SaveButton, SavedMark, useEditing } from '@/ui/editing'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Page } from '@/ui/page'
import tabsCss from '@/ui/tabs.module.css'
import { CampaignStateMark, placeOf } from '../states'
import { TestSend } from '../test-send'
import { Details } from './details'
import { read, SERVICE } from './values'

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
        <nav className={tabsCss.tabs} aria-label={t('campaigns:parts')}>
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
