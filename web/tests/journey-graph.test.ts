import { describe, expect, it } from 'vitest'
import {
  connect,
  edges,
  faults,
  freeId,
  insertStep,
  layout,
  newStep,
  type Plan,
  readSteps,
  removeStep,
  type Step,
  stepKinds,
  walk,
} from '@/screens/journeys/graph'

const wait = (id: string, next?: string): Step => ({ id, kind: 'wait', days: 1, hours: 0, minutes: 0, next })
const tag = (id: string, next?: string): Step => ({ id, kind: 'tag', add: ['x'], remove: [], next })
const branch = (id: string, yes?: string, no?: string): Step => ({
  id,
  kind: 'branch',
  conditions: { op: 'and', rules: [{ field: 'tag', operator: 'has', value: 'x' }] },
  yes,
  no,
})
const plan: Plan = { start: 'a', steps: [wait('a', 'b'), branch('b', 'c', 'd'), tag('c'), tag('d')] }
const kindsOf = (p: Plan) => faults(p).map((f) => `${f.fault}${f.step ? `:${f.step}` : ''}`)

describe('the graph', () => {
  it('lists its edges with their ports', () => {
    expect(edges(plan.steps)).toEqual([
      { from: 'a', port: 'next', to: 'b' },
      { from: 'b', port: 'yes', to: 'c' },
      { from: 'b', port: 'no', to: 'd' },
    ])
  })
  it('connects only ports a step has, and disconnects', () => {
    expect(edges(connect(plan.steps, 'a', 'yes', 'c'))).toHaveLength(3)
    expect(edges(connect(plan.steps, 'b', 'no', undefined))).toHaveLength(2)
  })
  it('inserts first, in the middle and behind a branch', () => {
    const first = insertStep(plan, 'tag')
    expect(first.start).toBe(first.added)
    expect(edges(first.steps)).toContainEqual({ from: first.added, port: 'next', to: 'a' })
    const middle = insertStep(plan, 'tag', { id: 'b', port: 'no' })
    expect(edges(middle.steps)).toContainEqual({ from: 'b', port: 'no', to: middle.added })
    expect(edges(middle.steps)).toContainEqual({ from: middle.added, port: 'next', to: 'd' })
    const fork = insertStep(plan, 'branch', { id: 'a', port: 'next' })
    expect(edges(fork.steps)).toContainEqual({ from: fork.added, port: 'yes', to: 'b' })
  })
  it('closes the gap when a step goes', () => {
    expect(removeStep(plan, 'a').start).toBe('b')
    expect(edges(removeStep(plan, 'b').steps)).toEqual([{ from: 'a', port: 'next', to: 'c' }])
    const loop: Plan = { start: 'a', steps: [wait('a', 'a')] }
    expect(removeStep(loop, 'a')).toEqual({ start: '', steps: [] })
  })
  it('never gives an id twice', () => {
    expect(freeId([wait('s1'), wait('s3')])).toBe('s4')
    expect(freeId([wait('s2')])).toBe('s3')
  })
  it('is walked in order, each step once, what is cut off last', () => {
    const cut: Plan = { ...plan, steps: [...plan.steps, tag('z')] }
    expect(walk(cut).map((w) => `${w.step.id}${w.depth}${w.reachable ? '' : '!'}`)).toEqual([
      'a0',
      'b0',
      'c1',
      'd1',
      'z0!',
    ])
  })
  it('gets places where it has none and keeps those it has', () => {
    const placed = layout({
      ...plan,
      steps: plan.steps.map((s) => (s.id === 'c' ? { ...s, x: 5, y: 6 } : s)),
    })
    expect(placed.every((s) => s.x !== undefined && s.y !== undefined)).toBe(true)
    expect(placed.find((s) => s.id === 'c')).toMatchObject({ x: 5, y: 6 })
    expect(placed.find((s) => s.id === 'b')!.y).toBeGreaterThan(placed.find((s) => s.id === 'a')!.y!)
  })
  it('leaves out kinds it does not know', () => {
    expect(readSteps([wait('a'), { id: 'q', kind: 'teleport' }, null])).toHaveLength(1)
  })
})

describe('what keeps a journey from starting', () => {
  it('is nothing when all is well', () => {
    expect(kindsOf(plan)).toEqual([])
  })
  it.each<[string, Plan, string[]]>([
    ['no steps', { start: '', steps: [] }, ['no_steps']],
    ['no start', { start: 'x', steps: [tag('a')] }, ['no_start']],
    ['cut off', { start: 'a', steps: [tag('a'), tag('b')] }, ['unreachable:b']],
    ['a step that is gone', { start: 'a', steps: [tag('a', 'x')] }, ['gone:a']],
    ['a loop without a wait', { start: 'a', steps: [tag('a', 'b'), tag('b', 'a')] }, ['endless:a', 'endless:b']],
    ['a step leading to itself', { start: 'a', steps: [tag('a', 'a')] }, ['endless:a']],
    ['an empty wait', { start: 'a', steps: [{ ...wait('a'), days: 0 } as Step] }, ['unfinished:a']],
    [
      'a plain http webhook',
      { start: 'a', steps: [{ id: 'a', kind: 'webhook', url: 'http://x.example' }] },
      ['unfinished:a'],
    ],
  ])('%s', (_, p, expected) => {
    expect(kindsOf(p)).toEqual(expected)
  })
  it('allows a loop in which people wait', () => {
    expect(kindsOf({ start: 'a', steps: [wait('a', 'b'), tag('b', 'a')] })).toEqual([])
  })
  it('wants the trigger complete', () => {
    expect(faults(plan, { kind: 'list_joined' })).toContainEqual({ fault: 'trigger' })
    expect(faults(plan, { kind: 'list_joined', list_id: 'x' })).toEqual([])
  })
  it('calls every fresh step unfinished but those with a sensible beginning', () => {
    const fresh = stepKinds.filter((kind) => faults({ start: 's', steps: [newStep(kind, 's')] }).length === 0)
    expect(fresh).toEqual(['wait', 'wait_until'])
  })
})
