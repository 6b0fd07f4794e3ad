// One person: what is known, what was agreed to, and everything that happened, in that order of glance.

import { Button, NativeSelect, Textarea } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCheckbox,
  IconClick,
  IconDots,
  IconDownload,
  IconEdit,
  IconEyeCheck,
  IconFileImport,
  IconForms,
  IconHandStop,
  IconListCheck,
  IconListDetails,
  IconMail,
  IconMailOff,
  IconNote,
  IconRoute,
  IconSparkles,
  IconTag,
  IconTrash,
  IconUsersGroup,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '@/app/session'
import {
  type Attribute,
  addPersonNote,
  type Channel,
  changePersonTags,
  deletePerson,
  deletePersonSuppression,
  exportPerson,
  getPerson,
  getPersonOptions,
  getRequestOptions,
  liftPersonRestriction,
  listPersonTimelineInfiniteOptions,
  listSubstitutesOptions,
  type Person,
  type PersonUpdate,
  restrictPerson,
  type SuppressionNote,
  setPersonConsent,
  setPersonList,
  type TimelineItem,
  updatePerson,
} from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { useAttributes, useLists, usePurposes } from '@/lib/lookups'
import { personName } from '@/lib/names'
import { forget, refresh } from '@/lib/queries'
import { formatDate } from '@/lib/time'
import { useParam, useUrl } from '@/lib/url'
import { DialogForm } from '@/ui/dialog-form'
import { EditAlerts, LoadedPage, useEditing } from '@/ui/editing'
import {
  Alert,
  Card,
  confirm,
  Empty,
  Facts,
  FormAlerts,
  Loaded,
  Page,
  ProblemAlert,
  Skeleton,
  State,
  Tag,
  Time,
  toast,
  toastProblem,
} from '@/ui/kit'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Menu } from '@/ui/overlay'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import { usePages } from '@/ui/table'
import { save } from '../privacy/words'
import { contactFields, fieldNames, PersonFields, valuesOf } from './fields'
import { PersonState } from './persons'

export default function PersonScreen() {
  const id = useParam()
  const query = useQuery(getPersonOptions({ path: { id } }))
  return (
    <LoadedPage
      query={query}
      title={t('people:person')}
      back={{ href: '/persons', label: t('people:persons') }}
      lines={8}
    >
      {(person) => <PersonView person={person} />}
    </LoadedPage>
  )
}

const refreshPerson = (id: string) =>
  Promise.all([
    refresh('getPerson', { path: { id } }),
    refresh('listPersonTimeline', { path: { id } }),
    refresh('listPersons'),
  ])

