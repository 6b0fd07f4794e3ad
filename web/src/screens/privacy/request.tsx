// One request: who asks, what can be done about it with one click, and everything that was done.

import { Button, Textarea } from '@mantine/core'
import {
  IconDownload,
  IconEdit,
  IconFileZip,
  IconHandStop,
  IconMailOff,
  IconSend,
  IconTrash,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useMay } from '@/app/session'
import {
  addRequestNote,
  chooseRequestPerson,
  confirmRequest,
  downloadRequestPackage,
  eraseRequestPerson,
  extendRequest,
  finishRequest,
  gatherRequestPackage,
  getRequest,
  getRequestOptions,
  getRequestQueryKey,
  liftPersonRestriction,
  listRequestHoldingsOptions,
  objectForRequestPerson,
  type PersonRow,
  refuseRequest,
  restrictRequestPerson,
  type SubjectRequest,
  sendRequestPackage,
  startRequest,
} from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { forget, queries, refresh } from '@/lib/queries'
import { formatBytes, formatDate, formatNumber, formatTime } from '@/lib/time'
import { useParam } from '@/lib/url'
import { DialogForm } from '@/ui/dialog-form'
import { Alert, Card, confirm, Facts, FormAlerts, Loaded, Page, State, Time, toast, toastProblem } from '@/ui/kit'
import { Link, LinkButton } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { PersonPicker } from '@/ui/pick-many'
import { PersonState } from '../people/persons'
import { Due, RequestState, save } from './words'

const list = { href: '/privacy/requests', label: 'privacy:requests' }

export default function RequestScreen() {
  const id = useParam()
  const query = useQuery({
    ...getRequestOptions({ path: { id } }),
    refetchInterval: (q) => (q.state.data?.package.state === 'gathering' ? 1000 : false),
  })
  if (!query.data) {
    return (
      <Page title={t('privacy:request')} back={{ href: list.href, label: t(list.label) }}>
        <Loaded query={query} lines={8}>
          {() => null}
        </Loaded>
      </Page>
    )
  }
  return <RequestView request={query.data} />
}

/** Takes the newest state, says what was done, and lets the lists read anew. */
async function done(id: string, call: Promise<SubjectRequest>, words?: string) {
  const request = await call
  queries.setQueryData(getRequestQueryKey({ path: { id } }), request)
  await refresh('listRequests')
  if (words) toast('good', words)
}

function RequestView({ request }: { request: SubjectRequest }) {
  const open = !request.ended_at && request.state !== 'unconfirmed'
  const title = request.number ? t('privacy:case', { number: request.number }) : t('privacy:request')
  return (
    <Page
      title={title}
      back={{ href: list.href, label: t(list.label) }}
      state={<RequestState state={request.state} />}
      lead={t(`privacy:kind_texts.${request.kind}`)}
    >
      {request.state === 'unconfirmed' && <Unconfirmed request={request} />}
      <div className="split person-split">
        <div className="sections">
          {open && !request.person && <Alert tone="warn">{t('privacy:person_first')}</Alert>}
          {open && <Deeds request={request} />}
          {(open || request.package.state !== 'none') && request.person && <Package request={request} open={open} />}
          <History request={request} />
        </div>
        <div className="sections">
          <Asked request={request} />
          {!request.forgotten && <Who request={request} open={open} />}
          {open && <Steps request={request} />}
        </div>
      </div>
    </Page>
  )
}

