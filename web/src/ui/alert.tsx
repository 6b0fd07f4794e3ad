import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { adviceFor, mayPass, type Problem, saysItself, toProblem } from '@/lib/problem'
import css from './alert.module.css'
import { IconInfoCircle } from './icons'
import { type Tone, toneIcon } from './state'

export function Alert(props: {
  tone: Tone | 'info'
  title?: ReactNode
  children?: ReactNode
  actions?: ReactNode
  live?: boolean
}) {
  const Icon = props.tone === 'info' ? IconInfoCircle : toneIcon[props.tone]
  return (
    <div className={`${css.alert} ${css[props.tone]}`} role={props.live ? 'alert' : undefined}>
      <Icon size={18} aria-hidden />
      <div className={css.body}>
        {props.title && <strong>{props.title}</strong>}
        {props.children && <div>{props.children}</div>}
        {props.actions && <div className={`row ${css.actions}`}>{props.actions}</div>}
      </div>
    </div>
  )
}

export function ProblemAlert(props: {
  problem: unknown
  rest?: string[]
  retry?: () => void
  /** For 412: take the newest version, or write one's own over it. */
  reload?: () => void
  overwrite?: () => void
}) {
  const problem: Problem = toProblem(props.problem)
  const advice = adviceFor(problem)
  const lines = props.rest ?? problem.errors.map((e) => e.message)
  const own = saysItself(problem)
  return (
    <Alert
      tone={advice === 'changed' || advice === 'busy' ? 'warn' : 'bad'}
      live
      title={own ? problem.detail : t(`problem.${advice}_title`)}
      actions={
        <>
          {advice === 'changed' && props.reload && (
            <Button size="xs" variant="default" onClick={props.reload}>
              {t('problem.take_newest')}
            </Button>
          )}
          {advice === 'changed' && props.overwrite && (
            <Button size="xs" variant="default" onClick={props.overwrite}>
              {t('problem.keep_mine')}
            </Button>
          )}
          {props.retry && mayPass(problem) && (
            <Button size="xs" variant="default" onClick={props.retry}>
              {t('problem.retry')}
            </Button>
          )}
        </>
      }
    >
      {lines.length > 0 && (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {!own && (
        <p>
          {advice === 'busy' && problem.detail ? problem.detail : t(`problem.${advice}`)}
          {problem.retryAfter ? ` ${t('problem.wait', { seconds: problem.retryAfter })}` : ''}
        </p>
      )}
      {advice === 'server' && problem.requestId && (
        <p className="muted small">{t('problem.request', { id: problem.requestId })}</p>
      )}
    </Alert>
  )
}

/** What a form has to say: that input was brought back, and what the server refused. */
export function FormAlerts<T extends object>(props: {
  form: FormState<T>
  reload?: () => void
  overwrite?: () => void
}) {
  const { form } = props
  return (
    <>
      {form.restored && (
        <Alert
          tone="info"
          actions={
            <Button size="xs" variant="default" onClick={() => form.reset()}>
              {t('form.discard')}
            </Button>
          }
        >
          {t('form.restored')}
        </Alert>
      )}
      {form.problem && (form.rest.length > 0 || form.problem.errors.length === 0) && (
        <ProblemAlert problem={form.problem} rest={form.rest} reload={props.reload} overwrite={props.overwrite} />
      )}
    </>
  )
}
