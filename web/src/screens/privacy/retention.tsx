// How long each kind of data is kept: the rules, and what a rule would remove before it is saved.

import { Button, NumberInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '@/app/session'
import { type CategoryView, listRetentionOptions, previewRetentionOptions, setRetention } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatDate } from '@/lib/time'
import { Alert } from '@/ui/alert'
import { DialogForm } from '@/ui/dialog-form'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { type Column, DataTable } from '@/ui/table'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { readMonths } from './months'

/** "2 years", "18 months", or until somebody erases it. */
export function periodWords(months: number | undefined | null): string {
  if (!months) return t('keeping:for_ever')
  return months % 12 === 0 ? t('keeping:years', { count: months / 12 }) : t('keeping:months', { count: months })
}

export default function Retention() {
  const may = useMay()
  const [changing, setChanging] = useState<CategoryView>()
  const query = useQuery(listRetentionOptions())
  const columns: Column<CategoryView>[] = [
    {
      key: 'category',
      header: t('keeping:category'),
      bare: true,
      cell: (c) => (
        <>
          <strong>{c.label}</strong>
          <div className="muted small">{c.what}</div>
        </>
      ),
    },
    {
      key: 'kept',
      header: t('keeping:kept'),
      cell: (c) => <span className={c.months ? undefined : 'muted'}>{periodWords(c.months)}</span>,
    },
    {
      key: 'last',
      header: t('keeping:last_run'),
      cell: (c) =>
        c.last_run_at ? (
          <>
            {t('keeping:removed', { count: c.last_removed ?? 0 })}
            <div className="muted small">
              <Time at={c.last_run_at} />
            </div>
          </>
        ) : (
          <span className="muted">{c.months ? t('keeping:never_run') : '–'}</span>
        ),
    },
    ...(may('settings.manage')
      ? [
          {
            key: 'change',
            header: '',
            cell: (c: CategoryView) => (
              <Button
                variant="default"
                size="xs"
                aria-label={t('keeping:change_named', { label: c.label })}
                onClick={() => setChanging(c)}
              >
                {t('keeping:change')}
              </Button>
            ),
          },
        ]
      : []),
  ]
  return (
    <Page title={t('keeping:retention')} lead={t('keeping:retention_lead')} wide>
      <Loaded query={query} block={320}>
        {(view) => (
          <DataTable label={t('keeping:retention')} columns={columns} rows={view.items} rowKey={(c) => c.category} />
        )}
      </Loaded>
      {changing && <Rule of={changing} close={() => setChanging(undefined)} />}
    </Page>
  )
}

function Rule({ of, close }: { of: CategoryView; close: () => void }) {
  const form = useForm({ months: of.months ? String(of.months) : '' })
  const months = readMonths(form.values.months)
  const preview = useQuery({
    ...previewRetentionOptions({ path: { category: of.category }, query: { months: months as number } }),
    enabled: typeof months === 'number',
  })
  const count = typeof months === 'number' ? (preview.data?.would_remove ?? 0) : 0
  return (
    <DialogForm
      open
      title={t('keeping:rule_title', { label: of.label })}
      form={form}
      label={count > 0 ? t('keeping:rule_save_removing', { count }) : t('keeping:rule_save')}
      onClose={close}
      send={async () => {
        if (months === undefined) {
          form.setError('months', t('keeping:wrong_months'))
          throw new Error(t('keeping:wrong_months'))
        }
        await ask(setRetention({ path: { category: of.category }, body: { months: months ?? undefined } }))
        await refresh(['listRetention', 'previewRetention'])
        toast('good', t('keeping:rule_saved', { label: of.label }))
      }}
    >
      <p>{of.what}</p>
      <NumberInput
        label={t('keeping:rule_months')}
        description={t('keeping:rule_months_hint')}
        min={1}
        max={1200}
        allowDecimal={false}
        value={form.values.months}
        error={form.errors.months ?? (months === undefined ? t('keeping:wrong_months') : undefined)}
        onChange={(value) => form.set('months', String(value))}
        data-autofocus
      />
      <div aria-live="polite">
        {months === null && <Alert tone="info">{t('keeping:preview_empty')}</Alert>}
        {typeof months === 'number' && preview.data && (
          <Alert tone={count > 0 ? 'warn' : 'info'}>
            {count > 0 ? t('keeping:preview', { count }) : t('keeping:preview_none')}{' '}
            {count > 0 && preview.data.oldest && t('keeping:preview_oldest', { at: formatDate(preview.data.oldest) })}
          </Alert>
        )}
      </div>
    </DialogForm>
  )
}