function Asked({ request }: { request: SubjectRequest }) {
  const dash = <span className="muted">–</span>
  return (
    <Card title={t('privacy:who')} id="asked">
      {request.forgotten && <Alert tone="info">{t('privacy:person_gone')}</Alert>}
      <Facts
        items={[
          [t('privacy:kind'), t(`privacy:kinds.${request.kind}`)],
          ...(request.forgotten
            ? []
            : ([
                [t('privacy:name'), request.name || dash],
                [t('privacy:contact'), request.contact || dash],
              ] as [string, ReactNode][])),
          [t('privacy:channel'), t(`privacy:channels.${request.channel}`)],
          [t('privacy:received'), <Time key="r" at={request.received_at} />],
          ...(request.due_at && !request.ended_at
            ? ([[t('privacy:due'), <Due key="d" request={request} />]] as [string, ReactNode][])
            : []),
          ...(request.ended_at
            ? ([[t('privacy:ended'), <Time key="e" at={request.ended_at} />]] as [string, ReactNode][])
            : []),
        ]}
      />
      {request.words && (
        <>
          <h3>{t('privacy:words')}</h3>
          <blockquote className="pre">{request.words}</blockquote>
        </>
      )}
    </Card>
  )
}

/** Leads to the person, where there is a way: when the contract has ended there is none. */
function Named({ person }: { person: PersonRow }) {
  const may = useMay()
  const name = personName(person)
  return may('persons.read') ? <Link href={`/persons/${person.id}`}>{name}</Link> : <span>{name}</span>
}

