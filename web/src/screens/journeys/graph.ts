// A journey as a graph of steps, what the editor does to it, and what is wrong with it before it may start.

import type { Document, Journey, StepKind, TriggerInput } from '@/client'
import { every } from '@/lib/every'
import type { Group } from '@/screens/segments/tree'

interface Base {
  id: string
  x?: number
  y?: number
}
type Linear = Base & { next?: string }
export type Step =
  | (Linear & { kind: 'wait'; days: number; hours: number; minutes: number })
  | (Linear & { kind: 'wait_until'; weekday?: number; time: string })
  | (Base & { kind: 'branch'; conditions: Group; yes?: string; no?: string })
  | (Linear & {
      kind: 'send'
      subject: string
      template_id?: string
      document?: Document
      from_name: string
      from_email: string
    })
  | (Linear & { kind: 'set_attribute'; attribute: string; value: string | number | boolean | null })
  | (Linear & { kind: 'tag'; add: string[]; remove: string[] })
  | (Linear & { kind: 'list'; list_id: string; state: 'subscribed' | 'unsubscribed' })
  | (Linear & { kind: 'webhook'; url: string })
  | (Linear & { kind: 'notify'; user_id: string; text: string })
  | (Linear & { kind: 'sms'; text: string; urgent: boolean })
export type Port = 'next' | 'yes' | 'no'

export const stepKinds = every<StepKind>()([
  'wait',
  'wait_until',
  'branch',
  'send',
  'sms',
  'set_attribute',
  'tag',
  'list',
  'webhook',
  'notify',
])

export function newStep(kind: StepKind, id: string): Step {
  switch (kind) {
    case 'wait':
      return { id, kind, days: 1, hours: 0, minutes: 0 }
    case 'wait_until':
      return { id, kind, time: '09:00' }
    case 'branch':
      return { id, kind, conditions: { op: 'and', rules: [] } }
    case 'send':
      return { id, kind, subject: '', from_name: '', from_email: '' }
    case 'set_attribute':
      return { id, kind, attribute: '', value: null }
    case 'tag':
      return { id, kind, add: [], remove: [] }
    case 'list':
      return { id, kind, list_id: '', state: 'subscribed' }
    case 'webhook':
      return { id, kind, url: '' }
    case 'notify':
      return { id, kind, user_id: '', text: '' }
    case 'sms':
      return { id, kind, text: '', urgent: false }
  }
}

/** Members that say something: the API leaves out or nulls the rest, and takes no empty ids. */
const said = <T extends object>(thing: T): T =>
  Object.fromEntries(Object.entries(thing).filter(([, v]) => v !== null && v !== undefined && v !== '')) as T

/** What the API sends is open: steps of unknown kinds are left out, members it left out get their first value. */
export const readSteps = (steps: unknown[]): Step[] =>
  steps
    .filter((s): s is Step => typeof s === 'object' && s !== null && 'id' in s && stepKinds.includes((s as Step).kind))
    .map((s) => ({ ...blank(s.kind, s.id), ...said(s) }) as Step)

const blank = (kind: StepKind, id: string): Step =>
  kind === 'wait' ? { id, kind, days: 0, hours: 0, minutes: 0 } : newStep(kind, id)

/** Steps and trigger as the API takes them. */
export const sentSteps = (steps: Step[]): Step[] => steps.map(said)
export const sentTrigger = (trigger: TriggerInput): TriggerInput => said(trigger)

export const ports = (step: Step): Port[] => (step.kind === 'branch' ? ['yes', 'no'] : ['next'])

export function target(step: Step, port: Port): string | undefined {
  if (step.kind === 'branch') return port === 'yes' ? step.yes : port === 'no' ? step.no : undefined
  return port === 'next' ? step.next : undefined
}

