// A journey: what starts it, its steps as a picture or as a list, who is where, and a dry run for one person.

import { Button, SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { orLater } from '@/app/later'
import { useMay } from '@/app/session'
import {
  getJourneyOptions,
  getJourneyStepsOptions,
  getJourneyWebhookSecretOptions,
  type Journey,
  pauseJourney,
  startJourney,
  updateJourney,
} from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { useParam, useUrl } from '@/lib/url'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { EditAlerts, LoadedPage, SaveButton, SavedMark, useEditing } from '@/ui/editing'
import { Empty } from '@/ui/empty'
import { Figure } from '@/ui/figure'
import figureCss from '@/ui/figure.module.css'
import { IconRoute } from '@/ui/icons'
import { Page } from '@/ui/page'
import { Skeleton } from '@/ui/skeleton'
import { toast, toastProblem } from '@/ui/toast'
import { faults, insertStep, type Plan, sentSteps, sentTrigger } from '../graph'
import { useThings } from '../names'
import { JourneyStateMark } from '../states'
import { AddStep, StepEditor } from '../step-editor'
import { describe, describeTrigger } from '../words'
import { DryRun } from './dry-run'
import css from './journey.module.css'
import { Start } from './start'
import { StepList } from './step-list'
import { read } from './values'

const Canvas = lazy(orLater(() => import('../canvas')))

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
  const things = useThings(trigger, plan.steps)
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
        <div className={figureCss.figures}>
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
      <div className={selected ? `split ${css.splitWide}` : undefined}>
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
