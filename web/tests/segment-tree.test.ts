import { describe, expect, it } from 'vitest'
import type { SegmentFieldView } from '@/client'
import {
  addTo,
  countRules,
  finished,
  type Group,
  incomplete,
  isComplete,
  moveAt,
  newRule,
  nodeAt,
  type Rule,
  readTree,
  removeAt,
  toConditions,
  updateAt,
  valueKind,
  withOperator,
} from '@/screens/segments/tree'

const fields: SegmentFieldView[] = [
  {
    field: 'attribute:city',
    label: 'City',
    type: 'choice',
    operators: ['is', 'is_not', 'any_of'],
    choices: ['Oslo', 'Bergen'],
  },
  { field: 'attribute:donated', label: 'Donated', type: 'number', operators: ['gte', 'between', 'is_set'] },
  { field: 'created_at', label: 'Known since', type: 'date', operators: ['lt', 'in_last_days', 'between'] },
  { field: 'tag', label: 'Tag', type: 'tag', operators: ['has', 'has_not'] },
  { field: 'clicked', label: 'Clicked', type: 'behaviour', operators: ['happened', 'not_happened'] },
  {
    field: 'consent:newsletter',
    label: 'Consent',
    type: 'consent',
    operators: ['given', 'withdrawn', 'unknown'],
  },
]
const city: Rule = { field: 'attribute:city', operator: 'is', value: 'Oslo' }
const donated: Rule = { field: 'attribute:donated', operator: 'gte', value: 500 }
const tree: Group = {
  op: 'and',
  rules: [city, { op: 'or', not: true, rules: [donated, { field: 'clicked', operator: 'happened', value: {} }] }],
}

describe('reading what the API sends', () => {
  it('keeps a well-formed tree as it is', () => {
    expect(readTree(toConditions(tree))).toEqual(tree)
  })
  it('leaves out what is neither rule nor group, at any depth', () => {
    const odd = { op: 'and' as const, rules: [null, 3, { op: 'or', rules: ['x', city] }, { operator: 'is' }] }
    expect(readTree(odd as never)).toEqual({ op: 'and', rules: [{ op: 'or', rules: [city] }] })
  })
  it('makes an empty group of nothing', () => {
    expect(readTree(undefined)).toEqual({ op: 'and', rules: [] })
  })
})

describe('changing the tree', () => {
  it('finds nodes by path', () => {
    expect(nodeAt(tree, [1, 0])).toEqual(donated)
    expect(nodeAt(tree, [0, 0])).toBeUndefined()
    expect(nodeAt(tree, [])).toBe(tree)
  })
  it('changes only what lies on the path', () => {
    const next = updateAt(tree, [1, 0], (r) => ({ ...(r as Rule), value: 1000 }))
    expect((nodeAt(next, [1, 0]) as Rule).value).toBe(1000)
    expect(next.rules[0]).toBe(tree.rules[0])
    expect(tree.rules[1]).not.toBe(next.rules[1])
    expect((nodeAt(tree, [1, 0]) as Rule).value).toBe(500)
  })
  it('adds to a group and leaves a rule alone', () => {
    expect((addTo(tree, [1], city).rules[1] as Group).rules).toHaveLength(3)
    expect(addTo(tree, [0], city)).toEqual(tree)
  })
  it('removes rules and groups, but never the root', () => {
    expect(removeAt(tree, [1]).rules).toEqual([city])
    expect(removeAt(tree, [])).toBe(tree)
    expect(removeAt(tree, [9])).toEqual(tree)
  })
  it('moves within the group and stops at its ends', () => {
    expect(moveAt(tree, [0], 1).rules[1]).toBe(city)
    expect(moveAt(tree, [0], -1)).toEqual(tree)
    expect((moveAt(tree, [1, 1], -1).rules[1] as Group).rules[1]).toBe(donated)
  })
})

describe('values', () => {
  it.each([
    ['attribute:city', 'is', 'choice'],
    ['attribute:city', 'any_of', 'choices'],
    ['attribute:donated', 'between', 'number_pair'],
    ['attribute:donated', 'is_set', 'none'],
    ['created_at', 'in_last_days', 'days'],
    ['created_at', 'between', 'date_pair'],
    ['clicked', 'happened', 'behaviour'],
    ['consent:newsletter', 'given', 'none'],
  ])('%s %s asks for %s', (field, operator, kind) => {
    expect(valueKind(fields.find((f) => f.field === field)!, operator)).toBe(kind)
  })
  it('keeps the value when the new operator asks for the same kind', () => {
    const field = fields[0]!
    expect(withOperator(city, field, 'is_not').value).toBe('Oslo')
    expect(withOperator(city, field, 'any_of').value).toEqual([])
  })
  it.each<[Rule, boolean]>([
    [city, true],
    [{ ...city, value: ' ' }, false],
    [{ field: 'attribute:city', operator: 'any_of', value: [] }, false],
    [{ field: 'attribute:donated', operator: 'gte', value: 0 }, true],
    [{ field: 'attribute:donated', operator: 'gte', value: null }, false],
    [{ field: 'attribute:donated', operator: 'between', value: [1] }, false],
    [{ field: 'attribute:donated', operator: 'between', value: [1, 2] }, true],
    [{ field: 'attribute:donated', operator: 'unheard_of', value: 1 }, false],
    [{ field: 'clicked', operator: 'happened', value: {} }, true],
  ])('%j is complete: %s', (rule, complete) => {
    expect(
      isComplete(
        rule,
        fields.find((f) => f.field === rule.field),
      ),
    ).toBe(complete)
  })
  it('gives every new rule a first operator and a fitting value', () => {
    for (const f of fields) expect(newRule(f).operator).toBe(f.operators[0])
  })
})

describe('what is unfinished', () => {
  const half: Group = {
    op: 'and',
    rules: [
      city,
      { ...donated, value: null },
      { op: 'or', rules: [] },
      { op: 'or', rules: [{ field: 'gone', operator: 'is', value: 'x' }] },
    ],
  }
  it('is told by path, empty groups and unknown fields too', () => {
    expect(incomplete(half, fields)).toEqual([[1], [2], [3, 0]])
    expect(incomplete(tree, fields)).toEqual([])
  })
  it('is left out of the live count', () => {
    expect(finished(half, fields)).toEqual({ op: 'and', rules: [city] })
  })
  it('counts rules, not groups', () => {
    expect(countRules(tree)).toBe(3)
  })
})
