import { Link } from './link'

/** One row of figures that are links to the people behind them. */
export function Figure(props: { label: string; value: string; note?: string; href?: string }) {
  const inner = (
    <>
      <span className="figure-value">{props.value}</span>
      <span className="figure-label">{props.label}</span>
      {props.note && <span className="figure-note">{props.note}</span>}
    </>
  )
  return props.href ? (
    <Link className="figure figure-link" href={props.href}>
      {inner}
    </Link>
  ) : (
    <div className="figure">{inner}</div>
  )
}
