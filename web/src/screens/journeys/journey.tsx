// A journey: what starts it, its steps as a picture or as a list, who is where, and a dry run for one person.

import { Button, SegmentedControl, Switch, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconRoute } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '@/app/session'
import {
  type DryRunStep,
  dryRunJourney,
  getJourneyOptions,
  getJourneyStepsOptions,
  getJourneyWebhookSecretOptions,
  type Journey,
  pauseJourney,
  type StepCounts,
  startJourney,
  type TriggerInput,
  type TriggerKind,
  updateJourney,
} from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { every } from '@/lib/every'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { useParam, useUrl } from '@/lib/url'
import { useFields } from '@/screens/segments/segment'
import { EditAlerts, LoadedPage, SaveButton, SavedMark, useEditing } from '@/ui/editing'
import { Alert, Card, Empty, Figure, Page, ProblemAlert, Skeleton, State, Time, toast, toastProblem } from '@/ui/kit'
import { Link } from '@/ui/link'
import { Dialog } from '@/ui/overlay'
import { Choice } from '@/ui/pick'
import { PersonPicker, type PickedPerson } from '@/ui/pick-many'
import { faults, insertStep, type Plan, planOf, sentSteps, sentTrigger, target, walk } from './graph'
import { stepIcons } from './icons'
import { JourneyStateMark } from './journeys'
import { type Things, useThings } from './names'
import { AddStep, StepEditor } from './step-editor'
import { describe, describeTrigger } from './words'

const Canvas = lazy(() => import('./canvas'))

interface Values {
  name: string
  trigger: TriggerInput
  reentry: boolean
  plan: Plan
}
const read = (j: Journey): Values => ({
  name: j.name,
  trigger: sentTrigger(j.trigger),
  reentry: j.reentry,
  plan: planOf(j),
})

export default function JourneyScreen() {
  const id = useParam()
  const query = useQuery(getJourneyOptions({ path: { id } }))
  return (
    <LoadedPage query={query} title={t('journeys:one')} back={{ href: '/journeys', label: t('journeys:title') }}>
      {(journey) => <Editor key={id} journey={journey} />}
    </LoadedPage>
  )
}

