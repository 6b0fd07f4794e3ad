// The rules by which people are booked, ranked and asked; each with what it means, and the way back to the country's.

import { Button, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import {
  getStaffingDefaultsOptions,
  getStaffingSettingsOptions,
  type RuleSettings,
  type StaffingDefaults,
  type StaffingSettings,
  updateStaffingSettings,
} from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { EditAlerts, useEditing } from '@/ui/editing'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { NumberField, Rule } from './rule-field'
import ruleFieldCss from './rule-field.module.css'
import { askingNumbers, changed, numberAt, rankNumbers, ruleGroups, sameRule, weights } from './rules'
import css from './rules-page.module.css'

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
            <ul className="plain-list">
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
        <div className={ruleFieldCss.numbers}>
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
        <div className={ruleFieldCss.numbers}>
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
        <div className={`row ${css.saveBar}`}>
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
