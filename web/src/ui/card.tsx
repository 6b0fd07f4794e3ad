import type { ReactNode } from 'react'
import css from './card.module.css'

export function Card(props: {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  flush?: boolean
  id?: string
  children: ReactNode
}) {
  return (
    <section className={props.flush ? `${css.card} ${css.flush}` : css.card} id={props.id}>
      {(props.title || props.actions) && (
        <header className={css.head}>
          <div>
            {props.title && <h2>{props.title}</h2>}
            {props.note && <p className="muted">{props.note}</p>}
          </div>
          {props.actions && <div className="row">{props.actions}</div>}
        </header>
      )}
      {props.children}
    </section>
  )
}
