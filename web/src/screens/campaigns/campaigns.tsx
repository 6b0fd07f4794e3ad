import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import {
  type Campaign,
  type CampaignRow,
  CampaignState,
  copyCampaign,
  createCampaign,
  deleteCampaign,
  listCampaignsInfiniteOptions,
} from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useTemplates } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { formatNumber, formatPercent } from '@/lib/time'
import { oneOf, useUrl } from '@/lib/url'
import { newMail, toDocument } from '@/screens/composer/blocks'
import { Bar } from '@/ui/bar'
import { confirm } from '@/ui/confirm'
import { DialogForm } from '@/ui/dialog-form'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconButton } from '@/ui/icon-button'
import { IconCopy, IconMail, IconPlus, IconTrash } from '@/ui/icons'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice, SearchBox } from '@/ui/pick'
import { type Column, Pages, usePages } from '@/ui/table'
import { Time } from '@/ui/time'
import { toast, toastProblem } from '@/ui/toast'
import { CampaignStateMark, placeOf } from './states'

const states = Object.values(CampaignState)

export default function Campaigns() {
  const may = useMay()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const filter = { q: url.q, state: oneOf(states, url.state) }
  const pages = usePages(listCampaignsInfiniteOptions({ query: { ...filter, limit: 50 } }))
  useLive('campaign.progress', () => void pages.refetch())
  const write = may('campaigns.write')
  const columns: Column<CampaignRow>[] = [
    {
      key: 'name',
      header: t('campaigns:name'),
      bare: true,
      cell: (c) => (
        <>
          <Link href={placeOf(c)}>{c.name}</Link>
          <div className="muted small">
            {c.channel === 'sms' ? t('campaigns:channels.sms') : c.subject || t('campaigns:no_subject')}
          </div>
        </>
      ),
    },
    {
      key: 'state',
      header: t('campaigns:state'),
      cell: (c) => (
        <span className="stack-s">
          <CampaignStateMark state={c.state} />
          {(c.state === 'sending' || c.state === 'paused') && (
            <Bar
              value={c.counts.recipients ? 1 - c.counts.queued / c.counts.recipients : 0}
              tone={c.state === 'paused' ? 'warn' : 'busy'}
              label={t('campaigns:progress_of', { name: c.name })}
            />
          )}
        </span>
      ),
    },
    {
      key: 'sent',
      header: t('campaigns:figures.sent'),
      number: true,
      cell: (c) => formatNumber(c.counts.sent),
    },
    {
      key: 'opened',
      header: t('campaigns:figures.opened'),
      number: true,
      cell: (c) => formatPercent(c.counts.opened, c.counts.sent),
    },
    {
      key: 'clicked',
      header: t('campaigns:figures.clicked'),
      number: true,
      cell: (c) => formatPercent(c.counts.clicked, c.counts.sent),
    },
    {
      key: 'when',
      header: t('campaigns:when'),
      cell: (c) => <Time at={c.scheduled_at ?? c.started_at ?? c.updated_at} />,
    },
  ]
  if (write) {
    columns.push({
      key: 'do',
      header: '',
      bare: true,
      width: 96,
      cell: (c) => (
        <span className="row">
          <IconButton
            label={t('campaigns:copy_named', { name: c.name })}
            onClick={async () => {
              try {
                const copy = await ask(copyCampaign({ path: { id: c.id } }))
                void refresh('listCampaigns')
                go(`/campaigns/${copy.id}/edit`)
              } catch (error) {
                toastProblem(error)
              }
            }}
          >
            <IconCopy size={18} aria-hidden />
          </IconButton>
          {c.state === 'draft' && (
            <IconButton
              danger
              label={t('delete_named', { name: c.name })}
              onClick={() =>
                confirm({
                  title: t('campaigns:delete_title', { name: c.name }),
                  body: t('campaigns:delete_body'),
                  label: t('campaigns:delete_label'),
                  run: async () => {
                    await ask(deleteCampaign({ path: { id: c.id } }))
                    await refresh('listCampaigns')
                    toast('good', t('campaigns:deleted', { name: c.name }))
                  },
                })
              }
            >
              <IconTrash size={18} aria-hidden />
            </IconButton>
          )}
        </span>
      ),
    })
  }
  const create = write && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setUrl({ new: '1' })}>
      {t('campaigns:new')}
    </Button>
  )
  const filtered = Boolean(url.q || url.state)
  return (
    <Page title={t('campaigns:title')} lead={t('campaigns:lead')} actions={create}>
      <div className={filtersCss.filters}>
        <SearchBox label={t('campaigns:find')} value={url.q} onSearch={(q) => setUrl({ q })} />
        <Choice
          label={t('campaigns:state')}
          empty={t('any')}
          value={url.state}
          data={states.map((s) => ({ value: s, label: t(`campaigns:states.${s}`) }))}
          onPick={(state) => setUrl({ state })}
        />
      </div>
      <Pages
        pages={pages}
        label={t('campaigns:title')}
        columns={columns}
        rowKey={(c) => c.id}
        rowTone={(c) => (c.state === 'failed' ? 'bad' : c.state === 'paused' ? 'warn' : undefined)}
        empty={
          filtered ? (
            <Empty
              icon={<IconMail aria-hidden />}
              title={t('campaigns:empty_filtered')}
              action={
                <LinkButton variant="default" href="/campaigns">
                  {t('campaigns:clear_filters')}
                </LinkButton>
              }
            />
          ) : (
            <Empty icon={<IconMail aria-hidden />} title={t('campaigns:empty')} action={create}>
              {t('campaigns:empty_text')}
            </Empty>
          )
        }
      />
      {url.new && write && <New close={() => setUrl({ new: undefined })} />}
    </Page>
  )
}

function New({ close }: { close: () => void }) {
  const go = useGo()
  const templates = useTemplates()
  const form = useForm({ name: '', template: '', channel: 'mail' as Campaign['channel'] }, { draft: 'campaign-new' })
  const [made, setMade] = useState<string>()
  return (
    <DialogForm
      open
      title={t('campaigns:new')}
      label={t('campaigns:create')}
      form={form}
      onClose={() => {
        if (made) go(`/campaigns/${made}/edit`)
        else close()
      }}
      send={async ({ name, template, channel }) => {
        const document = templates.data?.items.find((i) => i.id === template)?.document
        const campaign = await ask(
          createCampaign({
            body: {
              name,
              channel,
              ...(channel === 'mail' ? { document: document ?? toDocument(newMail()) } : {}),
            },
          }),
        )
        void refresh('listCampaigns')
        setMade(campaign.id)
        go(`/campaigns/${campaign.id}/edit`, { replace: true })
      }}
    >
      <TextInput
        label={t('campaigns:name')}
        description={t('campaigns:name_text')}
        required
        autoFocus
        {...form.text('name')}
      />
      <Choice
        label={t('campaigns:channel')}
        value={form.values.channel}
        data={(['mail', 'sms'] as const).map((c) => ({ value: c, label: t(`campaigns:channels.${c}`) }))}
        onPick={(v) => form.set('channel', v === 'sms' ? 'sms' : 'mail')}
      />
      {form.values.channel === 'mail' && (
        <Choice
          label={t('campaigns:begin_with')}
          empty={t('campaigns:blank')}
          value={form.values.template}
          data={options(templates.data?.items)}
          onPick={(v) => form.set('template', v)}
        />
      )}
    </DialogForm>
  )
}
