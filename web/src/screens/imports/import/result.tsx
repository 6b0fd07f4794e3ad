import { Button } from '@mantine/core'
import { cancelImport, type Import, type ImportReason } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { listOf } from '@/lib/intl'
import { refresh } from '@/lib/queries'
import { formatBytes, formatNumber, formatPercent } from '@/lib/time'
import { Alert } from '@/ui/alert'
import { Bar } from '@/ui/bar'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Facts } from '@/ui/facts'
import { Figure } from '@/ui/figure'
import figureCss from '@/ui/figure.module.css'
import { LinkButton } from '@/ui/link'
import { DataTable } from '@/ui/table'
import { Time } from '@/ui/time'
import { Steps } from '../steps'

export function Result({ item }: { item: Import }) {
  const running = item.state === 'running' || item.state === 'queued'
  const { counts } = item
  return (
    <>
      <Steps at="result" />
      {running && (
        <Card>
          <div className="row row-between">
            <strong>{t(item.state === 'queued' ? 'imports:waiting' : 'imports:running')}</strong>
            <span className="num">{formatPercent(item.progress, 1)}</span>
          </div>
          <Bar value={item.progress} label={t('imports:progress_of', { name: item.filename })} />
          <p className="muted">{t('imports:may_leave')}</p>
          <div>
            <Button
              variant="default"
              onClick={() =>
                confirm({
                  title: t('imports:cancel_title', { name: item.filename }),
                  body: t('imports:cancel_body', { count: counts.created + counts.updated }),
                  label: t('imports:cancel_label'),
                  run: async () => {
                    await ask(cancelImport({ path: { id: item.id } }))
                    await refresh('getImport', { path: { id: item.id } })
                  },
                })
              }
            >
              {t('imports:cancel')}
            </Button>
          </div>
        </Card>
      )}
      {item.error && (
        <Alert tone="bad" title={t('imports:failed')}>
          <p>{item.error}</p>
          <p>{t('imports:failed_text')}</p>
        </Alert>
      )}
      <div className={figureCss.figures}>
        <Figure label={t('imports:read')} value={formatNumber(counts.read)} />
        <Figure label={t('imports:created')} value={formatNumber(counts.created)} />
        <Figure label={t('imports:updated')} value={formatNumber(counts.updated)} />
        <Figure label={t('imports:unchanged')} value={formatNumber(counts.unchanged)} />
        <Figure label={t('imports:rejected')} value={formatNumber(counts.rejected)} />
        {counts.warned > 0 && (
          <Figure label={t('imports:warned')} value={formatNumber(counts.warned)} note={t('imports:warned_note')} />
        )}
      </div>
      {!running && counts.rejected > 0 && (
        <Alert
          tone="warn"
          title={t('imports:rejected_rows', { count: counts.rejected })}
          actions={
            <LinkButton size="xs" variant="default" download href={`/api/v1/imports/${item.id}/rejects`}>
              {t('imports:download_rejects')}
            </LinkButton>
          }
        >
          {t('imports:rejected_text')}
        </Alert>
      )}
      <Reasons title={t('imports:why_rejected')} of={item.reasons.filter((r) => r.rejected)} />
      {!running && counts.warned > 0 && (
        <Alert
          tone="info"
          title={t('imports:warned_rows', { count: counts.warned })}
          actions={
            <LinkButton size="xs" variant="default" download href={`/api/v1/imports/${item.id}/warnings`}>
              {t('imports:download_warnings')}
            </LinkButton>
          }
        >
          {t('imports:warned_text')}
        </Alert>
      )}
      <Reasons title={t('imports:why_warned')} of={item.reasons.filter((r) => !r.rejected)} />
      {item.state === 'done' && counts.rejected + counts.warned === 0 && (
        <Alert tone="good">{t('imports:all_in')}</Alert>
      )}
      <Card title={t('imports:about')}>
        <Facts
          items={[
            [t('imports:uploaded_at'), <Time key="a" at={item.created_at} />],
            [t('imports:finished_at'), <Time key="b" at={item.finished_at} />],
            [t('imports:size'), formatBytes(item.bytes)],
            item.sheet ? [t('imports:sheet'), item.sheet] : [t('imports:encoding'), item.encoding],
            [t('imports:tags'), listOf(item.options?.tags ?? []) || '–'],
          ]}
        />
      </Card>
      {item.state === 'done' && counts.created + counts.updated > 0 && (
        <div className="row">
          <LinkButton href={`/persons?imported=${item.id}`}>{t('imports:see')}</LinkButton>
        </div>
      )}
      {(item.state === 'failed' || item.state === 'cancelled') && (
        <div className="row">
          <LinkButton href="/imports/new">{t('imports:again')}</LinkButton>
        </div>
      )}
    </>
  )
}

/** Why, by column and in words, with how many rows each. */
function Reasons({ title, of }: { title: string; of: ImportReason[] }) {
  if (of.length === 0) return null
  return (
    <Card title={title} flush>
      <DataTable
        label={title}
        rows={[...of].sort((a, b) => b.rows - a.rows)}
        rowKey={(r) => `${r.column} ${r.message}`}
        columns={[
          {
            key: 'column',
            header: t('imports:column'),
            cell: (r) => r.column || <span className="muted">{t('imports:whole_row')}</span>,
          },
          { key: 'reason', header: t('imports:reason'), cell: (r) => r.message },
          { key: 'rows', header: t('imports:rows'), number: true, width: 110, cell: (r) => formatNumber(r.rows) },
        ]}
      />
    </Card>
  )
}
