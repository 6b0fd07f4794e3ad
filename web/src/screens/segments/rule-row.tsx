import { NativeSelect } from '@mantine/core'
import { t, wordOr } from '@/lib/i18n'
import { Handles, type Props } from './builder'
import css from './rule-row.module.css'
import { newRule, type Path, type Rule, updateAt, withOperator } from './tree'
import { ValueInput } from './value-input'

export function RuleRow({ tree, fields, onChange, rule, path }: Props & { rule: Rule; path: Path }) {
  const field = fields.find((f) => f.field === rule.field)
  const set = (next: Rule) => onChange(updateAt(tree, path, () => next))
  const label = field?.label ?? rule.field
  return (
    <div className={css.rule}>
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
              label: wordOr(
                `segments:operators.${field.type === 'date' ? 'date_' : ''}${o}`,
                wordOr(`segments:operators.${o}`, o),
              ),
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
