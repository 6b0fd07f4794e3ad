// The condition builder: nested groups of rules with native controls. Used by segments and by a journey's branch.
import { Button, NativeSelect, SegmentedControl, Switch, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { listSegmentValuesOptions, type SegmentFieldView } from '@/client'
import { t } from '@/lib/i18n'
import { options, useCampaigns, useForms, useLists, useTags } from '@/lib/lookups'
import { IconButton } from '@/ui/kit'
import { Several } from '@/ui/pick-many'
import {
  addTo,
  type Behaviour,
  type Group,
  isGroup,
  moveAt,
  newRule,
  type Path,
  type Rule,
  type RuleValue,
  removeAt,
  updateAt,
  valueKind,
  withOperator,
} from './tree'

interface Props {
  tree: Group
  fields: SegmentFieldView[]
  onChange: (tree: Group) => void
}

export function Builder(props: Props) {
  return <GroupBox {...props} group={props.tree} path={[]} />
}

function GroupBox({ tree, fields, onChange, group, path }: Props & { group: Group; path: Path }) {
  const set = (change: Partial<Group>) => onChange(updateAt(tree, path, (g) => ({ ...g, ...change }) as Group))
  const root = path.length === 0
  const label = root ? t('segments:all_conditions') : t('segments:group')
  const first = fields[0]
  return (
    <fieldset className={root ? 'group group-root' : 'group'}>
      <legend className="sr">{label}</legend>
      <div className="row row-between">
        <div className="row">
          <SegmentedControl
            size="xs"
            aria-label={t('segments:match')}
            value={group.op}
            data={[
              { value: 'and', label: t('segments:all_of') },
              { value: 'or', label: t('segments:any_of') },
            ]}
            onChange={(op) => set({ op: op === 'or' ? 'or' : 'and' })}
          />
          <Switch
            label={t('segments:not')}
            checked={group.not ?? false}
            onChange={(e) => set({ not: e.currentTarget.checked || undefined })}
          />
        </div>
        {!root && <Handles tree={tree} path={path} onChange={onChange} label={label} />}
      </div>
      {group.rules.length === 0 && <p className="muted">{t('segments:group_empty')}</p>}
      {group.rules.map((node, i) => {
        const here = [...path, i]
        return (
          <div key={i} className="group-item">
            {i > 0 && <span className="joiner">{t(group.op === 'and' ? 'segments:and' : 'segments:or')}</span>}
            {isGroup(node) ? (
              <GroupBox tree={tree} fields={fields} onChange={onChange} group={node} path={here} />
            ) : (
              <RuleRow tree={tree} fields={fields} onChange={onChange} rule={node} path={here} />
            )}
          </div>
        )
      })}
      <div className="row">
        {first && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange(addTo(tree, path, newRule(first)))}
          >
            {t('segments:add_rule')}
          </Button>
        )}
        {path.length < 3 && first && (
          <Button
            size="xs"
            variant="subtle"
            onClick={() =>
              onChange(addTo(tree, path, { op: group.op === 'and' ? 'or' : 'and', rules: [newRule(first)] }))
            }
          >
            {t('segments:add_group')}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

function Handles({
  tree,
  path,
  onChange,
  label,
}: {
  tree: Group
  path: Path
  onChange: (tree: Group) => void
  label: string
}) {
  const index = path.at(-1) ?? 0
  return (
    <span className="row handles">
      <IconButton
        label={t('move_named.up', { name: label })}
        disabled={index === 0}
        onClick={() => onChange(moveAt(tree, path, -1))}
      >
        <IconArrowUp size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('move_named.down', { name: label })} onClick={() => onChange(moveAt(tree, path, 1))}>
        <IconArrowDown size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('remove_named', { name: label })} onClick={() => onChange(removeAt(tree, path))}>
        <IconTrash size={16} aria-hidden />
      </IconButton>
    </span>
  )
}

function RuleRow({ tree, fields, onChange, rule, path }: Props & { rule: Rule; path: Path }) {
  const field = fields.find((f) => f.field === rule.field)
  const set = (next: Rule) => onChange(updateAt(tree, path, () => next))
  const label = field?.label ?? rule.field
  return (
    <div className="rule">
      <NativeSelect
        aria-label={t('segments:field')}
        value={rule.field}
        data={[
          ...(field ? [] : [{ value: rule.field, label: t('segments:unknown_field', { field: rule.field }) }]),
          ...fields.map((f) => ({ value: f.field, label: f.label })),
        ]}
        onChange={(e) => {
          const next = fields.find((f) => f.field === e.currentTarget.value)
          if (next) set(newRule(next))
        }}
      />
      {field && (
        <>
          <NativeSelect
            aria-label={t('segments:operator_of', { field: label })}
            value={rule.operator}
            data={field.operators.map((o) => ({
              value: o,
              label: t(`segments:operators.${field.type === 'date' ? 'date_' : ''}${o}`, {
                defaultValue: t(`segments:operators.${o}`),
              }),
            }))}
            onChange={(e) => set(withOperator(rule, field, e.currentTarget.value))}
          />
          <ValueInput field={field} rule={rule} onChange={(value) => set({ ...rule, value })} />
        </>
      )}
      <Handles tree={tree} path={path} onChange={onChange} label={label} />
    </div>
  )
}

function ValueInput({
  field,
  rule,
  onChange,
}: {
  field: SegmentFieldView
  rule: Rule
  onChange: (value: RuleValue) => void
}) {
  const lists = useLists()
  const tags = useTags(field.type === 'tag' && !field.choices)
  const label = t('segments:value_of', { field: field.label })
  const { value } = rule
  const pair = Array.isArray(value) ? value : []
  const select = (data: { value: string; label: string }[]) => (
    <NativeSelect
      aria-label={label}
      value={typeof value === 'string' ? value : ''}
      data={[{ value: '', label: t('choose') }, ...data]}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  )
  switch (valueKind(field, rule.operator)) {
    case 'none':
      return null
    case 'boolean':
      return (
        <NativeSelect
          aria-label={label}
          value={String(value)}
          data={[
            { value: 'true', label: t('yes') },
            { value: 'false', label: t('no') },
          ]}
          onChange={(e) => onChange(e.currentTarget.value === 'true')}
        />
      )
    case 'choice':
      return select((field.choices ?? []).map((c) => ({ value: c, label: c })))
    case 'choices':
      return (
        <Several
          label={label}
          data={(field.choices ?? []).map((c) => ({ value: c, label: c }))}
          value={(Array.isArray(value) ? value : []).map(String)}
          onChange={onChange}
        />
      )
    case 'tag':
      return select((field.choices ?? tags.data?.items.map((i) => i.name) ?? []).map((c) => ({ value: c, label: c })))
    case 'list':
      return select(options(lists.data?.items))
    case 'number':
      return <NumberBox label={label} value={value} onChange={onChange} />
    case 'days':
      return (
        <span className="row nowrap">
          <NumberBox label={label} value={value} onChange={onChange} short /> {t('segments:days')}
        </span>
      )
    case 'date':
      return (
        <TextInput
          type="date"
          aria-label={label}
          value={String(value ?? '')}
          onChange={(e) => onChange(e.currentTarget.value)}
        />
      )
    case 'number_pair':
      return (
        <span className="row">
          <NumberBox
            label={t('segments:from')}
            value={pair[0] ?? null}
            short
            onChange={(v) => onChange([v, pair[1]] as number[])}
          />
          {t('segments:to')}
          <NumberBox
            label={t('segments:to')}
            value={pair[1] ?? null}
            short
            onChange={(v) => onChange([pair[0], v] as number[])}
          />
        </span>
      )
    case 'date_pair':
      return (
        <span className="row">
          <TextInput
            type="date"
            aria-label={t('segments:from')}
            value={String(pair[0] ?? '')}
            onChange={(e) => onChange([e.currentTarget.value, String(pair[1] ?? '')])}
          />
          {t('segments:to')}
          <TextInput
            type="date"
            aria-label={t('segments:to')}
            value={String(pair[1] ?? '')}
            onChange={(e) => onChange([String(pair[0] ?? ''), e.currentTarget.value])}
          />
        </span>
      )
    case 'behaviour':
      return <BehaviourInput field={field.field} value={(value ?? {}) as Behaviour} onChange={onChange} />
    default:
      return <TextBox field={field.field} label={label} value={String(value ?? '')} onChange={onChange} />
  }
}

/** A text, with the values that people have as suggestions: nobody has to guess how a town is spelled. */
function TextBox(props: { field: string; label: string; value: string; onChange: (text: string) => void }) {
  const id = useId()
  const [q] = useDebouncedValue(props.value, 200)
  const known = useQuery({
    ...listSegmentValuesOptions({ query: { field: props.field, q } }),
    enabled: props.field.startsWith('attribute:'),
    staleTime: 60_000,
  })
  return (
    <>
      <TextInput
        aria-label={props.label}
        value={props.value}
        list={id}
        autoComplete="off"
        onChange={(e) => props.onChange(e.currentTarget.value)}
      />
      <datalist id={id}>
        {known.data?.values.map((v) => (
          <option key={v} value={v} />
        ))}
      </datalist>
    </>
  )
}

function NumberBox(props: {
  label: string
  value: RuleValue | undefined
  onChange: (n: number | null) => void
  short?: boolean
}) {
  return (
    <TextInput
      type="number"
      step="any"
      aria-label={props.label}
      className={props.short ? 'short' : undefined}
      value={props.value === null || props.value === undefined ? '' : String(props.value)}
      onChange={(e) => props.onChange(e.currentTarget.value === '' ? null : Number(e.currentTarget.value))}
    />
  )
}

function BehaviourInput({
  field,
  value,
  onChange,
}: {
  field: string
  value: Behaviour
  onChange: (value: Behaviour) => void
}) {
  const campaigns = useCampaigns()
  const forms = useForms()
  const ofForm = field === 'submitted'
  const things = ofForm ? forms.data?.items : campaigns.data?.items
  const key = ofForm ? 'form_id' : 'campaign_id'
  const change = (next: Behaviour) =>
    onChange(
      Object.fromEntries(
        Object.entries({ ...value, ...next }).filter(([, v]) => v !== undefined && v !== ''),
      ) as Behaviour,
    )
  return (
    <span className="row">
      <NativeSelect
        aria-label={t(ofForm ? 'segments:which_form' : 'segments:which_campaign')}
        value={value[key] ?? ''}
        data={[{ value: '', label: t(ofForm ? 'segments:any_form' : 'segments:any_campaign') }, ...options(things)]}
        onChange={(e) => change({ [key]: e.currentTarget.value })}
      />
      <span className="row">
        {t('segments:within')}
        <TextInput
          type="number"
          min={1}
          className="short"
          aria-label={t('segments:within_days')}
          placeholder={t('segments:ever')}
          value={value.within_days ?? ''}
          onChange={(e) => change({ within_days: e.currentTarget.value ? Number(e.currentTarget.value) : undefined })}
        />
        {t('segments:days')}
      </span>
    </span>
  )
}