function Editor({ journey }: { journey: Journey }) {
  const [url, setUrl] = useUrl()
  const write = useMay()('journeys.write')
  const things = useThings()
  const fields = useFields()
  const narrow = useMediaQuery('(max-width: 767px)', undefined, { getInitialValueInEffect: false })
  const { id } = journey
  const editing = useEditing(journey, {
    query: getJourneyOptions({ path: { id } }),
    read,
    draft: `journey-${id}`,
    fields: ['name', 'trigger', 'reentry', 'steps', 'start'],
    after: ['listJourneys'],
    send: ({ name, trigger, reentry, plan }, headers) =>
      ask(
        updateJourney({
          path: { id },
          headers,
          body: { name, trigger: sentTrigger(trigger), reentry, steps: sentSteps(plan.steps), start: plan.start },
        }),
      ),
  })
  const { form, save } = editing
  const { values } = form
  const { plan, trigger } = values
  const wrong = faults(plan, trigger)
  const counts = useQuery({
    ...getJourneyStepsOptions({ path: { id: journey.id } }),
    select: ({ steps }) => steps,
    refetchInterval: journey.state === 'running' ? 15_000 : false,
  })
  useLive('journey.counts', (event) => {
    if (event.id === journey.id) void counts.refetch()
  })
  const secret = useQuery({
    ...getJourneyWebhookSecretOptions({ path: { id: journey.id } }),
    select: ({ secret }) => secret,
    enabled: write && plan.steps.some((s) => s.kind === 'webhook'),
  })
  const byStep = new Map((counts.data ?? []).map((c) => [c.id, c]))
  const view = url.view ?? (narrow ? 'list' : 'canvas')
  const selected = plan.steps.find((s) => s.id === url.step)
  const select = (step: string | undefined) => setUrl({ step })
  const change = (next: Plan) => form.set('plan', next)

  async function turn(run: () => Promise<unknown>, said: string) {
    try {
      await run()
      await refresh(['getJourney', 'listJourneys'])
      toast('good', said)
    } catch (error) {
      toastProblem(error)
    }
  }
  const running = journey.state === 'running'
  const add = (kind: Parameters<typeof insertStep>[1]) => {
    const { added, ...next } = insertStep(plan, kind)
    change(next)
    select(added)
  }
  return (
    <Page
      title={journey.name}
      back={{ href: '/journeys', label: t('journeys:title') }}
      state={<JourneyStateMark state={journey.state} />}
      wide
      actions={
        write && (
          <>
            <SavedMark form={form} />
            <DryRun id={journey.id} disabled={form.dirty || !plan.steps.length} />
            <SaveButton editing={editing} second />
            {running ? (
              <Button
                onClick={() =>
                  void turn(() => ask(pauseJourney({ path: { id: journey.id } })), t('journeys:was_paused'))
                }
              >
                {t('journeys:pause')}
              </Button>
            ) : (
              <Button
                disabled={wrong.length > 0}
                onClick={async () => {
                  if (!form.dirty || (await save()))
                    await turn(() => ask(startJourney({ path: { id: journey.id } })), t('journeys:was_started'))
                }}
              >
                {t('journeys:start')}
              </Button>
            )}
          </>
        )
      }
    >
      <EditAlerts editing={editing} />
      {journey.state !== 'draft' && (
        <div className="figures">
          <Figure
            label={t('journeys:entered')}
            value={formatNumber(journey.counts.entered)}
            href={`/journeys/${journey.id}/runs`}
          />
          <Figure
            label={t('journeys:active')}
            value={formatNumber(journey.counts.active)}
            href={`/journeys/${journey.id}/runs?state=active`}
          />
          <Figure
            label={t('journeys:finished')}
            value={formatNumber(journey.counts.finished)}
            href={`/journeys/${journey.id}/runs?state=finished`}
          />
          <Figure
            label={t('journeys:failed')}
            value={formatNumber(journey.counts.failed)}
            href={`/journeys/${journey.id}/runs?state=failed`}
          />
        </div>
      )}
      <Start form={form} things={things} />
      {wrong.length > 0 && (
        <Alert tone="warn" title={t('journeys:cannot_start')}>
          <ul>
            {wrong.map((f) => {
              const step = plan.steps.find((s) => s.id === f.step)
              return (
                <li key={f.fault + (f.step ?? '')}>
                  {step ? (
                    <button type="button" className="link-button" onClick={() => select(step.id)}>
                      {t(`journeys:kinds.${step.kind}`)}: {describe(step, things.names)}
                    </button>
                  ) : null}{' '}
                  {t(`journeys:faults.${f.fault}`)}
                </li>
              )
            })}
          </ul>
        </Alert>
      )}
      <div className={selected ? 'split split-wide' : undefined}>
        <Card
          title={t('journeys:steps')}
          actions={
            <SegmentedControl
              size="xs"
              aria-label={t('journeys:view')}
              value={view}
              data={[
                { value: 'canvas', label: t('journeys:canvas') },
                { value: 'list', label: t('journeys:as_list') },
              ]}
              onChange={(v) => setUrl({ view: v })}
            />
          }
        >
          {plan.steps.length === 0 ? (
            <Empty
              icon={<IconRoute aria-hidden />}
              title={t('journeys:no_steps')}
              action={<AddStep label={t('journeys:first_step')} onPick={add} />}
            >
              {t('journeys:no_steps_text')}
            </Empty>
          ) : view === 'canvas' ? (
            <Suspense fallback={<Skeleton block={420} />}>
              <Canvas
                plan={plan}
                names={things.names}
                trigger={describeTrigger(trigger, things.names)}
                counts={byStep}
                faulty={new Set(wrong.flatMap((f) => (f.step ? [f.step] : [])))}
                selected={selected?.id}
                onSelect={select}
                onChange={change}
              />
              <p className="muted small">{t('journeys:canvas_text')}</p>
            </Suspense>
          ) : (
            <StepList
              plan={plan}
              things={things}
              counts={byStep}
              journey={journey.id}
              selected={selected?.id}
              onSelect={select}
            />
          )}
          {plan.steps.length > 0 && write && <AddStep label={t('journeys:insert_first')} onPick={add} />}
        </Card>
        {selected && (
          <Card
            title={t(`journeys:kinds.${selected.kind}`)}
            actions={
              <Button size="xs" variant="default" onClick={() => select(undefined)}>
                {t('close')}
              </Button>
            }
          >
            <StepEditor
              key={selected.id}
              plan={plan}
              step={selected}
              things={things}
              fields={fields.data ?? []}
              faults={wrong}
              secret={secret.data}
              onChange={change}
              onSelect={select}
            />
          </Card>
        )}
      </div>
    </Page>
  )
}