function Who({ request, open }: { request: SubjectRequest; open: boolean }) {
  const [finding, setFinding] = useState(false)
  const searching = useMay()('persons.read')
  const choose = async (id: string, name: string) => {
    try {
      await done(
        request.id,
        ask(chooseRequestPerson({ path: { id: request.id }, body: { person_id: id } })),
        t('privacy:person_chosen', { name }),
      )
      setFinding(false)
    } catch (error) {
      toastProblem(error)
    }
  }
  const { person, candidates } = request
  return (
    <Card title={t('privacy:person')} id="who">
      {person ? (
        <div className="row row-between row-top">
          <div className="grow">
            <Named person={person} />
            <div className="muted small">{[person.email, person.phone].filter(Boolean).join(' · ')}</div>
          </div>
          <PersonState state={person.state} />
        </div>
      ) : (
        <>
          <State tone="warn">{t('privacy:person_none')}</State>
          <p className="muted">{t(candidates.length ? 'privacy:person_none_text' : 'privacy:person_no_match')}</p>
          <ul className="plain-list">
            {candidates.map((c) => (
              <li key={c.id} className="row row-between row-top">
                <div className="grow">
                  <Named person={c} />
                  <div className="muted small">{[c.email, c.phone].filter(Boolean).join(' · ')}</div>
                </div>
                {open && (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={`${t('privacy:person_choose')}: ${personName(c)}`}
                    onClick={() => void choose(c.id, personName(c))}
                  >
                    {t('privacy:person_choose')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {open &&
        searching &&
        (finding || (!person && !candidates.length) ? (
          <PersonPicker
            label={t(person ? 'privacy:person_find' : 'privacy:person_find_first')}
            value={undefined}
            onPick={(p) => p && void choose(p.id, p.name)}
          />
        ) : (
          <div>
            <Button size="xs" variant="default" onClick={() => setFinding(true)}>
              {t('privacy:person_find')}
            </Button>
          </div>
        ))}
    </Card>
  )
}

function Unconfirmed({ request }: { request: SubjectRequest }) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Alert
        tone="warn"
        title={t('privacy:unconfirmed_title')}
        actions={
          <Button size="xs" variant="default" onClick={() => setAsking(true)}>
            {t('privacy:confirm')}
          </Button>
        }
      >
        {t('privacy:unconfirmed_text')}
      </Alert>
      {asking && (
        <Say
          title={t('privacy:confirm_title')}
          field={t('privacy:identity')}
          hint={t('privacy:identity_hint')}
          label={t('privacy:confirm_label')}
          close={() => setAsking(false)}
          send={(reason) =>
            done(
              request.id,
              ask(confirmRequest({ path: { id: request.id }, body: { reason } })),
              t('privacy:confirmed'),
            )
          }
        />
      )}
    </>
  )
}

/** One text that goes with a step. */
function Say(props: {
  title: string
  body?: ReactNode
  field: string
  hint?: string
  label: string
  optional?: boolean
  close: () => void
  send: (reason: string) => Promise<unknown>
  children?: ReactNode
}) {
  const form = useForm({ reason: '' }, { fields: ['reason', 'text'] })
  return (
    <DialogForm
      open
      title={props.title}
      label={props.label}
      form={form}
      onClose={props.close}
      send={({ reason }) => props.send(reason.trim())}
    >
      {props.body && <p>{props.body}</p>}
      {props.children}
      <Textarea
        label={props.field}
        description={props.hint}
        rows={4}
        required={!props.optional}
        maxLength={2000}
        autoFocus
        {...form.text('reason')}
        error={form.errors.reason ?? form.errors.text}
      />
    </DialogForm>
  )
}

function Deed(props: { text: string; children: ReactNode }) {
  return (
    <div className="stack-s">
      <p className="muted">{props.text}</p>
      <div className="row">{props.children}</div>
    </div>
  )
}

/** What the kind of request asks for. */
function Deeds({ request }: { request: SubjectRequest }) {
  const [asking, setAsking] = useState<'restrict' | 'lift'>()
  const may = useMay()
  const { person, kind } = request
  if (!person || kind === 'access' || kind === 'portability') return null
  const name = personName(person)
  const path = { id: request.id }
  return (
    <Card title={t('privacy:do')}>
      {kind === 'rectification' && (
        <Deed text={t(may('persons.write') ? 'privacy:rectify_text' : 'privacy:rectify_ended')}>
          {may('persons.write') && (
            <LinkButton
              href={`/persons/${person.id}?edit=1&request=${request.id}`}
              leftSection={<IconEdit size={16} aria-hidden />}
            >
              {t('privacy:rectify')}
            </LinkButton>
          )}
        </Deed>
      )}
      {kind === 'restriction' && person.state === 'active' && (
        <Deed text={t('privacy:restrict_text')}>
          <Button leftSection={<IconHandStop size={16} aria-hidden />} onClick={() => setAsking('restrict')}>
            {t('privacy:restrict')}
          </Button>
        </Deed>
      )}
      {kind === 'restriction' && person.state === 'restricted' && (
        <Deed text={t('privacy:is_restricted')}>
          <Button variant="default" onClick={() => setAsking('lift')}>
            {t('privacy:lift')}
          </Button>
        </Deed>
      )}
      {kind === 'objection' && (
        <Deed text={t('privacy:object_text')}>
          <Button
            leftSection={<IconMailOff size={16} aria-hidden />}
            onClick={() =>
              confirm({
                title: t('privacy:object_title', { name }),
                body: t('privacy:object_body'),
                label: t('privacy:object_label'),
                run: () => done(request.id, ask(objectForRequestPerson({ path })), t('privacy:objected', { name })),
              })
            }
          >
            {t('privacy:object')}
          </Button>
        </Deed>
      )}
      {kind === 'erasure' && (
        <Deed text={t('privacy:erase_text')}>
          <Button
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() =>
              confirm({
                title: t('privacy:erase_title', { name }),
                body: <Holdings id={request.id} />,
                label: t('privacy:erase_label', { name }),
                run: async () => {
                  await done(request.id, ask(eraseRequestPerson({ path })), t('privacy:erased'))
                  forget('getPerson', { path: { id: person.id } })
                  void refresh('listPersons')
                },
              })
            }
          >
            {t('privacy:erase')}
          </Button>
        </Deed>
      )}
      {asking === 'restrict' && (
        <Say
          title={t('privacy:restrict_title', { name })}
          body={t('privacy:restrict_text')}
          field={t('privacy:reason')}
          label={t('privacy:restrict_label')}
          close={() => setAsking(undefined)}
          send={(reason) =>
            done(request.id, ask(restrictRequestPerson({ path, body: { reason } })), t('privacy:restricted', { name }))
          }
        />
      )}
      {asking === 'lift' && (
        <Say
          title={t('privacy:lift_title', { name })}
          field={t('privacy:reason')}
          label={t('privacy:lift_label')}
          close={() => setAsking(undefined)}
          send={async (reason) => {
            await ask(liftPersonRestriction({ path: { id: person.id }, body: { reason } }))
            await done(request.id, ask(getRequest({ path })), t('privacy:lifted', { name }))
          }}
        />
      )}
    </Card>
  )
}

function Holdings({ id }: { id: string }) {
  const query = useQuery(listRequestHoldingsOptions({ path: { id } }))
  return (
    <div className="stack-s">
      <p>{t('privacy:erase_body')}</p>
      <Loaded query={query} lines={6}>
        {(all) => (
          <ul>
            {all.sections.map((s) => (
              <li key={s.section}>
                {t(`privacy:sections.${s.section}`, { defaultValue: s.section })}: {formatNumber(s.rows)}
              </li>
            ))}
            {all.files > 0 && <li>{t('privacy:erase_files', { count: all.files })}</li>}
          </ul>
        )}
      </Loaded>
    </div>
  )
}

function Package({ request, open }: { request: SubjectRequest; open: boolean }) {
  const [busy, setBusy] = useState(false)
  const p = request.package
  const path = { id: request.id }
  const name = request.person ? personName(request.person) : ''
  const run = async (what: () => Promise<unknown>) => {
    setBusy(true)
    try {
      await what()
    } catch (error) {
      toastProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const main = request.kind === 'access' || request.kind === 'portability'
  const gather = (
    <Button
      variant={main && p.state !== 'ready' ? undefined : 'default'}
      leftSection={<IconFileZip size={16} aria-hidden />}
      loading={busy || p.state === 'gathering'}
      onClick={() => void run(() => done(request.id, ask(gatherRequestPackage({ path }))))}
    >
      {t(p.state === 'none' ? 'privacy:gather' : 'privacy:gather_again')}
    </Button>
  )
  return (
    <Card title={t('privacy:answer')} note={t('privacy:package_text')}>
      <div className="stack">
        {p.state === 'gathering' && <State tone="busy">{t('privacy:gathering')}</State>}
        {p.state === 'failed' && <State tone="bad">{t('privacy:gather_failed')}</State>}
        {p.state === 'gone' && <State tone="idle">{t('privacy:package_gone')}</State>}
        {p.state === 'ready' && p.made_at && (
          <State tone="good">
            {t('privacy:gathered', {
              at: formatTime(p.made_at),
              rows: formatNumber(p.rows),
              files: formatNumber(p.files),
              size: formatBytes(p.bytes),
            })}
          </State>
        )}
        {p.sent_at && p.until && (
          <p>
            {t('privacy:package_sent', { at: formatTime(p.sent_at), until: formatDate(p.until) })}
            {p.fetched_at && ` ${t('privacy:package_fetched', { at: formatTime(p.fetched_at) })}.`}
          </p>
        )}
        {p.manifest_sha256 && (
          <p className="small muted">
            {t('privacy:package_hash')}: <code className="wrap">{p.manifest_sha256}</code>
          </p>
        )}
        <div className="row">
          {p.state === 'ready' && (
            <Button
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              loading={busy}
              onClick={() =>
                void run(async () => {
                  const file = await ask(downloadRequestPackage({ path, parseAs: 'blob' }))
                  save(file as unknown as Blob, `${request.number ?? 'request'}.zip`)
                  await refresh(['getRequest', 'listRequestHoldings'], { path: { id: request.id } })
                })
              }
            >
              {t('privacy:look')}
            </Button>
          )}
          {open && p.state === 'ready' && (
            <Button
              leftSection={<IconSend size={16} aria-hidden />}
              onClick={() =>
                confirm({
                  title: t('privacy:send_title', { name }),
                  body: t('privacy:send_body'),
                  label: t('privacy:send'),
                  danger: false,
                  run: () => done(request.id, ask(sendRequestPackage({ path })), t('privacy:sent')),
                })
              }
            >
              {t('privacy:send')}
            </Button>
          )}
          {open && gather}
        </div>
      </div>
    </Card>
  )
}

function Steps({ request }: { request: SubjectRequest }) {
  const [asking, setAsking] = useState<'finish' | 'extend' | 'refuse'>()
  const [months, setMonths] = useState<'1' | '2'>('2')
  const path = { id: request.id }
  const close = () => setAsking(undefined)
  return (
    <Card title={t('privacy:more')}>
      <div className="row">
        {request.state === 'confirmed' && (
          <Button
            variant="default"
            onClick={() => void done(request.id, ask(startRequest({ path })), t('privacy:started')).catch(toastProblem)}
          >
            {t('privacy:start')}
          </Button>
        )}
        <Button variant="default" onClick={() => setAsking('finish')}>
          {t('privacy:finish')}
        </Button>
        {!request.extended && !request.overdue && (
          <Button variant="default" onClick={() => setAsking('extend')}>
            {t('privacy:extend')}
          </Button>
        )}
        <Button variant="default" onClick={() => setAsking('refuse')}>
          {t('privacy:refuse')}
        </Button>
      </div>
      {asking === 'finish' && (
        <Say
          title={t('privacy:finish_title')}
          body={t('privacy:finish_text')}
          field={t('privacy:message')}
          label={t('privacy:finish_label')}
          optional
          close={close}
          send={(text) => done(request.id, ask(finishRequest({ path, body: { text } })), t('privacy:finished'))}
        />
      )}
      {asking === 'extend' && (
        <Say
          title={t('privacy:extend_title')}
          body={t('privacy:extend_text')}
          field={t('privacy:reason')}
          label={t('privacy:extend_label')}
          close={close}
          send={(reason) =>
            done(
              request.id,
              ask(extendRequest({ path, body: { months: Number(months), reason } })),
              t('privacy:extended_done'),
            )
          }
        >
          <Choice
            label={t('privacy:extend_months')}
            value={months}
            data={(['1', '2'] as const).map((m) => ({
              value: m,
              label: t('privacy:months', { count: Number(m) }),
            }))}
            onPick={setMonths}
          />
        </Say>
      )}
      {asking === 'refuse' && (
        <Say
          title={t('privacy:refuse_title')}
          body={t('privacy:refuse_text')}
          field={t('privacy:reason')}
          label={t('privacy:refuse_label')}
          close={close}
          send={(reason) => done(request.id, ask(refuseRequest({ path, body: { reason } })), t('privacy:refused'))}
        />
      )}
    </Card>
  )
}

function History({ request }: { request: SubjectRequest }) {
  const form = useForm({ reason: '' }, { draft: `request-note-${request.id}` })
  return (
    <Card title={t('privacy:history')}>
      <div className="stack">
        <ol className="plain-list">
          {request.events.map((e) => (
            <li key={e.id} className="stack-s">
              <div>
                <span className="strong">{t(`privacy:events.${e.kind}`)}</span>{' '}
                <span className="muted small">
                  · <Time at={e.at} /> · {e.by ?? t('privacy:by_person')}
                </span>
              </div>
              {e.text && <div className="pre">{e.text}</div>}
            </li>
          ))}
        </ol>
        {!request.forgotten && (
          <form
            className="stack-s"
            onSubmit={async (event) => {
              event.preventDefault()
              const ok = await form.submit(({ reason }) =>
                done(
                  request.id,
                  ask(addRequestNote({ path: { id: request.id }, body: { reason } })),
                  t('privacy:note_added'),
                ),
              )
              if (ok) form.reset({ reason: '' })
            }}
          >
            <FormAlerts form={form} />
            <Textarea
              label={t('privacy:note')}
              description={t('privacy:note_hint')}
              rows={2}
              required
              maxLength={2000}
              {...form.text('reason')}
            />
            <div>
              <Button type="submit" size="xs" variant="default" loading={form.busy}>
                {t('privacy:note_add')}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Card>
  )
}
