import { t } from '@/lib/i18n'
import { adviceFor, saysItself, toProblem } from '@/lib/problem'
import type { Tone } from './state'
import { store } from './store'

// Toasts and confirmations live outside the tree of screens, so that any handler can call them.

type ToastItem = { id: number; tone: Tone; text: string }

export const toasts = store<ToastItem[]>([])

let nextToast = 1

export function toast(tone: Tone, text: string) {
  const id = nextToast++
  toasts.set([...toasts.get(), { id, tone, text }].slice(-4))
  setTimeout(() => toasts.set(toasts.get().filter((i) => i.id !== id)), tone === 'bad' ? 12_000 : 5000)
}

/** Says a failed action aloud when there is no form to put it in. */
export const toastProblem = (error: unknown) => {
  const problem = toProblem(error)
  const advice = adviceFor(problem)
  const words = saysItself(problem)
    ? [problem.detail, ...problem.errors.map((e) => e.message)]
    : [t(`problem.${advice}`)]
  if (problem.retryAfter) words.push(t('problem.wait', { seconds: problem.retryAfter }))
  if (advice === 'server' && problem.requestId) words.push(t('problem.request', { id: problem.requestId }))
  toast('bad', [...new Set(words)].join(' '))
}
