import { type Import, listImportsOptions } from '@/client'
import { useLive } from '@/lib/events'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { Bar } from '@/ui/bar'
import { Empty } from '@/ui/empty'
import { IconFileImport, IconPlus } from '@/ui/icons'
import { Link, LinkButton } from '@/ui/link'
import { Page } from '@/ui/page'
import { State, type Tone } from '@/ui/state'
import { type Column, Pages, useWhole } from '@/ui/table'
import { Time } from '@/ui/time'

const tones: Record<Import['state'], Tone> = {
  uploading: 'busy',
  uploaded: 'warn',
  queued: 'busy',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'idle',
}

export const ImportState = ({ state }: { state: Import['state'] }) => (
  <State tone={tones[state]}>{t(`imports:states.${state}`)}</State>
)

export default function Imports() {
  const pages = useWhole(listImportsOptions())
  useLive('import.progress', () => void pages.refetch())
  const columns: Column<Import>[] = [
    {
      key: 'file',
      header: t('imports:file'),
      bare: true,
      cell: (i) => <Link href={`/imports/${i.id}`}>{i.filename}</Link>,
    },
    {
      key: 'state',
      header: t('imports:state'),
      cell: (i) => (
        <span className="stack-s">
          <ImportState state={i.state} />
          {i.state === 'running' && <Bar value={i.progress} label={t('imports:progress_of', { name: i.filename })} />}
        </span>
      ),
    },
    { key: 'read', header: t('imports:read'), number: true, cell: (i) => formatNumber(i.counts.read) },
    {
      key: 'created',
      header: t('imports:created'),
      number: true,
      cell: (i) => formatNumber(i.counts.created),
    },
    {
      key: 'updated',
      header: t('imports:updated'),
      number: true,
      cell: (i) => formatNumber(i.counts.updated),
    },
    {
      key: 'rejected',
      header: t('imports:rejected'),
      number: true,
      cell: (i) => (i.counts.rejected ? <State tone="warn">{formatNumber(i.counts.rejected)}</State> : '0'),
    },
    { key: 'at', header: t('imports:uploaded_at'), cell: (i) => <Time at={i.created_at} /> },
  ]
  const create = (
    <LinkButton href="/imports/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t('imports:new')}
    </LinkButton>
  )
  return (
    <Page title={t('imports:title')} lead={t('imports:lead')} actions={create}>
      <Pages
        pages={pages}
        label={t('imports:title')}
        columns={columns}
        rowKey={(i) => i.id}
        empty={
          <Empty icon={<IconFileImport aria-hidden />} title={t('imports:empty')} action={create}>
            {t('imports:empty_text')}
          </Empty>
        }
      />
    </Page>
  )
}
