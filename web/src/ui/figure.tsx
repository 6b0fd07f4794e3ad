import css from './figure.module.css'
import { Link } from './link'

/** One row of figures that are links to the people behind them. */
export function Figure(props: { label: string; value: string; note?: string; href?: string }) {
  const inner = (
    <>
      <span className={css.value}>{props.value}</span>
      <span className={css.label}>{props.label}</span>
      {props.note && <span className={css.note}>{props.note}</span>}
    </>
  )
  return props.href ? (
    <Link className={`${css.figure} ${css.link}`} href={props.href}>
      {inner}
    </Link>
  ) : (
    <div className={css.figure}>{inner}</div>
  )
}
