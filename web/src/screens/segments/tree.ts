// A segment's conditions as a tree, and every change the builder can make to it. Groups and rules are found by
// path: [] is the root, [1, 0] the first child of its second child. Nothing here knows React, so that it can
// be tested case by case.
import type { Conditions, SegmentFieldView } from '@/client'

export interface Behaviour {
  campaign_id?: string
  form_id?: string
  within_days?: number
}
export type RuleValue = string | number | boolean | string[] | number[] | Behaviour | null
export interface Rule {
  field: string
  operator: string
  value: RuleValue
}
export interface Group {
  op: 'and' | 'or'
  not?: boolean
  rules: Node[]
}
export type Node = Rule | Group
export type Path = readonly number[]

export const isGroup = (node: Node): node is Group => 'rules' in node

/** What the API sends is open where it nests; anything that is neither a rule nor a group is left out. */
export function readTree(conditions: Conditions | undefined): Group {
  const read = (value: unknown): Node | undefined => {
    if (typeof value !== 'object' || value === null) return undefined
    const o = value as Record<string, unknown>
    if (Array.isArray(o.rules)) {
      return {
        op: o.op === 'or' ? 'or' : 'and',
        ...(o.not === true ? { not: true } : {}),
        rules: o.rules.map(read).filter((n) => n !== undefined),
      }
    }
    if (typeof o.field !== 'string' || typeof o.operator !== 'string') return undefined
    return { field: o.field, operator: o.operator, value: (o.value ?? null) as RuleValue }
  }
  const tree = conditions && read(conditions)
  return tree && isGroup(tree) ? tree : { op: 'and', rules: [] }
}

export function nodeAt(tree: Group, path: Path): Node | undefined {
  let node: Node | undefined = tree
  for (const i of path) node = node && isGroup(node) ? node.rules[i] : undefined
  return node
}

/** `change` returns the new node, or undefined to take it out. Everything not on the path stays the same object. */
export function updateAt(tree: Group, path: Path, change: (node: Node) => Node | undefined): Group {
  const go = (node: Node, rest: Path): Node | undefined => {
    const [i, ...more] = rest
    if (i === undefined) return change(node)
    if (!isGroup(node) || !node.rules[i]) return node
    const child = go(node.rules[i], more)
    const rules = [...node.rules]
    if (child) rules[i] = child
    else rules.splice(i, 1)
    return { ...node, rules }
  }
  const result = go(tree, path)
  return result && isGroup(result) ? result : { op: 'and', rules: [] }
}

export const addTo = (tree: Group, path: Path, node: Node): Group =>
  updateAt(tree, path, (g) => (isGroup(g) ? { ...g, rules: [...g.rules, node] } : g))

export const removeAt = (tree: Group, path: Path): Group => (path.length ? updateAt(tree, path, () => undefined) : tree)

export function moveAt(tree: Group, path: Path, by: -1 | 1): Group {
  const index = path.at(-1)
  if (index === undefined) return tree
  return updateAt(tree, path.slice(0, -1), (g) => {
    if (!isGroup(g)) return g
    const to = index + by
    if (to < 0 || to >= g.rules.length) return g
    const rules = [...g.rules]
    ;[rules[index], rules[to]] = [rules[to]!, rules[index]!]
    return { ...g, rules }
  })
}

const noValue = new Set(['is_set', 'is_not_set', 'given', 'withdrawn', 'unknown'])
export const needsValue = (operator: string) => !noValue.has(operator)

const isDays = (operator: string) => operator === 'in_last_days' || operator === 'before_days'

export type ValueKind =
  | 'none'
  | 'text'
  | 'number'
  | 'date'
  | 'days'
  | 'number_pair'
  | 'date_pair'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'tag'
  | 'list'
  | 'behaviour'

/** Which control asks for the value. */
export function valueKind(field: SegmentFieldView, operator: string): ValueKind {
  if (field.type === 'behaviour') return 'behaviour'
  if (!needsValue(operator)) return 'none'
  if (isDays(operator)) return 'days'
  if (field.type === 'number') return operator === 'between' ? 'number_pair' : 'number'
  if (field.type === 'date') return operator === 'between' ? 'date_pair' : 'date'
  if (field.type === 'boolean') return 'boolean'
  if (field.type === 'tag') return 'tag'
  if (field.type === 'list') return 'list'
  if (field.type === 'choice') return operator === 'any_of' ? 'choices' : 'choice'
  return 'text'
}

export function emptyValue(field: SegmentFieldView, operator: string): RuleValue {
  switch (valueKind(field, operator)) {
    case 'none':
      return null
    case 'boolean':
      return true
    case 'days':
      return 30
    case 'behaviour':
      return {}
    case 'choices':
      return []
    case 'number_pair':
      return []
    case 'date_pair':
      return ['', '']
    case 'number':
      return null
    default:
      return ''
  }
}

export function newRule(field: SegmentFieldView): Rule {
  const operator = field.operators[0] ?? 'is'
  return { field: field.field, operator, value: emptyValue(field, operator) }
}

/** Another operator keeps the value where both ask for the same kind of it. */
export function withOperator(rule: Rule, field: SegmentFieldView, operator: string): Rule {
  const same = valueKind(field, rule.operator) === valueKind(field, operator)
  return { ...rule, operator, value: same ? rule.value : emptyValue(field, operator) }
}

export function isComplete(rule: Rule, field: SegmentFieldView | undefined): boolean {
  if (!field?.operators.includes(rule.operator)) return false
  const { value } = rule
  switch (valueKind(field, rule.operator)) {
    case 'none':
    case 'behaviour':
      return true
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
    case 'days':
      return typeof value === 'number' && Number.isFinite(value)
    case 'choices':
      return Array.isArray(value) && value.length > 0
    case 'number_pair':
    case 'date_pair':
      return Array.isArray(value) && value.length === 2 && value.every((v) => v !== '' && v !== null && v !== undefined)
    default:
      return typeof value === 'string' && value.trim() !== ''
  }
}

/** Paths of rules that still lack something. */
export function incomplete(tree: Group, fields: SegmentFieldView[], path: Path = []): Path[] {
  return tree.rules.flatMap((node, i) => {
    const here = [...path, i]
    if (isGroup(node)) return node.rules.length ? incomplete(node, fields, here) : [here]
    return isComplete(
      node,
      fields.find((f) => f.field === node.field),
    )
      ? []
      : [here]
  })
}

/** The tree without what is unfinished: what the live count is asked for while somebody is still typing. */
export function finished(tree: Group, fields: SegmentFieldView[]): Group {
  const rules = tree.rules.flatMap((node): Node[] => {
    if (isGroup(node)) {
      const inner = finished(node, fields)
      return inner.rules.length ? [inner] : []
    }
    return isComplete(
      node,
      fields.find((f) => f.field === node.field),
    )
      ? [node]
      : []
  })
  return { ...tree, rules }
}

export const countRules = (tree: Group): number =>
  tree.rules.reduce((n, node) => n + (isGroup(node) ? countRules(node) : 1), 0)

export const toConditions = (tree: Group): Conditions => ({
  op: tree.op,
  ...(tree.not ? { not: true } : {}),
  rules: tree.rules,
})
