// State of a form: values kept in sessionStorage until they are sent (so that a lost connection or an
// expired session loses nothing), and the server's errors put beside the fields they point at.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type FieldErrors, type Problem, splitErrors, toProblem } from './problem'

const DRAFT = 'varde-draft:'
let prefix = DRAFT
/**
 * Drafts belong to one user in one organisation. They outlast a session that ended by itself, until somebody logs in:
 * nobody else gets them back, or finds them.
 */
export const scopeDrafts = (owner: string) => {
  prefix = owner ? `${DRAFT}${owner}:` : DRAFT
  const user = owner.split('.')[0]
  if (!user) return
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(DRAFT) && !key.startsWith(`${DRAFT}${user}.`)) sessionStorage.removeItem(key)
  }
}

function stored<T extends object>(key: string | undefined): Partial<T> | undefined {
  if (!key) return undefined
  try {
    const text = sessionStorage.getItem(prefix + key)
    return text ? (JSON.parse(text) as Partial<T>) : undefined
  } catch {
    return undefined
  }
}

export const dropDraft = (key: string) => sessionStorage.removeItem(prefix + key)

export interface FormState<T extends object> {
  values: T
  errors: FieldErrors
  problem: Problem | undefined
  rest: string[]
  busy: boolean
  dirty: boolean
  restored: boolean
  set: <K extends keyof T>(key: K, value: T[K]) => void
  patch: (values: Partial<T>) => void
  reset: (values?: T) => void
  setError: (key: string, message: string | undefined) => void
  /** Runs `send`; on success the draft is dropped, on failure the errors are spread over the fields. */
  submit: (send: (values: T) => Promise<unknown>) => Promise<boolean>
  /** Props of a text input bound to `key`. */
  text: (key: keyof T & string) => {
    name: string
    value: string
    error: string | undefined
    onChange: (event: { currentTarget: { value: string } }) => void
  }
  check: (key: keyof T & string) => {
    name: string
    checked: boolean
    error: string | undefined
    onChange: (event: { currentTarget: { checked: boolean } }) => void
  }
}

export function useForm<T extends object>(
  initial: T,
  options: { draft?: string; secret?: (keyof T)[]; fields?: string[] } = {},
): FormState<T> {
  const { draft, secret } = options
  // `base` is what was loaded or sent last: the values differ from it when there is something to save.
  const [{ values, base, restored }, setState] = useState(() => {
    const kept = stored<T>(draft)
    return { values: kept ? { ...initial, ...kept } : initial, base: initial, restored: kept !== undefined }
  })
  const first = useRef(base)
  const [errors, setErrors] = useState<FieldErrors>({})
  const [problem, setProblem] = useState<Problem>()
  const [rest, setRest] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const latest = useRef(values)
  latest.current = values

  const dirty = useMemo(() => JSON.stringify(values) !== JSON.stringify(base), [values, base])

  useEffect(() => {
    if (!draft) return
    if (!dirty) {
      dropDraft(draft)
      return
    }
    // Only what was changed, so that a draft brought back later does not undo what others did to the rest.
    const kept = Object.fromEntries(
      Object.entries(values).filter(
        ([key, value]) =>
          !secret?.includes(key as keyof T) && JSON.stringify(value) !== JSON.stringify(base[key as keyof T]),
      ),
    )
    sessionStorage.setItem(prefix + draft, JSON.stringify(kept))
  }, [draft, dirty, values, base, secret])

  const patch = useCallback((some: Partial<T>) => {
    latest.current = { ...latest.current, ...some }
    setState((s) => ({ ...s, values: { ...s.values, ...some } }))
    setErrors((e) => {
      const left = { ...e }
      for (const key of Object.keys(some)) {
        for (const name of Object.keys(left)) {
          if (name === key || name.startsWith(`${key}.`)) delete left[name]
        }
      }
      return left
    })
  }, [])
  const set = useCallback(
    <K extends keyof T>(key: K, value: T[K]) => patch({ [key]: value } as unknown as Partial<T>),
    [patch],
  )
  const reset = useCallback(
    (next?: T) => {
      const to = next ?? first.current
      first.current = to
      latest.current = to
      if (draft) dropDraft(draft)
      setState({ values: to, base: to, restored: false })
      setErrors({})
      setRest([])
      setProblem(undefined)
    },
    [draft],
  )
  const setError = useCallback((key: string, message: string | undefined) => {
    setErrors((e) => {
      const next = { ...e }
      if (message) next[key] = message
      else delete next[key]
      return next
    })
  }, [])

  async function submit(send: (values: T) => Promise<unknown>): Promise<boolean> {
    if (busy) return false
    setBusy(true)
    setProblem(undefined)
    setErrors({})
    setRest([])
    const sent = latest.current
    try {
      await send(sent)
      first.current = sent
      if (draft) dropDraft(draft)
      setState((s) => ({ values: s.values, base: sent, restored: false }))
      return true
    } catch (error) {
      const p = toProblem(error)
      const split = splitErrors(p, options.fields ?? Object.keys(sent))
      setErrors(split.byField)
      setRest(split.rest)
      setProblem(p)
      requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return false
    } finally {
      setBusy(false)
    }
  }

  return {
    values,
    errors,
    problem,
    rest,
    busy,
    dirty,
    restored,
    set,
    patch,
    reset,
    setError,
    submit,
    text: (key) => ({
      name: key,
      value: String(values[key] ?? ''),
      error: errors[key],
      onChange: (event) => set(key, event.currentTarget.value as T[typeof key]),
    }),
    check: (key) => ({
      name: key,
      checked: Boolean(values[key]),
      error: errors[key],
      onChange: (event) => set(key, event.currentTarget.checked as T[typeof key]),
    }),
  }
}

/** Empty strings are "not given" towards the API. */
export function given<T extends Record<string, unknown>>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== '' && v !== undefined)) as Partial<T>
}