function StepList(props: {
  plan: Plan
  things: Things
  counts: Map<string, StepCounts>
  journey: string
  selected: string | undefined
  onSelect: (id: string) => void
}) {
  const { plan, things, counts } = props
  const order = walk(plan)
  const number = new Map(order.map((o, i) => [o.step.id, i + 1]))
  const leads = (to: string | undefined) =>
    to ? t('journeys:to_step', { no: number.get(to) ?? '?' }) : t('journeys:end')
  return (
    <ol className="steps-list">
      {order.map(({ step, depth, via, reachable }) => {
        const Icon = stepIcons[step.kind]
        const n = counts.get(step.id)
        const runs = (state: string) => `/journeys/${props.journey}/runs?step=${step.id}&state=${state}`
        return (
          <li
            key={step.id}
            style={{ marginInlineStart: Math.min(depth, 4) * 20 }}
            className={step.id === props.selected ? 'block block-open' : 'block'}
          >
            <button
              type="button"
              className="block-name"
              aria-expanded={step.id === props.selected}
              onClick={() => props.onSelect(step.id)}
            >
              <span className="step-no">{number.get(step.id)}</span>
              <Icon size={16} aria-hidden />
              <span className="grow">
                {via && <span className="muted">{t(`journeys:ports.${via}`)}: </span>}
                <span className="strong">{t(`journeys:kinds.${step.kind}`)}</span>
                <span className="step-words">{describe(step, things.names)}</span>
              </span>
            </button>
            <div className="step-foot">
              <span className="muted">
                {!reachable && <State tone="warn">{t('journeys:faults.unreachable')}</State>}{' '}
                {step.kind === 'branch'
                  ? t('journeys:branch_leads', { yes: leads(step.yes), no: leads(step.no) })
                  : t('journeys:leads', { to: leads(target(step, 'next')) })}
              </span>
              {n && (
                <span className="row num">
                  <span className="muted">{t('journeys:entered_n', { n: formatNumber(n.entered) })}</span>
                  {n.active > 0 && (
                    <Link href={runs('active')}>{t('journeys:active_n', { n: formatNumber(n.active) })}</Link>
                  )}
                  {n.failed > 0 && (
                    <Link href={runs('failed')}>
                      <State tone="bad">{t('journeys:failed_count', { count: n.failed })}</State>
                    </Link>
                  )}
                </span>
              )}
            </div>
          </li>
        )
      })}
    </ol>
  )
}

const kinds = every<Exclude<TriggerKind, 'none'>>()([
  'form_submitted',
  'link_clicked',
  'list_joined',
  'segment_entered',
  'attribute_changed',
  'date',
])

