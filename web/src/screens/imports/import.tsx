// One import, from its columns to its result. Which step is shown follows from the server's state, so that it
// can be left and come back to; what was chosen but not started yet is kept as a draft.

import { Button, Switch, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useMay } from '@/app/session'
import {
  type Attribute,
  type CellProblem,
  cancelImport,
  chooseImportSheet,
  getImportOptions,
  getImportQueryKey,
  type Import,
  type ImportColumn,
  type ImportMapping,
  type ImportPreview,
  type ImportReason,
  type PreviewRow,
  previewImportOptions,
  startImport,
} from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { type FormState, useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useAttributes, useLists, usePurposes } from '@/lib/lookups'
import { queries, refresh } from '@/lib/queries'
import { formatBytes, formatNumber, formatPercent } from '@/lib/time'
import { useParam, useUrl } from '@/lib/url'
import { Alert, Bar, Card, confirm, Facts, Figure, FormAlerts, Loaded, Page, ProblemAlert, State, Time } from '@/ui/kit'
import { LinkButton } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import { DataTable } from '@/ui/table'
import { AttributeForm } from '../people/attribute-form'
import { ImportState } from './imports'
import {
  consentOf,
  fixedTargets,
  leftOut,
  mappingFaults,
  namesOf,
  remap,
  suggestMapping,
  targetsOf,
  typeOf,
} from './mapping'
import { Steps } from './steps'

interface Values {
  encoding: string
  delimiter: string
  header: boolean
  title_lines: string // empty: as the server found out
  mapping: ImportMapping[]
  names: string[] // of the columns that it is of
  list_id: string
  tags: string[]
  purpose_id: string
  consent_source: string
  update_existing: boolean
}

export default function ImportScreen() {
  const id = useParam()
  const live = useLive('import.progress', (event) => {
    if (event.id === id) void refresh('getImport', { path: { id } })
  })
  const query = useQuery({
    ...getImportOptions({ path: { id } }),
    refetchInterval: ({ state }) => {
      const running = state.data?.state === 'running' || state.data?.state === 'queued'
      return running ? (live.connected ? 5000 : 1500) : false
    },
  })
  const attributes = useAttributes()
  const item = query.data
  return (
    <Page
      title={item?.filename ?? t('imports:one')}
      back={{ href: '/imports', label: t('imports:title') }}
      state={item && <ImportState state={item.state} />}
      wide
    >
      <Loaded query={query} block={240}>
        {(i) => {
          if (i.state !== 'uploaded') return <Result item={i} />
          return (
            <Loaded query={attributes} block={240}>
              {(a) => <Prepare key={`${i.id} ${i.sheet}`} item={i} attributes={a.items} />}
            </Loaded>
          )
        }}
      </Loaded>
    </Page>
  )
}

function Prepare({ item, attributes }: { item: Import; attributes: Attribute[] }) {
  const [{ step }, setUrl] = useUrl()
  const form = useForm<Values>(
    {
      encoding: item.encoding,
      delimiter: item.delimiter,
      header: item.header,
      title_lines: '',
      mapping: suggestMapping(item.columns),
      names: namesOf(item.columns),
      list_id: '',
      tags: [],
      purpose_id: '',
      consent_source: '',
      update_existing: true,
    },
    { draft: `import-${item.id}-${item.sheet ?? ''}` },
  )
  const { encoding, delimiter, header, title_lines, mapping, names, purpose_id } = form.values
  const reading = { encoding, delimiter, header, ...(title_lines === '' ? {} : { title_lines: Number(title_lines) }) }
  const targets = targetsOf(mapping, Math.max(0, ...mapping.map((m) => m.column + 1)))
  const preview = useQuery({
    ...previewImportOptions({
      path: { id: item.id },
      query: { rows: 20, ...reading, mapping: targets, ...(purpose_id ? { purpose_id } : {}) },
    }),
    placeholderData: keepPreviousData,
  })
  // Read in another way, a file has other columns, or the same number with another meaning: what they are is asked anew.
  const read = preview.isPlaceholderData ? undefined : preview.data
  const { set } = form
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read anew counts
  useEffect(() => {
    if (!read) return
    const now = namesOf(read.columns)
    if (JSON.stringify(now) === JSON.stringify(names)) return
    set('mapping', remap(mapping, names, read.columns))
    set('names', now)
  }, [read])
  const onOptions = step === 'options'
  return (
    <>
      <Steps at={onOptions ? 'options' : 'columns'} />
      <FormAlerts form={form} />
      {onOptions ? (
        <Options form={form} item={item} preview={preview.data} back={() => setUrl({ step: undefined })} />
      ) : (
        <>
          <Reading form={form} item={item} titleLines={preview.data?.title_lines ?? item.title_lines} />
          <Loaded query={preview} block={240}>
            {(p) => (
              <Columns
                form={form}
                preview={p}
                attributes={attributes}
                checking={preview.isPlaceholderData}
                next={() => setUrl({ step: 'options' })}
              />
            )}
          </Loaded>
        </>
      )}
    </>
  )
}

