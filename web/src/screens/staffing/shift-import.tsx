// Shifts from a table: looked at first, then made. Rows that cannot be read are named with the reason and left out.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import { importShifts, type TableResult } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Problem } from '@/lib/problem'
import { formatBytes, formatNumber } from '@/lib/time'
import { Alert, ProblemAlert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Figure } from '@/ui/figure'
import figureCss from '@/ui/figure.module.css'
import { IconUpload } from '@/ui/icons'
import { LinkButton, useGo } from '@/ui/link'
import { Page } from '@/ui/page'
import { DataTable } from '@/ui/table'
import { toast } from '@/ui/toast'
import { refreshShifts } from './data'
import css from './shift-import.module.css'

const MOST = 4 << 20

const send = (file: File, check: boolean) => ask(importShifts({ query: { check }, body: file }))

export default function ShiftImport() {
  const go = useGo()
  const input = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<File>()
  const [found, setFound] = useState<TableResult>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()

  async function check(next: File | undefined) {
    if (!next) return
    setFile(next)
    setFound(undefined)
    setProblem(undefined)
    if (next.size > MOST) {
      setProblem(new Problem({ status: 413, detail: t('staffing:import.too_big', { size: formatBytes(next.size) }) }))
      return
    }
    setBusy(true)
    try {
      setFound(await send(next, true))
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  async function make() {
    if (!file) return
    setBusy(true)
    setProblem(undefined)
    try {
      const made = await send(file, false)
      await refreshShifts()
      toast('good', t('staffing:import.done', { count: made.created }))
      go('/shifts?state=draft')
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Page
      title={t('staffing:import.title')}
      lead={t('staffing:import.lead')}
      back={{ href: '/shifts', label: t('staffing:board.title') }}
    >
      {problem !== undefined && <ProblemAlert problem={problem} />}
      <Card title={t('staffing:import.file')}>
        <p>{t('staffing:import.columns')}</p>
        {/* biome-ignore lint/a11y/useSemanticElements: nothing but a <pre> keeps the lines */}
        <pre className={css.example} tabIndex={0} role="region" aria-label={t('staffing:import.example')}>
          {t('staffing:import.example_file')}
        </pre>
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
          className="sr"
          tabIndex={-1}
          aria-label={t('staffing:import.choose')}
          onChange={(e) => {
            void check(e.currentTarget.files?.[0])
            e.currentTarget.value = ''
          }}
        />
        <div className="row">
          <Button
            variant={found ? 'default' : 'filled'}
            loading={busy && !found}
            leftSection={<IconUpload size={16} aria-hidden />}
            onClick={() => input.current?.click()}
          >
            {t(file ? 'staffing:import.other' : 'staffing:import.choose')}
          </Button>
          {file && <span className="wrap">{file.name}</span>}
        </div>
      </Card>
      {found && (
        <>
          <div className={figureCss.figures} aria-live="polite">
            <Figure label={t('staffing:import.rows')} value={formatNumber(found.rows)} />
            <Figure label={t('staffing:import.new')} value={formatNumber(found.created)} />
            <Figure
              label={t('staffing:import.there')}
              value={formatNumber(found.skipped)}
              note={t('staffing:import.there_note')}
            />
            <Figure label={t('staffing:import.bad')} value={formatNumber(found.bad_rows)} />
          </div>
          {found.bad.length > 0 && (
            <Card
              title={t('staffing:import.bad_title', { count: found.bad_rows })}
              note={
                found.bad_rows > found.bad.length
                  ? t('staffing:import.bad_first', { count: found.bad.length })
                  : t('staffing:import.bad_note')
              }
              flush
            >
              <DataTable
                label={t('staffing:import.bad')}
                rows={found.bad}
                rowKey={(b) => `${b.row} ${b.reason}`}
                columns={[
                  {
                    key: 'row',
                    header: t('staffing:import.row'),
                    number: true,
                    width: 90,
                    cell: (b) => formatNumber(b.row),
                  },
                  { key: 'reason', header: t('staffing:import.reason'), cell: (b) => b.reason },
                ]}
              />
            </Card>
          )}
          {found.warnings.length > 0 && (
            <Card title={t('staffing:import.warnings')} note={t('staffing:import.warnings_note')} flush>
              <DataTable
                label={t('staffing:import.warnings')}
                rows={found.warnings}
                rowKey={(b) => `${b.row} ${b.reason}`}
                columns={[
                  {
                    key: 'row',
                    header: t('staffing:import.row'),
                    number: true,
                    width: 90,
                    cell: (b) => formatNumber(b.row),
                  },
                  { key: 'reason', header: t('staffing:import.how'), cell: (b) => b.reason },
                ]}
              />
            </Card>
          )}
          {found.created === 0 && (
            <Alert tone="warn" title={t('staffing:import.nothing')}>
              {t('staffing:import.nothing_text')}
            </Alert>
          )}
          <div className="row">
            <Button loading={busy} disabled={found.created === 0} onClick={() => void make()}>
              {t('staffing:import.make', { count: found.created })}
            </Button>
            <LinkButton variant="default" href="/shifts">
              {t('cancel')}
            </LinkButton>
          </div>
        </>
      )}
    </Page>
  )
}
