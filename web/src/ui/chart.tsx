// Plain charts, each with its table beside it. Drawn here: bars need no library, and every number can be read.

import { SegmentedControl } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { t } from '@/lib/i18n'
import { formatNumber, formatPercent } from '@/lib/time'
import css from './chart.module.css'
import gridTableCss from './grid-table.module.css'

function Switcher({ label, view, setView }: { label: string; view: string; setView: (v: string) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label={label}
      value={view}
      data={[
        { value: 'chart', label: t('chart.chart') },
        { value: 'table', label: t('chart.table') },
      ]}
      onChange={setView}
    />
  )
}

/** Shares of a whole as horizontal bars, or as a table. */
export function ShareChart(props: {
  label: string
  items: { value: string; count: number }[]
  total: number
  head: string
}) {
  const [view, setView] = useState('chart')
  const most = Math.max(1, ...props.items.map((i) => i.count))
  return (
    <div className="stack-s">
      <div className="row row-between">
        <h2>{props.label}</h2>
        <Switcher label={t('chart.show', { name: props.label })} view={view} setView={setView} />
      </div>
      {view === 'table' ? (
        <Twin
          label={props.label}
          head={[props.head, t('chart.count'), t('chart.share')]}
          rows={props.items.map((i) => [i.value, formatNumber(i.count), formatPercent(i.count, props.total)])}
        />
      ) : (
        <ul className={css.share}>
          {props.items.map((i) => (
            <li key={i.value}>
              <span className="share-label wrap">{i.value}</span>
              <span className={css.shareBar} aria-hidden>
                <span style={{ width: `${(i.count / most) * 100}%` }} />
              </span>
              <span className={`num ${css.shareCount}`}>
                {formatNumber(i.count)} <span className="muted">({formatPercent(i.count, props.total)})</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

export interface Series {
  name: string
  values: number[]
}

/** Counts over time as columns of up to two series side by side, or as a table. */
export function TimeChart(props: { label: string; at: string[]; format: (at: string) => string; series: Series[] }) {
  const [view, setView] = useState('chart')
  const { at, series } = props
  const most = Math.max(1, ...series.flatMap((s) => s.values))
  const width = 720
  const height = 160
  const slot = width / Math.max(1, at.length)
  const bar = Math.max(1, (slot - 3) / series.length)
  return (
    <div className="stack-s">
      <div className="row row-between">
        <div className={`row ${css.legend}`}>
          {series.map((s, i) => (
            <span key={s.name} className="row">
              <span className={`${css.swatch} ${css[`series${i}`]}`} aria-hidden /> {s.name}
            </span>
          ))}
        </div>
        <Switcher label={t('chart.show', { name: props.label })} view={view} setView={setView} />
      </div>
      {view === 'table' ? (
        <Twin
          label={props.label}
          head={[t('chart.time'), ...series.map((s) => s.name)]}
          rows={at.map((x, i) => [props.format(x), ...series.map((s) => formatNumber(s.values[i] ?? 0))])}
        />
      ) : (
        <figure>
          <svg
            viewBox={`0 0 ${width} ${height + 4}`}
            className={css.columnsChart}
            role="img"
            aria-label={t('chart.described', { name: props.label, count: most })}
          >
            {[0.5, 1].map((f) => (
              <line
                key={f}
                x1={0}
                x2={width}
                y1={height - height * f + 2}
                y2={height - height * f + 2}
                className={css.gridLine}
              />
            ))}
            <line x1={0} x2={width} y1={height + 2} y2={height + 2} className={css.axis} />
            {series.map((s, k) =>
              s.values.map((v, i) => (
                <rect
                  key={`${k}-${at[i]}`}
                  className={css[`series${k}`]}
                  x={i * slot + 1 + k * bar}
                  width={Math.max(1, bar - 1)}
                  y={height + 2 - (v / most) * height}
                  height={(v / most) * height}
                >
                  <title>{`${props.format(at[i] ?? '')}: ${s.name} ${formatNumber(v)}`}</title>
                </rect>
              )),
            )}
          </svg>
          <figcaption className="row row-between muted small">
            <span>{at[0] && props.format(at[0])}</span>
            <span>{t('chart.highest', { count: most })}</span>
            <span>{at.length > 1 && props.format(at.at(-1)!)}</span>
          </figcaption>
        </figure>
      )}
    </div>
  )
}

export function Twin({ label, head, rows }: { label: string; head: string[]; rows: ReactNode[][] }) {
  return (
    <section className={`${gridTableCss.scroller} ${css.tall}`} tabIndex={0} aria-label={label}>
      <table className={gridTableCss.gridTable}>
        <thead>
          <tr>
            {head.map((h, i) => (
              <th key={h} className={i ? 'num' : undefined}>
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              {row.map((cell, i) => (
                <td key={i} className={i ? 'num' : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