const NEW = 'new'
const MOST_NAMES = 8

function listOf(columns: ImportColumn[]): string {
  const names = columns.slice(0, MOST_NAMES).map((c) => c.name)
  return names.join(', ') + (columns.length > MOST_NAMES ? ' …' : '')
}

const encodings = ['UTF-8', 'windows-1252', 'ISO-8859-1', 'UTF-16LE']
const delimiters = [',', ';', '\t', '|']

function Reading({ form, item, titleLines }: { form: FormState<Values>; item: Import; titleLines: number }) {
  const { values, set } = form
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  async function choose(sheet: string) {
    setBusy(true)
    setProblem(undefined)
    try {
      const read = await ask(chooseImportSheet({ path: { id: item.id }, body: { sheet } }))
      queries.setQueryData(getImportQueryKey({ path: { id: item.id } }), read)
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const above = Math.max(10, titleLines)
  return (
    <Card title={t('imports:reading')} note={t('imports:reading_note')}>
      {problem !== undefined && <ProblemAlert problem={problem} />}
      <div className="two">
        {item.sheet ? (
          <Choice
            label={t('imports:sheet')}
            description={busy ? t('imports:sheet_busy') : undefined}
            disabled={busy || item.sheets.length < 2}
            value={item.sheet}
            data={item.sheets.map((s) => ({ value: s, label: s }))}
            onPick={(v) => void choose(v)}
          />
        ) : (
          <>
            <Choice
              label={t('imports:encoding')}
              value={values.encoding}
              data={[...new Set([values.encoding, ...encodings])].map((e) => ({ value: e, label: e }))}
              onPick={(v) => set('encoding', v)}
            />
            <Choice
              label={t('imports:delimiter')}
              value={values.delimiter}
              data={[...new Set([values.delimiter, ...delimiters])].map((d) => ({
                value: d,
                label:
                  {
                    ',': t('imports:comma'),
                    ';': t('imports:semicolon'),
                    '\t': t('imports:tab'),
                    '|': t('imports:pipe'),
                  }[d] ?? d,
              }))}
              onPick={(v) => set('delimiter', v)}
            />
          </>
        )}
        <Choice
          label={t('imports:title_lines')}
          value={String(titleLines)}
          data={Array.from({ length: above + 1 }, (_, n) => ({
            value: String(n),
            label: n === 0 ? t('imports:title_lines_none') : t('imports:title_lines_count', { count: n }),
          }))}
          onPick={(v) => set('title_lines', v)}
        />
        <Switch label={t('imports:header')} mt={28} {...form.check('header')} />
      </div>
    </Card>
  )
}

function Columns(props: {
  form: FormState<Values>
  preview: ImportPreview
  attributes: Attribute[]
  checking: boolean
  next: () => void
}) {
  const { form, preview, attributes } = props
  const { mapping } = form.values
  const may = useMay()
  const purposes = usePurposes()
  const [asked, setAsked] = useState<ImportColumn>()
  const faults = mappingFaults(mapping)
  const target = (index: number) => mapping.find((m) => m.column === index)?.target ?? 'ignore'
  const choose = (column: number, to: string) =>
    form.set(
      'mapping',
      [...mapping.filter((m) => m.column !== column), { column, target: to }].sort((a, b) => a.column - b.column),
    )
  const targets = [
    { value: 'ignore', label: t('imports:targets.ignore') },
    ...fixedTargets.map((f) => ({ value: f as string, label: t(`imports:targets.${f}`) })),
    ...attributes.map((a) => ({
      value: `attribute:${a.key}`,
      label: t('imports:targets.attribute', { name: a.label }),
    })),
    ...(purposes.data?.items ?? []).map((p) => ({
      value: `consent:${p.id}`,
      label: t('imports:targets.consent', { name: p.label }),
    })),
    ...(may('persons.write') ? [{ value: NEW, label: t('imports:targets.new') }] : []),
  ]
  const rejected = preview.rows.filter((r) => r.problems.some((p) => !p.warning)).length
  const warned = preview.rows.filter((r) => r.problems.length > 0 && r.problems.every((p) => p.warning)).length
  const out = leftOut(mapping, preview.columns)
  return (
    <>
      <Card title={t('imports:mapping')} note={t('imports:mapping_note')} flush>
        <ul className="mapping">
          {preview.columns.map((c) => {
            const to = target(c.index)
            return (
              <li key={c.index} className={to === 'ignore' ? 'ignored' : undefined}>
                <div className="grow">
                  <div className="strong wrap">{c.name || t('imports:column_no', { no: c.index + 1 })}</div>
                  <div className="muted small wrap">
                    {c.sample.filter(Boolean).slice(0, 3).join(' · ') || t('imports:no_sample')}
                  </div>
                </div>
                <Choice
                  className="mapping-target"
                  aria-label={t('imports:goes_to', { name: c.name })}
                  value={to}
                  data={targets}
                  onPick={(v) => (v === NEW ? setAsked(c) : choose(c.index, v))}
                />
              </li>
            )
          })}
        </ul>
      </Card>
      {asked && (
        <AttributeForm
          key={asked.index}
          like={{ label: asked.name, type: typeOf(asked.sample) }}
          made={(a) => choose(asked.index, `attribute:${a.key}`)}
          close={() => setAsked(undefined)}
        />
      )}
      {out.length > 0 && <Alert tone="info">{t('imports:left_out', { count: out.length, names: listOf(out) })}</Alert>}
      {form.errors.mapping && <Alert tone="bad">{form.errors.mapping}</Alert>}
      {faults.map((f) => (
        <Alert key={f.fault + (f.target ?? '')} tone="warn">
          {t(`imports:faults.${f.fault}`, { target: targets.find((x) => x.value === f.target)?.label })}
        </Alert>
      ))}
      <Card
        title={t('imports:first_rows', { count: preview.rows.length })}
        actions={
          <span className="row" aria-live="polite" aria-busy={props.checking}>
            {rejected > 0 && <State tone="bad">{t('imports:rows_troubled', { count: rejected })}</State>}
            {warned > 0 && <State tone="warn">{t('imports:rows_warned', { count: warned })}</State>}
            {rejected + warned === 0 && <State tone="good">{t('imports:rows_fine')}</State>}
          </span>
        }
      >
        <section className="scroller" tabIndex={0} aria-label={t('imports:first_rows', { count: preview.rows.length })}>
          <table className="grid-table">
            <thead>
              <tr>
                <th className="num">{t('imports:line')}</th>
                {preview.columns.map((c) => (
                  <th key={c.index}>{c.name || t('imports:column_no', { no: c.index + 1 })}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {preview.rows.map((row) => (
                <tr key={row.line}>
                  <td className={`num ${classOf(ofRow(row)) ?? ''}`}>
                    {row.line}
                    <Problems of={ofRow(row)} />
                  </td>
                  {row.cells.map((cell, i) => {
                    const wrong = row.problems.filter((p) => p.column === i)
                    return (
                      <td key={i} className={classOf(wrong)}>
                        {cell}
                        <Problems of={wrong} />
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <p className="muted small">{t('imports:rejected_note')}</p>
      </Card>
      <div className="row">
        <Button disabled={faults.length > 0} onClick={props.next}>
          {t('imports:to_options')}
        </Button>
      </div>
    </>
  )
}

const classOf = (of: CellProblem[]) => (of.length === 0 ? undefined : of.some((p) => !p.warning) ? 'problem' : 'noted')

/** What is about the whole row, or about a cell that it does not have. */
const ofRow = (row: PreviewRow) => row.problems.filter((p) => p.column < 0 || p.column >= row.cells.length)

const Problems = ({ of }: { of: CellProblem[] }) =>
  of.map((p) => (
    <div key={p.message} className="small">
      <State tone={p.warning ? 'warn' : 'bad'}>{p.message}</State>
    </div>
  ))

function Options(props: {
  form: FormState<Values>
  item: Import
  preview: ImportPreview | undefined
  back: () => void
}) {
  const { form, item, preview, back } = props
  const lists = useLists()
  const purposes = usePurposes()
  const { values, set } = form
  const kept = values.mapping.filter((m) => m.target !== 'ignore').length
  const out = leftOut(values.mapping, preview?.columns ?? item.columns)
  const byColumn = values.mapping.flatMap((m) => consentOf(m.target) ?? [])
  const asksSource = values.purpose_id !== '' || byColumn.length > 0
  return (
    <form
      className="sections narrow"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit(async (v) => {
          const started = await ask(
            startImport({
              path: { id: item.id },
              body: {
                encoding: v.encoding,
                delimiter: v.delimiter,
                header: v.header,
                ...(v.title_lines === '' ? {} : { title_lines: Number(v.title_lines) }),
                mapping: v.mapping,
                options: {
                  tags: v.tags,
                  update_existing: v.update_existing,
                  ...(v.list_id ? { list_id: v.list_id } : {}),
                  ...(v.purpose_id ? { purpose_id: v.purpose_id } : {}),
                  ...(asksSource ? { consent_source: v.consent_source } : {}),
                },
              },
            }),
          )
          queries.setQueryData(getImportQueryKey({ path: { id: item.id } }), started)
        })
      }}
    >
      <Card title={t('imports:options')}>
        <Choice
          label={t('imports:add_to_list')}
          empty={t('none')}
          value={values.list_id}
          error={form.errors.list_id}
          data={options(lists.data?.items)}
          onPick={(v) => set('list_id', v)}
        />
        <TagPicker
          label={t('imports:add_tags')}
          value={values.tags}
          error={form.errors.tags}
          onChange={(v) => set('tags', v)}
        />
        <Choice
          label={t('imports:consent_to')}
          description={t('imports:consent_note')}
          empty={t('imports:no_consent')}
          value={values.purpose_id}
          error={form.errors.purpose_id}
          data={(purposes.data?.items ?? [])
            .filter((p) => !byColumn.includes(p.id))
            .map((p) => ({ value: p.id, label: p.label }))}
          onPick={(v) => set('purpose_id', v)}
        />
        {byColumn.length > 0 && <p className="muted">{t('imports:consent_by_column')}</p>}
        {asksSource && (
          <TextInput
            label={t('imports:consent_source')}
            description={t('imports:consent_source_note')}
            required
            {...form.text('consent_source')}
          />
        )}
        <Switch
          label={t('imports:update_existing')}
          description={t('imports:update_note')}
          {...form.check('update_existing')}
        />
      </Card>
      <p className="muted">
        {t('imports:summary', { count: kept, file: item.filename, size: formatBytes(item.bytes) })}
        {out.length > 0 && ` ${t('imports:left_out', { count: out.length, names: listOf(out) })}`}
      </p>
      <div className="row">
        <Button type="submit" loading={form.busy}>
          {t('imports:start')}
        </Button>
        <Button variant="default" onClick={back}>
          {t('imports:back')}
        </Button>
      </div>
    </form>
  )
}

function Result({ item }: { item: Import }) {
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
      <div className="figures">
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
            [t('imports:tags'), item.options?.tags?.join(', ') || '–'],
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
