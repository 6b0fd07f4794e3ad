// The fields of one step, where it leads, and what to put behind it.

import { Button } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { orLater } from '@/app/later'
import { loadWords, t } from '@/lib/i18n'
import { IconPlus, IconTrash } from '@/ui/icons'
import { Menu } from '@/ui/menu'
import { Choice } from '@/ui/pick'
import { Skeleton } from '@/ui/skeleton'
import { State } from '@/ui/state'
import {
  connect,
  type Fault,
  insertStep,
  type Plan,
  type Port,
  ports,
  removeStep,
  type Step,
  stepKinds,
  target,
  updateStep,
} from './graph'
import { stepIcons } from './icons'
import type { Things } from './names'
import { describe } from './words'

/** They are made of the editors of segments, of mail and of persons: they come when a step is opened. */
const Fields = lazy(
  orLater(async () => (await Promise.all([import('./step-fields'), loadWords('segments', 'composer', 'people')]))[0]),
)

export function AddStep(props: { label: string; onPick: (kind: Step['kind']) => void; named?: string }) {
  return (
    <div>
      <Menu
        start
        label={props.named ? `${props.label} ${props.named}` : props.label}
        framed
        button={
          <>
            <IconPlus size={16} aria-hidden /> {props.label}
          </>
        }
        items={stepKinds.map((kind) => {
          const Icon = stepIcons[kind]
          return {
            label: t(`journeys:kinds.${kind}`),
            icon: <Icon size={16} aria-hidden />,
            run: () => props.onPick(kind),
          }
        })}
      />
    </div>
  )
}

export function StepEditor(props: {
  plan: Plan
  step: Step
  things: Things
  faults: Fault[]
  secret?: string
  onChange: (plan: Plan) => void
  onSelect: (id: string | undefined) => void
}) {
  const { plan, step, things, onChange, onSelect } = props
  const set = (change: Partial<Step>) => onChange({ ...plan, steps: updateStep(plan.steps, step.id, change) })
  return (
    <div className="stack">
      {props.faults
        .filter((f) => f.step === step.id)
        .map((f) => (
          <State key={f.fault} tone="warn">
            {t(`journeys:faults.${f.fault}`)}
          </State>
        ))}
      <Suspense fallback={<Skeleton block={160} />}>
        <Fields {...props} set={set} />
      </Suspense>
      <hr />
      {ports(step).map((port) => (
        <Leads key={port} plan={plan} step={step} port={port} things={things} onChange={onChange} onSelect={onSelect} />
      ))}
      <div>
        <Button
          variant="default"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => {
            onChange(removeStep(plan, step.id))
            onSelect(undefined)
          }}
        >
          {t('journeys:remove_step')}
        </Button>
      </div>
    </div>
  )
}

function Leads(props: {
  plan: Plan
  step: Step
  port: Port
  things: Things
  onChange: (plan: Plan) => void
  onSelect: (id: string) => void
}) {
  const { plan, step, port, things, onChange } = props
  return (
    <div className="stack-s">
      <Choice
        label={t(`journeys:then.${port}`)}
        empty={t('journeys:ends')}
        value={target(step, port)}
        data={plan.steps
          .filter((s) => s.id !== step.id)
          .map((s) => ({
            value: s.id,
            label: `${t(`journeys:kinds.${s.kind}`)}: ${describe(s, things.names)}`,
          }))}
        onPick={(to) => onChange({ ...plan, steps: connect(plan.steps, step.id, port, to) })}
      />
      <AddStep
        label={t('journeys:insert')}
        named={port === 'next' ? undefined : `(${t(`journeys:ports.${port}`)})`}
        onPick={(kind) => {
          const { added, ...next } = insertStep(plan, kind, { id: step.id, port })
          onChange(next)
          props.onSelect(added)
        }}
      />
    </div>
  )
}
