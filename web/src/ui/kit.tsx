// The parts every screen is made of. Colours come from app.css's tokens; state is a word and an icon first.
import { ActionIcon, Button } from '@mantine/core'
import {
  IconAlertTriangle,
  IconArrowLeft,
  IconCheck,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconCopy,
  IconInfoCircle,
  IconLoader,
  IconX,
} from '@tabler/icons-react'
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { adviceFor, mayPass, type Problem, saysItself, toProblem } from '@/lib/problem'
import { formatTime } from '@/lib/time'
import { Link } from './link'
import { Dialog } from './overlay'

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'idle'

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

const toneIcon = {
  good: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  busy: IconLoader,
  idle: IconCircleDashed,
}

export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = toneIcon[tone]
  return (
    <span className={`state state-${tone}`}>
      <Icon size={15} aria-hidden /> {children}
    </span>
  )
}

export function Alert(props: {
  tone: Tone | 'info'
  title?: ReactNode
  children?: ReactNode
  actions?: ReactNode
  live?: boolean
}) {
  const Icon = props.tone === 'info' ? IconInfoCircle : toneIcon[props.tone]
  return (
    <div className={`alert alert-${props.tone}`} role={props.live ? 'alert' : undefined}>
      <Icon size={18} aria-hidden />
      <div className="alert-body">
        {props.title && <strong>{props.title}</strong>}
        {props.children && <div>{props.children}</div>}
        {props.actions && <div className="row alert-actions">{props.actions}</div>}
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

export function Skeleton({ lines = 4, block }: { lines?: number; block?: number }) {
  return (
    <div className="skeletons" role="status">
      <span className="sr">{t('loading')}</span>
      {block !== undefined ? (
        <div className="skeleton" style={{ height: block }} />
      ) : (
        Array.from({ length: lines }, (_, i) => (
          <div key={i} className="skeleton" style={{ width: `${[92, 74, 84, 60][i % 4]}%` }} />
        ))
      )}
    </div>
  )
}

interface QueryLike<T> {
  data: T | undefined
  error: unknown
  isError: boolean
  refetch: () => unknown
}

/** Shows a skeleton, a problem with a way out, or the data. */
export function Loaded<T>(props: {
  query: QueryLike<T>
  lines?: number
  block?: number
  children: (data: T) => ReactNode
}) {
  const { query } = props
  if (query.data !== undefined) return <>{props.children(query.data)}</>
  if (query.isError) return <ProblemAlert problem={query.error} retry={() => query.refetch()} />
  return <Skeleton lines={props.lines} block={props.block} />
}

export function Empty(props: { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      {props.icon && <div className="empty-icon">{props.icon}</div>}
      <h2>{props.title}</h2>
      {props.children && <p>{props.children}</p>}
      {props.action}
    </div>
  )
}

export const Time = ({ at, never }: { at?: string | null; never?: string }) =>
  at ? (
    <time dateTime={at} className="nowrap">
      {formatTime(at)}
    </time>
  ) : (
    <span className="muted">{never ?? '–'}</span>
  )

export function Facts({ items }: { items: [label: ReactNode, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {items.map(([label, value], i) => (
        <div key={i}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export const Tag = ({
  children,
  onRemove,
  removeLabel,
}: {
  children: ReactNode
  onRemove?: () => void
  removeLabel?: string
}) => (
  <span className="tag">
    {children}
    {onRemove && (
      <button type="button" aria-label={removeLabel} onClick={onRemove}>
        <IconX size={13} aria-hidden />
      </button>
    )}
  </span>
)

export function Copy({ value, label }: { value: string; label: string }) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 2000)
    return () => clearTimeout(timer)
  }, [done])
  return (
    <ActionIcon
      variant="default"
      size={28}
      aria-label={done ? t('copied') : label}
      title={done ? t('copied') : label}
      onClick={() => {
        // Without TLS there is no clipboard to write to.
        const written = navigator.clipboard?.writeText(value) ?? Promise.reject(new Error('no clipboard'))
        void written.then(
          () => setDone(true),
          () => toast('bad', t('copy_failed')),
        )
      }}
    >
      {done ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
    </ActionIcon>
  )
}

export function Bar({ value, label, tone }: { value: number; label: string; tone?: Tone }) {
  const percent = Math.round(Math.max(0, Math.min(1, value)) * 100)
  return (
    <div
      className={`bar bar-${tone ?? 'busy'}`}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-label={label}
    >
      <div style={{ width: `${percent}%` }} />
    </div>
  )
}

export function IconButton(props: {
  label: string
  onClick?: () => void
  disabled?: boolean
  danger?: boolean
  children: ReactNode
}) {
  return (
    <ActionIcon
      variant="subtle"
      color={props.danger ? 'red' : 'gray'}
      size={32}
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.children}
    </ActionIcon>
  )
}

/** One row of figures that are links to the people behind them. */
export function Figure(props: { label: string; value: string; note?: string; href?: string }) {
  const inner = (
    <>
      <span className="figure-value">{props.value}</span>
      <span className="figure-label">{props.label}</span>
      {props.note && <span className="figure-note">{props.note}</span>}
    </>
  )
  return props.href ? (
    <Link className="figure figure-link" href={props.href}>
      {inner}
    </Link>
  ) : (
    <div className="figure">{inner}</div>
  )
}

// Toasts and confirmations live outside the tree of screens, so that any handler can call them.

type ToastItem = { id: number; tone: Tone; text: string }
function store<T>(initial: T) {
  let value = initial
  const subscribers = new Set<() => void>()
  return {
    get: () => value,
    set: (next: T) => {
      value = next
      for (const s of subscribers) s()
    },
    use: () =>
      useSyncExternalStore(
        (s) => {
          subscribers.add(s)
          return () => subscribers.delete(s)
        },
        () => value,
      ),
  }
}
const toasts = store<ToastItem[]>([])
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

interface Question {
  title: string
  body: ReactNode
  label: string
  danger?: boolean
  run: () => unknown
  /** When it is closed without that. */
  cancel?: () => void
}
const question = store<Question | undefined>(undefined)

/** Asks before something that cannot be undone; title and label name the object and the count. */
export const confirm = (q: Question) => question.set(q)

export function Overlays() {
  const items = toasts.use()
  const asked = question.use()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const close = () => {
    question.set(undefined)
    setError(undefined)
  }
  const cancel = () => {
    close()
    asked?.cancel?.()
  }
  return (
    <>
      <div className="toasts" aria-live="polite">
        {items.map((item) => (
          <div key={item.id} className={`toast toast-${item.tone}`}>
            <State tone={item.tone}>{item.text}</State>
            <IconButton label={t('close')} onClick={() => toasts.set(toasts.get().filter((i) => i.id !== item.id))}>
              <IconX size={16} aria-hidden />
            </IconButton>
          </div>
        ))}
      </div>
      <Dialog open={asked !== undefined} onClose={cancel} title={asked?.title ?? ''}>
        <div className="stack">
          <div>{asked?.body}</div>
          {error !== undefined && <ProblemAlert problem={error} />}
          <div className="row row-end">
            <Button variant="default" onClick={cancel} autoFocus>
              {t('cancel')}
            </Button>
            <Button
              color={asked?.danger === false ? undefined : 'red'}
              loading={busy}
              onClick={async () => {
                setBusy(true)
                setError(undefined)
                try {
                  await asked?.run()
                  close()
                } catch (e) {
                  setError(e)
                } finally {
                  setBusy(false)
                }
              }}
            >
              {asked?.label}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
