import type { ReactNode } from 'react'
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX, IconLoader } from './icons'
import css from './state.module.css'

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'idle'

export const toneIcon = {
  good: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  busy: IconLoader,
  idle: IconCircleDashed,
}

export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = toneIcon[tone]
  return (
    <span className={`${css.state} ${css[tone]}`}>
      <Icon size={15} aria-hidden /> {children}
    </span>
  )
}
