import { Button } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import type { Attribute, CellProblem, ImportColumn, ImportPreview, PreviewRow } from '@/client'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { usePurposes } from '@/lib/lookups'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import gridTableCss from '@/ui/grid-table.module.css'
import { Choice } from '@/ui/pick'
import { State } from '@/ui/state'
import { AttributeForm } from '../../people/attribute-form'
import { fixedTargets, leftOut, mappingFaults, typeOf } from '../mapping'
import css from './columns.module.css'
import type { Values } from './prepare'

const NEW = 'new'

const MOST_NAMES = 8

export function listOf(columns: ImportColumn[]): string {
  const names = columns.slice(0, MOST_NAMES).map((c) => c.name)
  return names.join(', ') + (columns.length > MOST_NAMES ? ' …' : '')
}

export function Columns(props: {
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
        <ul className={css.mapping}>
          {preview.columns.map((c) => {
            const to = target(c.index)
            return (
              <li key={c.index} className={to === 'ignore' ? css.ignored : undefined}>
                <div className="grow">
                  <div className="strong wrap">{c.name || t('imports:column_no', { no: c.index + 1 })}</div>
                  <div className="muted small wrap">
                    {c.sample.filter(Boolean).slice(0, 3).join(' · ') || t('imports:no_sample')}
                  </div>
                </div>
                <Choice
                  className={css.mappingTarget}
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
        <section
          className={gridTableCss.scroller}
          tabIndex={0}
          aria-label={t('imports:first_rows', { count: preview.rows.length })}
        >
          <table className={gridTableCss.gridTable}>
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

const classOf = (of: CellProblem[]) =>
  of.length === 0 ? undefined : of.some((p) => !p.warning) ? gridTableCss.problem : gridTableCss.noted

/** What is about the whole row, or about a cell that it does not have. */
const ofRow = (row: PreviewRow) => row.problems.filter((p) => p.column < 0 || p.column >= row.cells.length)

const Problems = ({ of }: { of: CellProblem[] }) =>
  of.map((p) => (
    <div key={p.message} className="small">
      <State tone={p.warning ? 'warn' : 'bad'}>{p.message}</State>
    </div>
  ))