function PersonView({ person }: { person: Person }) {
  const [{ edit, request }, setUrl] = useUrl()
  const [asking, setAsking] = useState<'restrict' | 'lift'>()
  const attributes = useAttributes()
  const may = useMay()
  const go = useGo()
  const name = personName(person)
  const write = may('persons.write')
  const register = useQuery({
    ...listSubstitutesOptions({ query: { person: person.id } }),
    enabled: may('shifts.write'),
  })
  const substitute = register.data?.items[0]
  return (
    <Page
      title={name}
      back={{ href: '/persons', label: t('people:persons') }}
      state={<PersonState state={person.state} />}
      actions={
        (write || may('persons.export') || may('requests.handle')) && (
          <>
            {substitute && (
              <LinkButton
                variant="default"
                href={`/substitutes/${person.id}`}
                leftSection={<IconUsersGroup size={16} aria-hidden />}
              >
                {t('people:substitute')}
              </LinkButton>
            )}
            {write && !edit && (
              <Button
                variant="default"
                leftSection={<IconEdit size={16} aria-hidden />}
                onClick={() => setUrl({ edit: '1' })}
              >
                {t('people:edit')}
              </Button>
            )}
            <Menu
              label={t('people:more', { name })}
              className="menu-button framed"
              button={<IconDots size={18} aria-hidden />}
              items={[
                ...(may('persons.export')
                  ? [
                      {
                        label: t('privacy:export'),
                        icon: <IconDownload size={16} aria-hidden />,
                        run: () =>
                          void ask(exportPerson({ path: { id: person.id }, parseAs: 'blob' }))
                            .then((file) => {
                              save(file as unknown as Blob, `${name}.zip`)
                              toast('good', t('privacy:export_done'))
                            })
                            .catch(toastProblem),
                      },
                    ]
                  : []),
                ...(may('requests.handle')
                  ? [
                      {
                        label: t(person.state === 'active' ? 'privacy:restrict' : 'privacy:lift'),
                        icon: <IconHandStop size={16} aria-hidden />,
                        run: () => setAsking(person.state === 'active' ? 'restrict' : 'lift'),
                      },
                    ]
                  : []),
                {
                  disabled: !write,
                  label: t('people:delete'),
                  danger: true,
                  icon: <IconTrash size={16} aria-hidden />,
                  run: () =>
                    confirm({
                      title: t('people:delete_title', { name }),
                      body: t('people:delete_body'),
                      label: t('people:delete_label'),
                      run: async () => {
                        await ask(deletePerson({ path: { id: person.id } }))
                        forget('getPerson', { path: { id: person.id } })
                        void refresh('listPersons')
                        toast('good', t('people:deleted', { name }))
                        go('/persons')
                      },
                    }),
                },
              ]}
            />
          </>
        )
      }
    >
      {asking && <Restrict person={person} name={name} what={asking} close={() => setAsking(undefined)} />}
      {request && may('requests.handle') && <AskedFor request={request} />}
      <Suppressed person={person} name={name} channel="mail" note={person.suppressed} />
      <Suppressed person={person} name={name} channel="sms" note={person.sms_suppressed} />
      <div className="split person-split">
        <div className="sections">
          {edit && attributes.data ? (
            <EditPerson person={person} attributes={attributes.data.items} done={() => setUrl({ edit: undefined })} />
          ) : null}
          <Timeline id={person.id} write={write} />
        </div>
        <div className="sections">
          <Consents person={person} write={write} />
          <Lists person={person} write={write} />
          <Tags person={person} write={write} />
          {!edit && <Details person={person} attributes={attributes.data?.items ?? []} />}
        </div>
      </div>
    </Page>
  )
}

/** Restricts the processing, or lifts that, with the reason that the trail keeps. */
function Restrict(props: { person: Person; name: string; what: 'restrict' | 'lift'; close: () => void }) {
  const { person, name, what } = props
  const form = useForm({ reason: '' })
  const call = what === 'restrict' ? restrictPerson : liftPersonRestriction
  return (
    <DialogForm
      open
      title={t(`privacy:${what}_title`, { name })}
      label={t(`privacy:${what}_label`)}
      form={form}
      onClose={props.close}
      send={async (body) => {
        await ask(call({ path: { id: person.id }, body }))
        await refreshPerson(person.id)
        toast('good', t(what === 'restrict' ? 'privacy:restricted' : 'privacy:lifted', { name }))
      }}
    >
      {what === 'restrict' && <p>{t('privacy:restrict_text')}</p>}
      <Textarea label={t('privacy:reason')} rows={3} required maxLength={2000} autoFocus {...form.text('reason')} />
    </DialogForm>
  )
}

/** What the person asked to have put right, beside the form. */
function AskedFor({ request: id }: { request: string }) {
  const query = useQuery(getRequestOptions({ path: { id } }))
  return (
    <Loaded query={query} lines={2}>
      {(request) => (
        <Alert
          tone="info"
          title={t('privacy:rectify_beside', { number: request.number })}
          actions={<Link href={`/privacy/requests/${id}`}>{t('privacy:rectify_back')}</Link>}
        >
          <blockquote className="pre">{request.words ?? '–'}</blockquote>
        </Alert>
      )}
    </Loaded>
  )
}

