import type { ReactNode } from 'react'
import { store } from './store'

interface Question {
  title: string
  body: ReactNode
  label: string
  danger?: boolean
  run: () => unknown
  /** When it is closed without that. */
  cancel?: () => void
}

export const question = store<Question | undefined>(undefined)

/** Asks before something that cannot be undone; title and label name the object and the count. */
export const confirm = (q: Question) => question.set(q)