export interface Edge {
  from: string
  port: Port
  to: string
}
export const edges = (steps: Step[]): Edge[] =>
  steps.flatMap((s) =>
    ports(s).flatMap((port) => {
      const to = target(s, port)
      return to ? [{ from: s.id, port, to }] : []
    }),
  )

export const connect = (steps: Step[], from: string, port: Port, to: string | undefined): Step[] =>
  steps.map((s) => (s.id === from && ports(s).includes(port) ? ({ ...s, [port]: to || undefined } as Step) : s))

export const updateStep = (steps: Step[], id: string, change: Partial<Step>): Step[] =>
  steps.map((s) => (s.id === id ? ({ ...s, ...change } as Step) : s))

export function freeId(steps: Step[]): string {
  let n = steps.length + 1
  while (steps.some((s) => s.id === `s${n}`)) n += 1
  return `s${n}`
}

export interface Plan {
  start: string
  steps: Step[]
}

/** Puts a new step behind `from` (or first, without it); what came there now follows the new step. */
export function insertStep(plan: Plan, kind: StepKind, after?: { id: string; port: Port }): Plan & { added: string } {
  const added = freeId(plan.steps)
  const step = newStep(kind, added)
  const origin = after && plan.steps.find((s) => s.id === after.id)
  const follows = origin && after ? target(origin, after.port) : plan.start || undefined
  const first = ports(step)[0]!
  const linked = {
    ...step,
    [first]: follows,
    x: origin?.x,
    y: origin?.y === undefined ? undefined : origin.y + 130,
  } as Step
  const steps = after ? connect(plan.steps, after.id, after.port, added) : plan.steps
  return { start: after ? plan.start : added, steps: [...steps, linked], added }
}

/** Takes a step out; whoever led to it leads to what came after it (for a branch: its “yes”). */
export function removeStep(plan: Plan, id: string): Plan {
  const step = plan.steps.find((s) => s.id === id)
  if (!step) return plan
  const after = target(step, ports(step)[0]!)
  const heir = after === id ? undefined : after
  const steps = plan.steps
    .filter((s) => s.id !== id)
    .map((s) => {
      const led = ports(s).filter((port) => target(s, port) === id)
      return led.length ? ({ ...s, ...Object.fromEntries(led.map((port) => [port, heir])) } as Step) : s
    })
  return { start: plan.start === id ? (heir ?? '') : plan.start, steps }
}

/** Steps in the order one meets them, each once, with its depth in branches; unreachable ones last. */
export function walk(plan: Plan): { step: Step; depth: number; via?: Port; reachable: boolean }[] {
  const byId = new Map(plan.steps.map((s) => [s.id, s]))
  const seen = new Set<string>()
  const out: { step: Step; depth: number; via?: Port; reachable: boolean }[] = []
  const visit = (id: string | undefined, depth: number, via?: Port) => {
    const step = id ? byId.get(id) : undefined
    if (!step || seen.has(step.id)) return
    seen.add(step.id)
    out.push({ step, depth, via, reachable: true })
    if (step.kind === 'branch') {
      visit(step.yes, depth + 1, 'yes')
      visit(step.no, depth + 1, 'no')
    } else visit(step.next, depth)
  }
  visit(plan.start, 0)
  for (const step of plan.steps) if (!seen.has(step.id)) out.push({ step, depth: 0, reachable: false })
  return out
}

export type FaultKind = 'no_steps' | 'no_start' | 'unreachable' | 'gone' | 'endless' | 'unfinished' | 'trigger'
export interface Fault {
  fault: FaultKind
  step?: string
}

function unfinished(step: Step): boolean {
  switch (step.kind) {
    case 'wait':
      return step.days + step.hours + step.minutes <= 0
    case 'wait_until':
      return !/^\d\d:\d\d/.test(step.time)
    case 'branch':
      return !step.conditions.rules.length
    case 'send':
      return !step.subject.trim() || !(step.template_id || step.document)
    case 'set_attribute':
      return !step.attribute
    case 'tag':
      return !step.add.length && !step.remove.length
    case 'list':
      return !step.list_id
    case 'webhook':
      return !/^https:\/\/.+/.test(step.url)
    case 'notify':
      return !step.user_id || !step.text.trim()
    case 'sms':
      return !step.text.trim()
  }
}