function EditPerson(props: { person: Person; attributes: Attribute[]; done: () => void }) {
  const { person, attributes } = props
  const { id } = person
  const editing = useEditing(person, {
    query: getPersonOptions({ path: { id } }),
    read: (p) => valuesOf(p),
    draft: `person-${id}`,
    fields: fieldNames(attributes),
    after: ['listPersonTimeline', 'listPersons'],
    done: props.done,
    send: async (values, headers) => {
      const before = valuesOf(person)
      const body: PersonUpdate = {}
      for (const key of contactFields) if (values[key] !== before[key]) body[key] = values[key] || null
      const changed = Object.entries(values.attributes).filter(([k, v]) => v !== (before.attributes[k] ?? null))
      if (changed.length) body.attributes = Object.fromEntries(changed)
      await ask(updatePerson({ path: { id }, body, headers }))
    },
  })
  const { form } = editing
  return (
    <Card title={t('people:edit_title')} id="edit">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void editing.save()
        }}
      >
        <EditAlerts editing={editing} />
        <PersonFields form={form} attributes={attributes} />
        <div className="row">
          <Button type="submit" loading={form.busy} disabled={!form.dirty}>
            {t('save')}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              form.reset()
              props.done()
            }}
          >
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Details({ person, attributes }: { person: Person; attributes: Attribute[] }) {
  const shown = attributes.filter((a) => person.attributes[a.key] !== undefined && person.attributes[a.key] !== null)
  const dash = <span className="muted">–</span>
  return (
    <Card title={t('people:details')}>
      <Facts
        items={[
          [t('people:email'), person.email || dash],
          [t('people:phone'), person.phone || dash],
          [t('people:language'), person.language || dash],
          [t('people:time_zone'), person.time_zone || dash],
          ...shown.map((a): [string, string] => [a.label, showValue(a, person.attributes[a.key] ?? null)]),
          [t('people:since'), <Time key="c" at={person.created_at} />],
          [t('people:updated'), <Time key="u" at={person.updated_at} />],
        ]}
      />
    </Card>
  )
}

export function showValue(a: Attribute, value: string | number | boolean | null): string {
  if (value === null) return '–'
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (a.type === 'date') return formatDate(String(value))
  return String(value)
}

function Consents({ person, write }: { person: Person; write: boolean }) {
  const purposes = usePurposes()
  const [asking, setAsking] = useState<{ id: string; label: string; state: 'given' | 'withdrawn' }>()
  const form = useForm({ source: '' })
  return (
    <Card title={t('people:consents')} id="consents">
      <Loaded query={purposes} lines={3}>
        {({ items }) =>
          items.length ? (
            <ul className="plain-list">
              {items.map((p) => {
                const consent = person.consents.find((c) => c.purpose_id === p.id)
                const given = consent?.state === 'given'
                return (
                  <li key={p.id} className="stack-s">
                    <div className="row row-between row-top">
                      <div className="grow">
                        <div className="strong">{p.label}</div>
                        <State tone={given ? 'good' : consent ? 'bad' : 'idle'}>
                          {t(`people:consent.${consent?.state ?? 'unknown'}`)}
                        </State>
                        {consent && (
                          <div className="muted small">
                            {consent.source} · <Time at={consent.at} />
                          </div>
                        )}
                      </div>
                      {write && (
                        <Button
                          size="xs"
                          variant="default"
                          onClick={() => setAsking({ id: p.id, label: p.label, state: given ? 'withdrawn' : 'given' })}
                        >
                          {t(given ? 'people:consent.withdraw' : 'people:consent.record')}
                        </Button>
                      )}
                    </div>
                    {asking?.id === p.id && (
                      <form
                        className="stack-s inset"
                        onSubmit={async (event) => {
                          event.preventDefault()
                          const ok = await form.submit(async ({ source }) => {
                            await ask(
                              setPersonConsent({
                                path: { id: person.id, purpose_id: p.id },
                                body: { state: asking.state, source },
                              }),
                            )
                            await refreshPerson(person.id)
                          })
                          if (ok) {
                            setAsking(undefined)
                            form.reset({ source: '' })
                          }
                        }}
                      >
                        <FormAlerts form={form} />
                        <Textarea
                          label={t('people:consent.source')}
                          description={t(`people:consent.source_${asking.state}`)}
                          required
                          autosize={false}
                          rows={2}
                          {...form.text('source')}
                        />
                        <div className="row">
                          <Button size="xs" type="submit" loading={form.busy}>
                            {t(
                              asking.state === 'given' ? 'people:consent.save_given' : 'people:consent.save_withdrawn',
                            )}
                          </Button>
                          <Button size="xs" variant="default" onClick={() => setAsking(undefined)}>
                            {t('cancel')}
                          </Button>
                        </div>
                      </form>
                    )}
                  </li>
                )
              })}
            </ul>
          ) : (
            <p className="muted">
              {t('people:no_purposes')} <Link href="/purposes">{t('people:purposes')}</Link>
            </p>
          )
        }
      </Loaded>
    </Card>
  )
}

