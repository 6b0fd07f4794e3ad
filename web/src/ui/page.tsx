import { IconArrowLeft } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { Link } from './link'

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
    <div className={props.wide ? 'page page-wide' : 'page'}>
      <header className="page-head">
        <div className="page-title">
          {props.back && (
            <Link className="back" href={props.back.href}>
              <IconArrowLeft size={16} aria-hidden /> {props.back.label}
            </Link>
          )}
          <div className="title-line">
            {props.face}
            <h1>{props.title}</h1>
            {props.state}
          </div>
          {props.lead && <p className="lead">{props.lead}</p>}
        </div>
        {props.actions && <div className="page-actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  )
}
