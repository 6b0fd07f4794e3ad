import type { ReactNode } from 'react'

export function Card(props: {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  flush?: boolean
  id?: string
  children: ReactNode
}) {
  return (
    <section className={props.flush ? 'card card-flush' : 'card'} id={props.id}>
      {(props.title || props.actions) && (
        <header className="card-head">
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
