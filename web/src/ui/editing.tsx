// The shape of a screen that edits one thing. What was read becomes a form, which is kept as a draft until it is sent;
// it is sent under the version that was read, and read again. When somebody else was faster (412), the newest is taken
// or one's own written over it. Whoever leaves in between finds it brought back.
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { match } from '@/lib/ask'
import { type FormState, useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { type Operation, queries, refresh } from '@/lib/queries'
import { FormAlerts } from './alert'
import { Loaded } from './loaded'
import { Page } from './page'
import { State } from './state'
import { toast } from './toast'

interface Reading<T> {
  queryKey: readonly unknown[]
  // biome-ignore lint/suspicious/noExplicitAny: what the function is called with is between the query and its client
  queryFn?: ((context: any) => T | Promise<T>) | symbol
}

export interface Editing<V extends object> {
  form: FormState<V>
  /** Sends what is in the form; false when it was refused, which the form then says. */
  save: () => Promise<boolean>
  overwrite: () => void
  takeNewest: () => Promise<void>
}

export function useEditing<T extends { version: number } | undefined, V extends object>(
  /** What is edited; none yet when it is being made. */
  thing: T,
  how: {
    /** The generated options of the query that reads it. */
    query?: Reading<NonNullable<T>>
    read: (thing: T) => V
    send: (values: V, headers: { 'If-Match': string }) => Promise<unknown>
    draft?: string
    /** What errors can point at, where that is not the values' names. */
    fields?: string[]
    /** What else has become old when it was saved. */
    after?: Operation[]
    /** When it was saved, or the newest taken. */
    done?: () => void
  },
): Editing<V> {
  const form = useForm(how.read(thing), { draft: how.draft, fields: how.fields })
  async function save(over = false): Promise<boolean> {
    const ok = await form.submit(async (values) => {
      await how.send(values, match(over ? undefined : thing))
      await Promise.all([
        how.query && queries.invalidateQueries({ queryKey: how.query.queryKey }),
        refresh(how.after ?? []),
      ])
    })
    if (!ok) return false
    toast('good', t('saved'))
    how.done?.()
    return true
  }
  return {
    form,
    save: () => save(),
    overwrite: () => void save(true),
    takeNewest: async () => {
      if (!how.query) return
      const newest = await queries.fetchQuery({ ...how.query, staleTime: 0 } as Parameters<
        typeof queries.fetchQuery
      >[0])
      form.reset(how.read(newest as T))
      how.done?.()
    },
  }
}

export const EditAlerts = <V extends object>({ editing }: { editing: Editing<V> }) => (
  <FormAlerts form={editing.form} reload={editing.takeNewest} overwrite={editing.overwrite} />
)

/** In the head of a page: whether all is saved. */
export const SavedMark = ({ form }: { form: { dirty: boolean } }) => (
  <State tone={form.dirty ? 'warn' : 'good'}>{t(form.dirty ? 'form.unsaved' : 'form.all_saved')}</State>
)

/** In the head of a page; `second` where another button is what one is there for. */
export const SaveButton = <V extends object>({ editing, second }: { editing: Editing<V>; second?: boolean }) => (
  <Button
    variant={second ? 'default' : undefined}
    loading={editing.form.busy}
    disabled={!editing.form.dirty}
    onClick={() => void editing.save()}
  >
    {t('save')}
  </Button>
)

/** The page of one thing, which has its own head as soon as it is read. */
export function LoadedPage<T>(props: {
  query: Parameters<typeof Loaded<T>>[0]['query']
  title: string
  back: { href: string; label: string }
  lines?: number
  children: (thing: T) => ReactNode
}) {
  const { query, lines } = props
  if (query.data !== undefined) return props.children(query.data)
  return (
    <Page title={props.title} back={props.back}>
      <Loaded query={query} lines={lines} block={lines ? undefined : 320}>
        {() => null}
      </Loaded>
    </Page>
  )
}
