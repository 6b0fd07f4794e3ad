// The desk: what persons ask about their own data, by deadline, so that none is missed.

import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { enterRequest, listRequestsInfiniteOptions, RequestFilter, type RequestRow } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { languages, t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { oneOf, useUrl } from '@/lib/url'
import { Alert } from '@/ui/alert'
import { Copy } from '@/ui/copy'
import { DialogForm } from '@/ui/dialog-form'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconPlus, IconUserShield } from '@/ui/icons'
import { Link, useGo } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { type Column, Pages, usePages } from '@/ui/table'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { channels, Due, kinds, RequestState } from './words'

const shows = Object.values(RequestFilter)

const columns = (): Column<RequestRow>[] => [
  {
    key: 'name',
    header: t('privacy:name'),
    bare: true,
    cell: (r) => (
      <>
        <Link href={`/privacy/requests/${r.id}`}>{r.name || r.number || t('privacy:request')}</Link>
        <div className="muted small">
          {[r.number, r.name ? undefined : t('privacy:forgotten')].filter(Boolean).join(' · ')}
        </div>
      </>
    ),
  },
  { key: 'kind', header: t('privacy:kind'), cell: (r) => t(`privacy:kinds.${r.kind}`) },
  { key: 'state', header: t('privacy:state'), cell: (r) => <RequestState state={r.state} /> },
  { key: 'due', header: t('privacy:due'), cell: (r) => (r.ended_at ? <Time at={r.ended_at} /> : <Due request={r} />) },
  { key: 'received', header: t('privacy:received'), cell: (r) => <Time at={r.received_at} /> },
  { key: 'channel', header: t('privacy:channel'), cell: (r) => t(`privacy:channels.${r.channel}`) },
]

export default function Requests() {
  const [url, setUrl] = useUrl()
  const [entering, setEntering] = useState(false)
  const filter = { show: oneOf(shows, url.show) ?? 'open', kind: oneOf(kinds, url.kind) }
  const pages = usePages(listRequestsInfiniteOptions({ query: { ...filter, limit: 50 } }))
  const { first } = pages
  const counts = first?.counts
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEntering(true)}>
      {t('privacy:enter')}
    </Button>
  )
  const filtered = filter.kind !== undefined || filter.show !== 'open'
  return (
    <Page title={t('privacy:requests')} lead={t('privacy:requests_lead')} wide actions={create}>
      {counts !== undefined && counts.overdue > 0 && (
        <Alert tone="bad" title={t('privacy:overdue_count', { count: counts.overdue })}>
          {t('privacy:overdue_text')}
        </Alert>
      )}
      {first && (
        <Alert tone="info" title={t('privacy:public_page')}>
          <p>{t('privacy:public_page_text')}</p>
          <p className="row">
            <code>{first.public_url}</code> <Copy value={first.public_url} label={t('privacy:copy_link')} />
          </p>
        </Alert>
      )}
      <div className={filtersCss.filters}>
        <Choice
          label={t('privacy:show')}
          value={filter.show}
          data={shows.map((s) => ({ value: s, label: t(`privacy:shows.${s}`, { n: counts?.[s] ?? '–' }) }))}
          onPick={(show) => setUrl({ show: show === 'open' ? undefined : show })}
        />
        <Choice
          label={t('privacy:kind')}
          empty={t('any')}
          value={filter.kind}
          data={kinds.map((k) => ({ value: k, label: t(`privacy:kinds.${k}`) }))}
          onPick={(kind) => setUrl({ kind: kind || undefined })}
        />
      </div>
      <Pages
        pages={pages}
        label={t('privacy:requests')}
        columns={columns()}
        rowKey={(r) => r.id}
        rowTone={(r) => (r.overdue ? 'bad' : undefined)}
        empty={
          <Empty
            icon={<IconUserShield aria-hidden />}
            title={t(filtered ? 'privacy:none_filtered' : 'privacy:none')}
            action={filtered ? undefined : create}
          >
            {t(filtered ? 'privacy:none_filtered_text' : 'privacy:none_text')}
          </Empty>
        }
      />
      {entering && <Enter close={() => setEntering(false)} />}
    </Page>
  )
}

const today = () => new Date().toISOString().slice(0, 10)

function Enter({ close }: { close: () => void }) {
  const go = useGo()
  const form = useForm(
    {
      kind: 'access' as (typeof kinds)[number],
      channel: 'letter' as (typeof channels)[number],
      name: '',
      contact: '',
      words: '',
      received_at: today(),
      language: 'en',
      identity: '',
    },
    { draft: 'request' },
  )
  return (
    <DialogForm
      open
      wide
      title={t('privacy:enter')}
      label={t('privacy:enter_label')}
      form={form}
      onClose={close}
      send={async (v) => {
        const made = await ask(
          enterRequest({
            body: {
              ...v,
              // Today means now; another day its noon, which is that day everywhere.
              received_at: v.received_at === today() ? undefined : `${v.received_at}T12:00:00Z`,
            },
          }),
        )
        await refresh('listRequests')
        toast('good', t('privacy:entered', { number: made.number }))
        go(`/privacy/requests/${made.id}`)
      }}
    >
      <p className="muted">{t('privacy:enter_lead')}</p>
      <div className="two">
        <Choice
          label={t('privacy:kind')}
          description={t(`privacy:kind_texts.${form.values.kind}`)}
          value={form.values.kind}
          error={form.errors.kind}
          data={kinds.map((k) => ({ value: k, label: t(`privacy:kinds.${k}`) }))}
          onPick={(v) => form.set('kind', v)}
        />
        <Choice
          label={t('privacy:channel')}
          value={form.values.channel}
          error={form.errors.channel}
          data={channels.map((c) => ({ value: c, label: t(`privacy:channels.${c}`) }))}
          onPick={(v) => form.set('channel', v)}
        />
        <TextInput label={t('privacy:name')} required maxLength={200} autoFocus {...form.text('name')} />
        <TextInput
          label={t('privacy:contact')}
          description={t('privacy:contact_hint')}
          maxLength={254}
          {...form.text('contact')}
        />
        <TextInput type="date" label={t('privacy:received_on')} required max={today()} {...form.text('received_at')} />
        <NativeSelect
          label={t('privacy:language')}
          data={languages.map((l) => ({ value: l.code, label: l.name }))}
          {...form.text('language')}
        />
      </div>
      <Textarea
        label={t('privacy:words')}
        description={t('privacy:words_hint')}
        rows={3}
        maxLength={4000}
        {...form.text('words')}
      />
      <Textarea
        label={t('privacy:identity')}
        description={t('privacy:identity_hint')}
        rows={2}
        required
        maxLength={500}
        {...form.text('identity')}
      />
    </DialogForm>
  )
}
