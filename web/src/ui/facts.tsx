import type { ReactNode } from 'react'
import css from './facts.module.css'

export function Facts({ items }: { items: [label: ReactNode, value: ReactNode][] }) {
  return (
    <dl className={css.facts}>
      {items.map(([label, value], i) => (
        <div key={i}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