const listTone = { subscribed: 'good', pending: 'warn', unsubscribed: 'idle' } as const

function Lists({ person, write }: { person: Person; write: boolean }) {
  const lists = useLists()
  const free = (lists.data?.items ?? []).filter((l) => !person.lists.some((m) => m.id === l.id))
  async function set(listId: string, state: 'subscribed' | 'pending' | 'unsubscribed') {
    try {
      await ask(setPersonList({ path: { id: person.id, list_id: listId }, body: { state } }))
      await refreshPerson(person.id)
      return true
    } catch (error) {
      toastProblem(error)
      return false
    }
  }
  return (
    <Card title={t('people:lists')}>
      {person.lists.length > 0 ? (
        <ul className="plain-list">
          {person.lists.map((l) => (
            <li key={l.id} className="row row-between row-top">
              <div className="grow">
                <Link href={`/persons?list=${l.id}`}>{l.name}</Link>
                <div className="small">
                  <State tone={listTone[l.state]}>{t(`people:membership.${l.state}`)}</State>{' '}
                  <span className="muted">
                    · <Time at={l.since} />
                  </span>
                </div>
              </div>
              {write && l.state === 'pending' && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('people:ask_again_named', { name: l.name })}
                  onClick={() => void set(l.id, 'pending').then((ok) => ok && toast('good', t('people:asked_again')))}
                >
                  {t('people:ask_again')}
                </Button>
              )}
              {write && (
                <NativeSelect
                  size="xs"
                  aria-label={t('people:membership_of', { name: l.name })}
                  value={l.state}
                  data={(['subscribed', 'pending', 'unsubscribed'] as const).map((s) => ({
                    value: s,
                    label: t(`people:membership.${s}`),
                  }))}
                  onChange={(e) => void set(l.id, e.currentTarget.value as typeof l.state)}
                />
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="muted">{t('people:no_lists')}</p>
      )}
      {write && free.length > 0 && (
        <Choice
          label={t('people:add_to_list')}
          empty={t('choose')}
          value=""
          data={free.map((l) => ({ value: l.id, label: l.name }))}
          onPick={(id) => id && void set(id, 'subscribed')}
        />
      )}
    </Card>
  )
}

function Tags({ person, write }: { person: Person; write: boolean }) {
  async function change(next: string[]) {
    try {
      await ask(
        changePersonTags({
          path: { id: person.id },
          body: {
            add: next.filter((n) => !person.tags.includes(n)),
            remove: person.tags.filter((n) => !next.includes(n)),
          },
        }),
      )
      await refreshPerson(person.id)
      void refresh('listTags')
    } catch (error) {
      toastProblem(error)
    }
  }
  return (
    <Card title={t('people:tags')}>
      {write ? (
        <TagPicker label={t('people:tags_edit')} value={person.tags} onChange={(v) => void change(v)} />
      ) : (
        <div className="tags">
          {person.tags.map((name) => (
            <Tag key={name}>{name}</Tag>
          ))}
        </div>
      )}
    </Card>
  )
}

/** That nothing is sent to the address or the number, and the way to end that for whoever may. */
function Suppressed(props: { person: Person; name: string; channel: Channel; note?: SuppressionNote }) {
  const { person, name, channel, note } = props
  const may = useMay()
  if (!note) return null
  return (
    <Alert
      tone="warn"
      title={t(`people:suppressed.${channel}`, { reason: t(`people:reasons.${note.reason}`) })}
      actions={
        may('channels.manage') && (
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              confirm({
                title: t(`people:unsuppress_title.${channel}`, { name }),
                body: t(`people:unsuppress_body.${note.reason}`),
                label: t('people:unsuppress_label'),
                run: async () => {
                  await ask(deletePersonSuppression({ path: { id: person.id, channel } }))
                  await refreshPerson(person.id)
                  // What the owner said stays when something else is taken away.
                  const now = await ask(getPerson({ path: { id: person.id } }))
                  const held = channel === 'sms' ? now.sms_suppressed : now.suppressed
                  if (held) toast('warn', t('people:still_suppressed', { name }))
                  else toast('good', t('people:unsuppressed', { name }))
                },
              })
            }
          >
            {t('people:unsuppress')}
          </Button>
        )
      }
    >
      {t(`people:suppressed_text.${channel}`)} <Time at={note.at} />
    </Alert>
  )
}

const kindIcon: Record<TimelineItem['kind'], typeof IconMail> = {
  created: IconSparkles,
  imported: IconFileImport,
  changed: IconEdit,
  list_joined: IconListCheck,
  list_left: IconListDetails,
  consent: IconCheckbox,
  sent: IconMail,
  deferred: IconMail,
  bounced: IconMailOff,
  complained: IconAlertTriangle,
  opened: IconEyeCheck,
  clicked: IconClick,
  submitted: IconForms,
  unsubscribed: IconMailOff,
  tagged: IconTag,
  untagged: IconTag,
  journey: IconRoute,
  note: IconNote,
  suppressed: IconMailOff,
  unsuppressed: IconMail,
}
const badKinds = new Set<TimelineItem['kind']>(['bounced', 'complained', 'suppressed'])

function Timeline({ id, write }: { id: string; write: boolean }) {
  const pages = usePages(listPersonTimelineInfiniteOptions({ path: { id }, query: { limit: 30 } }))
  const form = useForm({ text: '' }, { draft: `note-${id}` })
  return (
    <Card title={t('people:timeline')} id="timeline">
      {write && (
        <form
          className="stack-s"
          onSubmit={async (event) => {
            event.preventDefault()
            const ok = await form.submit(async (body) => {
              await ask(addPersonNote({ path: { id }, body }))
              await refresh('listPersonTimeline', { path: { id } })
            })
            if (ok) form.reset({ text: '' })
          }}
        >
          <FormAlerts form={form} />
          <Textarea label={t('people:note')} rows={2} {...form.text('text')} />
          <div>
            <Button type="submit" size="xs" variant="default" loading={form.busy} disabled={!form.values.text.trim()}>
              {t('people:add_note')}
            </Button>
          </div>
        </form>
      )}
      {pages.rows === undefined ? (
        pages.isError ? (
          <ProblemAlert problem={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <Skeleton lines={6} />
        )
      ) : pages.rows.length === 0 ? (
        <Empty title={t('people:timeline_empty')}>{t('people:timeline_empty_text')}</Empty>
      ) : (
        <ol className="timeline">
          {pages.rows.map((item) => {
            const Icon = kindIcon[item.kind] ?? IconNote
            return (
              <li key={item.id} className={badKinds.has(item.kind) ? 'bad' : undefined}>
                <span className="timeline-icon">
                  <Icon size={16} aria-hidden />
                </span>
                <div className="grow">
                  <div className="row row-between row-top">
                    <span className="strong grow">
                      {item.href ? <Link href={item.href}>{item.title}</Link> : item.title}
                    </span>
                    <span className="muted small">
                      <Time at={item.at} />
                    </span>
                  </div>
                  {item.detail && <div className="wrap">{item.detail}</div>}
                  {(item.scanner || item.simulated) && (
                    <div className="tags">
                      {item.scanner && <Tag>{t('people:scanner')}</Tag>}
                      {item.simulated && <Tag>{t('simulated')}</Tag>}
                    </div>
                  )}
                </div>
              </li>
            )
          })}
        </ol>
      )}
      {pages.more && (
        <div>
          <Button variant="default" size="xs" loading={pages.more.busy} onClick={pages.more.read}>
            {t('people:older')}
          </Button>
        </div>
      )}
    </Card>
  )
}