function Start({ form, things }: { form: FormState<Values>; things: Things }) {
  const { trigger } = form.values
  const set = (change: Partial<TriggerInput>) => form.set('trigger', { ...trigger, ...change })
  const attributes = things.attributes
    .filter((a) => trigger.kind !== 'date' || a.type === 'date')
    .map((a) => ({ value: a.key, label: a.label }))
  return (
    <Card title={t('journeys:begins')}>
      <div className="two">
        <TextInput label={t('journeys:name')} required {...form.text('name')} />
        <Choice
          label={t('journeys:trigger')}
          value={trigger.kind}
          error={form.errors.trigger}
          data={kinds.map((k) => ({ value: k, label: t(`journeys:triggers.${k}`) }))}
          onPick={(kind) => form.set('trigger', { kind: kind as TriggerInput['kind'] })}
        />
        {trigger.kind === 'form_submitted' && (
          <Choice
            label={t('journeys:form')}
            empty={t('choose')}
            value={trigger.form_id}
            data={options(things.forms)}
            onPick={(v) => set({ form_id: v || undefined })}
          />
        )}
        {trigger.kind === 'link_clicked' && (
          <>
            <Choice
              label={t('journeys:campaign')}
              empty={t('choose')}
              value={trigger.campaign_id}
              data={options(things.campaigns)}
              onPick={(v) => set({ campaign_id: v || undefined })}
            />
            <TextInput
              type="number"
              min={1}
              label={t('journeys:link_no')}
              placeholder={t('any')}
              value={trigger.link_no ?? ''}
              onChange={(e) => set({ link_no: e.currentTarget.value ? Number(e.currentTarget.value) : undefined })}
            />
          </>
        )}
        {trigger.kind === 'list_joined' && (
          <Choice
            label={t('journeys:list')}
            empty={t('choose')}
            value={trigger.list_id}
            data={options(things.lists)}
            onPick={(v) => set({ list_id: v || undefined })}
          />
        )}
        {trigger.kind === 'segment_entered' && (
          <Choice
            label={t('journeys:segment')}
            empty={t('choose')}
            value={trigger.segment_id}
            data={options(things.segments)}
            onPick={(v) => set({ segment_id: v || undefined })}
          />
        )}
        {(trigger.kind === 'attribute_changed' || trigger.kind === 'date') && (
          <Choice
            label={t('journeys:attribute')}
            empty={t('choose')}
            value={trigger.attribute}
            data={attributes}
            onPick={(v) => set({ attribute: v || undefined })}
          />
        )}
        {trigger.kind === 'attribute_changed' && (
          <TextInput
            label={t('journeys:to_value')}
            placeholder={t('journeys:any_value')}
            value={String(trigger.value ?? '')}
            onChange={(e) => set({ value: e.currentTarget.value || undefined })}
          />
        )}
        {trigger.kind === 'date' && (
          <TextInput
            type="number"
            label={t('journeys:days_before')}
            value={trigger.days_before ?? 0}
            onChange={(e) => set({ days_before: Number(e.currentTarget.value) || 0 })}
          />
        )}
      </div>
      <Switch label={t('journeys:reentry')} {...form.check('reentry')} />
    </Card>
  )
}

function DryRun({ id, disabled }: { id: string; disabled: boolean }) {
  const [open, setOpen] = useState(false)
  const [person, setPerson] = useState<PickedPerson>()
  const [path, setPath] = useState<DryRunStep[]>()
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  async function run() {
    if (!person) return
    setBusy(true)
    setProblem(undefined)
    try {
      setPath((await ask(dryRunJourney({ path: { id }, body: { person_id: person.id } }))).path)
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button
        variant="default"
        disabled={disabled}
        title={disabled ? t('journeys:dry_save_first') : undefined}
        onClick={() => setOpen(true)}
      >
        {t('journeys:dry_run')}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('journeys:dry_run')}>
        <p className="muted">{t('journeys:dry_text')}</p>
        <PersonPicker
          label={t('journeys:person')}
          value={person}
          onPick={(p) => {
            setPerson(p)
            setPath(undefined)
          }}
        />
        <div>
          <Button disabled={!person} loading={busy} onClick={() => void run()}>
            {t('journeys:dry_go')}
          </Button>
        </div>
        {problem !== undefined && <ProblemAlert problem={problem} retry={() => void run()} />}
        {path && (
          <ol className="timeline" aria-live="polite">
            {path.map((p) => {
              const Icon = stepIcons[p.kind as keyof typeof stepIcons] ?? IconRoute
              return (
                <li key={p.step_id}>
                  <span className="timeline-icon">
                    <Icon size={16} aria-hidden />
                  </span>
                  <div className="grow">
                    <div className="strong">{p.what}</div>
                    <div>{t('journeys:would', { what: p.would })}</div>
                    <div className="muted small">
                      <Time at={p.at} />
                    </div>
                  </div>
                </li>
              )
            })}
          </ol>
        )}
      </Dialog>
    </>
  )
}
