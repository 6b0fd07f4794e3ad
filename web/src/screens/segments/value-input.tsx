import { NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { listSegmentValuesOptions, type SegmentFieldView } from '@/client'
import { t } from '@/lib/i18n'
import { options, useCampaigns, useForms, useLists, useTags } from '@/lib/lookups'
import { Several } from '@/ui/pick-many'
import { type Behaviour, type Rule, type RuleValue, valueKind } from './tree'
import css from './value-input.module.css'

export function ValueInput({
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
      className={props.short ? css.short : undefined}
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
          className={css.short}
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
