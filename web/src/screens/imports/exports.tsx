import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { useMay } from '@/app/session'
import { createExport, type Export, type ExportNew, listExportsOptions } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useLists, useSegments } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { FormAlerts } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconDownload } from '@/ui/icons'
import { LinkButton } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { State, type Tone } from '@/ui/state'
import { type Column, Pages, useWhole } from '@/ui/table'
import { Time } from '@/ui/time'

const tones: Record<Export['state'], Tone> = {
  queued: 'busy',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  expired: 'idle',
}

export default function Exports() {
  const may = useMay()
  const pages = useWhole(listExportsOptions())
  const running = pages.rows?.some((e) => e.state === 'queued' || e.state === 'running') ?? false
  const { refetch } = pages
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => void refetch(), 2000)
    return () => clearInterval(timer)
  }, [running, refetch])
  const columns: Column<Export>[] = [
    { key: 'at', header: t('imports:exported_at'), bare: true, cell: (e) => <Time at={e.created_at} /> },
    { key: 'format', header: t('imports:format'), cell: (e) => e.format.toUpperCase() },
    {
      key: 'state',
      header: t('imports:state'),
      cell: (e) => (
        <>
          <State tone={tones[e.state]}>{t(`imports:export_states.${e.state}`)}</State>
          {e.error && <div className="muted small">{e.error}</div>}
        </>
      ),
    },
    { key: 'rows', header: t('imports:rows'), number: true, cell: (e) => formatNumber(e.rows) },
    {
      key: 'do',
      header: '',
      bare: true,
      cell: (e) =>
        e.state === 'done' && (
          <LinkButton
            size="xs"
            variant="default"
            download
            href={`/api/v1/exports/${e.id}/file`}
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            {t('imports:download')}
          </LinkButton>
        ),
    },
  ]
  return (
    <Page title={t('imports:exports')} lead={t('imports:exports_lead')}>
      {may('persons.export') && <NewExport />}
      <Pages
        pages={pages}
        label={t('imports:exports')}
        columns={columns}
        rowKey={(e) => e.id}
        empty={
          <Empty icon={<IconDownload aria-hidden />} title={t('imports:no_exports')}>
            {t('imports:no_exports_text')}
          </Empty>
        }
      />
    </Page>
  )
}

function NewExport() {
  const lists = useLists()
  const segments = useSegments()
  const form = useForm({ of: '', format: 'csv' })
  return (
    <Card>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void form.submit(async ({ of, format }) => {
            const [kind, id] = of.split(':')
            const body: ExportNew = { what: 'persons', format: format === 'json' ? 'json' : 'csv' }
            if (kind === 'list') body.list_id = id
            if (kind === 'segment') body.segment_id = id
            await ask(createExport({ body }))
            await refresh('listExports')
          })
        }}
      >
        <FormAlerts form={form} />
        <div className={filtersCss.filters}>
          <Choice
            label={t('imports:export_of')}
            empty={t('imports:everybody')}
            value={form.values.of}
            data={[
              ...options(lists.data?.items).map((o) => ({
                value: `list:${o.value}`,
                label: t('imports:of_list', { name: o.label }),
              })),
              ...options(segments.data?.items).map((o) => ({
                value: `segment:${o.value}`,
                label: t('imports:of_segment', { name: o.label }),
              })),
            ]}
            onPick={(v) => form.set('of', v)}
          />
          <Choice
            label={t('imports:format')}
            value={form.values.format}
            data={[
              { value: 'csv', label: t('imports:csv') },
              { value: 'json', label: t('imports:json') },
            ]}
            onPick={(v) => form.set('format', v)}
          />
          <Button type="submit" loading={form.busy}>
            {t('imports:export')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