export function triggerUnfinished(trigger: TriggerInput): boolean {
  switch (trigger.kind) {
    case 'form_submitted':
      return !trigger.form_id
    case 'link_clicked':
      return !trigger.campaign_id
    case 'list_joined':
      return !trigger.list_id
    case 'segment_entered':
      return !trigger.segment_id
    default:
      return !trigger.attribute
  }
}

/** A loop that nobody ever waits in would run for ever at once; with a wait in it, it is a repetition. */
function endless(plan: Plan): string[] {
  const byId = new Map(plan.steps.map((s) => [s.id, s]))
  const waits = (s: Step) => s.kind === 'wait' || s.kind === 'wait_until'
  const guilty = new Set<string>()
  const state = new Map<string, 'open' | 'done'>()
  const path: string[] = []
  const visit = (id: string) => {
    const step = byId.get(id)
    if (!step || waits(step)) return
    if (state.get(id) === 'done') return
    if (state.get(id) === 'open') {
      for (const inLoop of path.slice(path.indexOf(id))) guilty.add(inLoop)
      return
    }
    state.set(id, 'open')
    path.push(id)
    for (const port of ports(step)) {
      const to = target(step, port)
      if (to) visit(to)
    }
    path.pop()
    state.set(id, 'done')
  }
  for (const s of plan.steps) visit(s.id)
  return [...guilty]
}

export function faults(plan: Plan, trigger?: TriggerInput): Fault[] {
  const out: Fault[] = []
  if (trigger && triggerUnfinished(trigger)) out.push({ fault: 'trigger' })
  if (!plan.steps.length) return [...out, { fault: 'no_steps' }]
  const ids = new Set(plan.steps.map((s) => s.id))
  if (!ids.has(plan.start)) out.push({ fault: 'no_start' })
  for (const { step, reachable } of walk(plan)) {
    if (!reachable && ids.has(plan.start)) out.push({ fault: 'unreachable', step: step.id })
    if (ports(step).some((p) => target(step, p) && !ids.has(target(step, p)!)))
      out.push({ fault: 'gone', step: step.id })
    if (unfinished(step)) out.push({ fault: 'unfinished', step: step.id })
  }
  for (const step of endless(plan)) out.push({ fault: 'endless', step })
  return out
}

/** Places for steps that have none: downwards by distance from the start, branches side by side. */
export function layout(plan: Plan): Step[] {
  const depth = new Map<string, number>()
  const column = new Map<string, number>()
  const byId = new Map(plan.steps.map((s) => [s.id, s]))
  const queue: [string, number, number][] = plan.start ? [[plan.start, 0, 0]] : []
  while (queue.length) {
    const [id, d, c] = queue.shift()!
    const step = byId.get(id)
    if (!step || depth.has(id)) continue
    depth.set(id, d)
    column.set(id, c)
    if (step.kind === 'branch') {
      if (step.yes) queue.push([step.yes, d + 1, c - 1 / (d + 1)])
      if (step.no) queue.push([step.no, d + 1, c + 1 / (d + 1)])
    } else if (step.next) queue.push([step.next, d + 1, c])
  }
  let spare = Math.max(-1, ...depth.values()) + 1
  return plan.steps.map((s) => {
    if (s.x !== undefined && s.y !== undefined && s.x !== null && s.y !== null) return s
    const d = depth.get(s.id) ?? spare++
    return { ...s, x: 220 + (column.get(s.id) ?? 0) * 260, y: 130 + d * 130 }
  })
}

export const planOf = (j: Journey): Plan => ({ start: j.start, steps: readSteps(j.steps) })
