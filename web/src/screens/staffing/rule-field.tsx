import { TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { RuleLevel, RuleSettings, StaffingDefaults } from '@/client'
import { t } from '@/lib/i18n'
import type { FieldErrors } from '@/lib/problem'
import { Choice } from '@/ui/pick'
import css from './rule-field.module.css'
import { changed, levels, numberAt, type RuleEntry, type RuleNumber, readNumber, shown } from './rules'

export function Rule(props: {
  rule: RuleEntry
  rules: RuleSettings
  defaults: StaffingDefaults
  errors: FieldErrors
  disabled: boolean
  onChange: (rules: RuleSettings) => void
}) {
  const { rule, rules, errors, disabled, onChange, defaults } = props
  const name = t(`staffing:rules.names.${rule.key}`)
  return (
    <li className={css.rule}>
      <div>
        <strong>{name}</strong>
        <p className="muted small">{t(`staffing:rules.texts.${rule.key}`)}</p>
      </div>
      <Choice<RuleLevel>
        aria-label={t('staffing:rules.level_of', { name })}
        value={rules[rule.key].level}
        error={errors[`rules.${rule.key}.level`]}
        disabled={disabled}
        data={levels.map((l) => ({ value: l, label: t(`staffing:rules.levels.${l}`) }))}
        onPick={(level) => onChange(changed(rules, `${rule.key}.level`, level))}
      />
      {(rule.numbers.length > 0 || rule.key === 'weekly_rest') && (
        <div className={css.numbers}>
          {rule.numbers.map((n) => (
            <NumberField
              key={n.path}
              label={t(`staffing:rules.numbers.${n.path.replace('.', '_')}`)}
              number={n}
              value={numberAt(rules, n.path)}
              usual={numberAt(defaults.norwegian, n.path)}
              other={numberAt(defaults.swedish, n.path)}
              error={errors[`rules.${n.path}`]}
              disabled={disabled || rules[rule.key].level === 'off'}
              onChange={(value) => onChange(changed(rules, n.path, value))}
            />
          ))}
          {rule.key === 'weekly_rest' && (
            <Choice
              label={t('staffing:rules.window')}
              value={rules.weekly_rest.window}
              disabled={disabled || rules.weekly_rest.level === 'off'}
              data={(['calendar_week', 'rolling'] as const).map((w) => ({
                value: w,
                label: t(`staffing:rules.windows.${w}`),
              }))}
              onPick={(w) => onChange(changed(rules, 'weekly_rest.window', w))}
            />
          )}
        </div>
      )}
    </li>
  )
}

export function NumberField(props: {
  label: string
  number: RuleNumber
  value: number
  usual: number
  other?: number
  error?: string
  disabled: boolean
  onChange: (value: number) => void
}) {
  const { number, value, usual, other } = props
  const [text, setText] = useState(shown(value, number.unit))
  // A value that changed elsewhere (the country's rules were taken) is shown; what is being typed is left alone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new value is taken over
  useEffect(() => {
    if (readNumber(text, number.unit) !== value && !Number.isNaN(value)) setText(shown(value, number.unit))
  }, [value])
  const unit = (n: number) => t(`staffing:rules.units.${number.unit}`, { n: shown(n, number.unit) })
  return (
    <TextInput
      label={props.label}
      description={
        other !== undefined && other !== usual
          ? t('staffing:rules.usual_two', { no: unit(usual), se: unit(other) })
          : t('staffing:rules.usual', { value: unit(usual) })
      }
      type="number"
      step="any"
      required
      min={shown(number.min, number.unit)}
      max={shown(number.max, number.unit)}
      rightSection={<span className="muted small">{t(`staffing:rules.unit_signs.${number.unit}`)}</span>}
      rightSectionWidth={52}
      disabled={props.disabled}
      error={props.error}
      value={text}
      onChange={(e) => {
        setText(e.currentTarget.value)
        props.onChange(readNumber(e.currentTarget.value, number.unit) ?? Number.NaN)
      }}
    />
  )
}
