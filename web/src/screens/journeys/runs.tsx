import { useQuery } from '@tanstack/react-query'
import { getJourneyOptions, type JourneyRun, listJourneyRunsInfiniteOptions, type RunState } from '@/client'
import { t, wordOr } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { oneOf, useParam, useUrl } from '@/lib/url'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconRoute } from '@/ui/icons'
import { Link } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { State, type Tone } from '@/ui/state'
import { type Column, Pages, usePages } from '@/ui/table'
import { Time } from '@/ui/time'
import { planOf, walk } from './graph'
import { useThings } from './names'
import { describe } from './words'

const states = ['active', 'finished', 'failed'] as const satisfies RunState[]
const tones: Record<RunState, Tone> = { active: 'busy', finished: 'good', failed: 'bad', left: 'idle' }

/** Who is where in a journey, and why somebody is stuck. */
export default function Runs() {
  const id = useParam()
  const [url, setUrl] = useUrl()
  const journey = useQuery(getJourneyOptions({ path: { id } }))
  const filter = { step: url.step, state: oneOf(states, url.state) }
  const pages = usePages(listJourneyRunsInfiniteOptions({ path: { id }, query: { ...filter, limit: 50 } }))
  const steps = journey.data ? walk(planOf(journey.data)).map((w) => w.step) : []
  const things = useThings(undefined, steps)
  const words = (stepId: string) => {
    const step = steps.find((s) => s.id === stepId)
    return step ? `${t(`journeys:kinds.${step.kind}`)}: ${describe(step, things.names)}` : stepId
  }
  const columns: Column<JourneyRun>[] = [
    {
      key: 'person',
      header: t('journeys:person'),
      bare: true,
      cell: (r) => <Link href={`/persons/${r.person.id}`}>{personName(r.person)}</Link>,
    },
    { key: 'step', header: t('journeys:step'), cell: (r) => words(r.step_id) },
    {
      key: 'state',
      header: t('journeys:state'),
      cell: (r) => <State tone={tones[r.state]}>{wordOr(`journeys:run_states.${r.state}`, r.state)}</State>,
    },
    {
      key: 'wakes',
      header: t('journeys:goes_on'),
      cell: (r) => (r.error ? <span className="wrap">{r.error}</span> : <Time at={r.wakes_at} />),
    },
  ]
  return (
    <Page
      title={t('journeys:runs')}
      lead={journey.data?.name}
      back={{ href: `/journeys/${id}`, label: t('journeys:back') }}
    >
      <div className={filtersCss.filters}>
        <Choice
          label={t('journeys:state')}
          empty={t('any')}
          value={filter.state}
          data={states.map((s) => ({ value: s, label: t(`journeys:run_states.${s}`) }))}
          onPick={(state) => setUrl({ state })}
        />
        <Choice
          label={t('journeys:step')}
          empty={t('any')}
          value={url.step}
          data={steps.map((s) => ({ value: s.id, label: words(s.id) }))}
          onPick={(step) => setUrl({ step })}
        />
      </div>
      <Pages
        pages={pages}
        label={t('journeys:runs')}
        columns={columns}
        rowKey={(r) => r.id}
        rowTone={(r) => (r.state === 'failed' ? 'bad' : undefined)}
        empty={
          <Empty icon={<IconRoute aria-hidden />} title={t('journeys:no_runs')}>
            {t('journeys:no_runs_text')}
          </Empty>
        }
      />
    </Page>
  )
}
