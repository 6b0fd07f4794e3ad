// The rules by which people are booked, ranked and asked; each with what it means, and the way back to the country's.

import { Button, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useMay } from '@/app/session'
import {
  getStaffingDefaultsOptions,
  getStaffingSettingsOptions,
  type RuleLevel,
  type RuleSettings,
  type StaffingDefaults,
  type StaffingSettings,
  updateStaffingSettings,
} from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import type { FieldErrors } from '@/lib/problem'
import { EditAlerts, useEditing } from '@/ui/editing'
import { Alert, Card, confirm, Loaded, Page } from '@/ui/kit'
import { Choice } from '@/ui/pick'
import {
  askingNumbers,
  changed,
  levels,
  numberAt,
  type RuleEntry,
  type RuleNumber,
  rankNumbers,
  readNumber,
  ruleGroups,
  sameRule,
  shown,
  weights,
} from './rules'
import './staffing.css'

const fields = [
  ...ruleGroups.flatMap((g) =>
    g.rules.flatMap((r) => [`rules.${r.key}.level`, ...r.numbers.map((n) => `rules.${n.path}`)]),
  ),
  ...weights.map((w) => `ranking.weights.${w}`),
  ...rankNumbers.map((n) => `ranking.${n.path}`),
  ...askingNumbers.map((n) => `asking.${n.path}`),
]

export default function Rules() {
  const settings = useQuery(getStaffingSettingsOptions())
  const defaults = useQuery({ ...getStaffingDefaultsOptions(), staleTime: Number.POSITIVE_INFINITY })
  return (
    <Page title={t('staffing:rules.title')} lead={t('staffing:rules.lead')}>
      <Alert tone="info" title={t('staffing:rules.tool')}>
        {t('staffing:rules.tool_text')}
      </Alert>
      <Loaded query={settings} block={480}>
        {(s) => (
          <Loaded query={defaults} block={480}>
            {(d) => <Edit settings={s} defaults={d} />}
          </Loaded>
        )}
      </Loaded>
    </Page>
  )
}

const read = ({ rules, ranking, asking }: StaffingSettings) => ({ rules, ranking, asking })

function Edit({ settings, defaults }: { settings: StaffingSettings; defaults: StaffingDefaults }) {
  const may = useMay()('settings.manage')
  const editing = useEditing(settings, {
    query: getStaffingSettingsOptions(),
    read,
    draft: may ? 'staffing-rules' : undefined,
    fields,
    after: ['getShift', 'listShiftBookings', 'listOffers', 'listCandidates'],
    send: (body, headers) => ask(updateStaffingSettings({ body, headers })),
  })
  const { form } = editing
  const { values: v, errors, set } = form
  const restore = (country: 'norwegian' | 'swedish') =>
    confirm({
      title: t(`staffing:rules.${country}_title`),
      body: t('staffing:rules.restore_body'),
      label: t(`staffing:rules.${country}`),
      danger: false,
      run: () => set('rules', defaults[country]),
    })
  const usual = same(v.rules, defaults.norwegian) ? 'norwegian' : same(v.rules, defaults.swedish) ? 'swedish' : 'own'
  return (
    <form
      className="sections"
      onSubmit={(event) => {
        event.preventDefault()
        void editing.save()
      }}
    >
      <EditAlerts editing={editing} />
      <Card
        title={t('staffing:rules.rules')}
        note={t(`staffing:rules.are_${usual}`)}
        actions={
          may && (
            <>
              <Button size="xs" variant="default" disabled={usual === 'norwegian'} onClick={() => restore('norwegian')}>
                {t('staffing:rules.norwegian')}
              </Button>
              <Button size="xs" variant="default" disabled={usual === 'swedish'} onClick={() => restore('swedish')}>
                {t('staffing:rules.swedish')}
              </Button>
            </>
          )
        }
      >
        {!may && <p className="muted">{t('staffing:rules.read_only')}</p>}
        {ruleGroups.map((group) => (
          <section key={group.word} className="stack-s">
            <h3>{t(`staffing:rules.groups.${group.word}`)}</h3>
            <ul className="plain-list rule-list">
              {group.rules.map((rule) => (
                <Rule
                  key={rule.key}
                  rule={rule}
                  rules={v.rules}
                  errors={errors}
                  disabled={!may}
                  defaults={defaults}
                  onChange={(r) => set('rules', r)}
                />
              ))}
            </ul>
          </section>
        ))}
      </Card>
      <Card title={t('staffing:rules.ranking')} note={t('staffing:rules.ranking_note')}>
        <Switch
          label={t('staffing:rules.ask_unknown')}
          description={t('staffing:rules.ask_unknown_text')}
          disabled={!may}
          checked={v.ranking.ask_unknown}
          onChange={(e) => set('ranking', { ...v.ranking, ask_unknown: e.currentTarget.checked })}
        />
        <div className="rule-numbers">
          {weights.map((w) => (
            <NumberField
              key={w}
              label={t(`staffing:rules.weights.${w}`)}
              number={{ path: `weights.${w}`, unit: 'points', min: 0, max: 1000 }}
              value={v.ranking.weights[w]}
              usual={defaults.ranking.weights[w]}
              error={errors[`ranking.weights.${w}`]}
              disabled={!may}
              onChange={(n) => set('ranking', changed(v.ranking, `weights.${w}`, n))}
            />
          ))}
          {rankNumbers.map((n) => (
            <NumberField
              key={n.path}
              label={t(`staffing:rules.numbers.${n.path}`)}
              number={n}
              value={numberAt(v.ranking, n.path)}
              usual={numberAt(defaults.ranking, n.path)}
              error={errors[`ranking.${n.path}`]}
              disabled={!may}
              onChange={(value) => set('ranking', changed(v.ranking, n.path, value))}
            />
          ))}
        </div>
      </Card>
      <Card title={t('staffing:rules.asking')} note={t('staffing:rules.asking_note')}>
        <Switch
          label={t('staffing:rules.several_open')}
          description={t('staffing:rules.several_open_text')}
          disabled={!may}
          checked={v.asking.several_open_questions}
          onChange={(e) => set('asking', { ...v.asking, several_open_questions: e.currentTarget.checked })}
        />
        <div className="rule-numbers">
          {askingNumbers.map((n) => (
            <NumberField
              key={n.path}
              label={t(`staffing:rules.numbers.${n.path}`)}
              number={n}
              value={numberAt(v.asking, n.path)}
              usual={numberAt(defaults.asking, n.path)}
              error={errors[`asking.${n.path}`]}
              disabled={!may}
              onChange={(value) => set('asking', changed(v.asking, n.path, value))}
            />
          ))}
        </div>
      </Card>
      {may && (
        <div className="row save-bar">
          <Button type="submit" loading={form.busy} disabled={!form.dirty}>
            {t('save')}
          </Button>
          <Button variant="default" disabled={!form.dirty} onClick={() => form.reset()}>
            {t('staffing:rules.undo')}
          </Button>
          <span className="muted">{t(form.dirty ? 'form.unsaved' : 'form.all_saved')}</span>
        </div>
      )}
    </form>
  )
}

const same = (a: RuleSettings, b: RuleSettings) => ruleGroups.every((g) => g.rules.every((r) => sameRule(a, b, r)))

function Rule(props: {
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
    <li className="rule-row">
      <div className="rule-words">
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
        <div className="rule-numbers">
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

function NumberField(props: {
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
