import { type ReactNode, useEffect } from 'react'
import { IconArrowLeft } from './icons'
import { Link } from './link'
import css from './page.module.css'

export function Page(props: {
  title: string
  lead?: ReactNode
  back?: { href: string; label: string }
  /** A picture beside the title. */
  face?: ReactNode
  state?: ReactNode
  actions?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${props.title} · Varde`
  }, [props.title])
  return (
    <div className={props.wide ? `${css.page} ${css.wide}` : css.page}>
      <header className={css.head}>
        <div className={css.title}>
          {props.back && (
            <Link className={css.back} href={props.back.href}>
              <IconArrowLeft size={16} aria-hidden /> {props.back.label}
            </Link>
          )}
          <div className={css.titleLine}>
            {props.face}
            <h1>{props.title}</h1>
            {props.state}
          </div>
          {props.lead && <p className={css.lead}>{props.lead}</p>}
        </div>
        {props.actions && <div className={css.actions}>{props.actions}</div>}
      </header>
      {props.children}
    </div>
  )
}
