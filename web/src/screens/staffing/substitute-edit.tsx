// What the office knows of a substitute: share of full time, pools, skills, and what they and the workplaces want.

import { Checkbox, Input, TextInput } from '@mantine/core'
import { type ChoiceKind, type ChoiceOf, putSubstitute, type SkillOf, type Substitute } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, usePools, useSkills, useWorkplaces } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { DialogForm } from '@/ui/dialog-form'
import { IconButton } from '@/ui/icon-button'
import { IconTrash } from '@/ui/icons'
import { Choice } from '@/ui/pick'
import { Several } from '@/ui/pick-many'
import { toast } from '@/ui/toast'
import needsCss from './needs.module.css'
import { skillLevels } from './needs-editor'

const wishes = ['favourite', 'excluded_by_workplace'] as const satisfies ChoiceKind[]
const degrees = (text: string) => (text.trim() === '' ? null : Number(text.replace(',', '.')))

export function SubstituteEdit({ one, close }: { one: Substitute; close: () => void }) {
  const pools = usePools()
  const form = useForm(
    {
      percent: String(one.percent),
      latitude: one.latitude === undefined ? '' : String(one.latitude),
      longitude: one.longitude === undefined ? '' : String(one.longitude),
      pools: one.pools,
      skills: one.skills,
      workplaces: choiceRows(one.workplaces),
    },
    { draft: `substitute-${one.id}` },
  )
  const { values: v, errors, set } = form
  return (
    <DialogForm
      open
      wide
      title={t('edit_named', { name: one.name })}
      form={form}
      onClose={close}
      send={async (all) => {
        await ask(
          putSubstitute({
            path: { id: one.id },
            body: {
              percent: Number(all.percent.replace(',', '.') || 0),
              latitude: degrees(all.latitude),
              longitude: degrees(all.longitude),
              pools: all.pools,
              skills: all.skills,
              workplaces: choicesOf(all.workplaces),
            },
          }),
        )
        await refresh(['listSubstitutes', 'getSubstitute'])
        toast('good', t('saved'))
      }}
    >
      <TextInput
        type="number"
        min={0}
        max={100}
        step="any"
        label={t('staffing:percent')}
        description={t('staffing:percent_text')}
        {...form.text('percent')}
      />
      <Several
        label={t('staffing:named.pools.title')}
        error={errors.pools}
        data={options(pools.data?.items)}
        value={v.pools}
        empty={t('none')}
        onChange={(ids) => set('pools', ids)}
      />
      <HeldSkills value={v.skills} error={errors.skills} onChange={(skills) => set('skills', skills)} />
      <Choices value={v.workplaces} error={errors.workplaces} onChange={(w) => set('workplaces', w)} />
      <div className="two">
        <TextInput
          inputMode="decimal"
          label={t('staffing:latitude')}
          description={t('staffing:home_text')}
          {...form.text('latitude')}
        />
        <TextInput
          inputMode="decimal"
          label={t('staffing:longitude')}
          description={t('staffing:degrees')}
          {...form.text('longitude')}
        />
      </div>
    </DialogForm>
  )
}

function HeldSkills(props: { value: SkillOf[]; error?: string; onChange: (skills: SkillOf[]) => void }) {
  const { value, onChange } = props
  const skills = useSkills().data?.items ?? []
  const name = (id: string) => skills.find((s) => s.id === id)?.name ?? '…'
  const free = skills.filter((s) => !value.some((h) => h.skill_id === s.id))
  const set = (id: string, some: Partial<SkillOf>) =>
    onChange(value.map((h) => (h.skill_id === id ? { ...h, ...some } : h)))
  return (
    <Input.Wrapper label={t('staffing:named.skills.title')} labelElement="div" error={props.error}>
      <ul className={`plain-list ${needsCss.needs}`}>
        {value.map((held) => (
          <li key={held.skill_id} className={needsCss.need}>
            <span className="strong wrap">{name(held.skill_id)}</span>
            <Choice
              label={t('staffing:level')}
              aria-label={t('staffing:needs.level_of', { name: name(held.skill_id) })}
              value={String(held.level ?? 1) as (typeof skillLevels)[number]}
              data={skillLevels.map((l) => ({ value: l, label: l }))}
              onPick={(level) => set(held.skill_id, { level: Number(level) })}
            />
            <TextInput
              type="date"
              label={t('staffing:expires')}
              aria-label={t('staffing:expires_of', { name: name(held.skill_id) })}
              value={held.expires_on ?? ''}
              onChange={(e) => set(held.skill_id, { expires_on: e.currentTarget.value || undefined })}
            />
            <IconButton
              danger
              label={t('remove_named', { name: name(held.skill_id) })}
              onClick={() => onChange(value.filter((h) => h.skill_id !== held.skill_id))}
            >
              <IconTrash size={16} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {free.length > 0 && (
        <Choice
          aria-label={t('staffing:needs.add')}
          value=""
          empty={t('staffing:needs.add')}
          data={options(free)}
          onPick={(id) => id && onChange([...value, { skill_id: id, level: 1 }])}
        />
      )}
    </Input.Wrapper>
  )
}

interface ChoiceRow {
  workplace_id: string
  wish: '' | 'favourite' | 'excluded_by_workplace'
  unwanted: boolean
}
/** What a workplace chose and what the person chose, in one row for each workplace. */
export function choiceRows(choices: ChoiceOf[]): ChoiceRow[] {
  const rows = new Map<string, ChoiceRow>()
  for (const { workplace_id, kind } of choices) {
    const row = rows.get(workplace_id) ?? { workplace_id, wish: '', unwanted: false }
    rows.set(workplace_id, kind === 'excluded_by_person' ? { ...row, unwanted: true } : { ...row, wish: kind })
  }
  return [...rows.values()]
}
export const choicesOf = (rows: ChoiceRow[]): ChoiceOf[] =>
  rows.flatMap(({ workplace_id, wish, unwanted }) => [
    ...(wish ? [{ workplace_id, kind: wish }] : []),
    ...(unwanted ? [{ workplace_id, kind: 'excluded_by_person' as const }] : []),
  ])

function Choices(props: { value: ChoiceRow[]; error?: string; onChange: (choices: ChoiceRow[]) => void }) {
  const { value, onChange } = props
  const places = useWorkplaces().data?.items ?? []
  const name = (id: string) => places.find((s) => s.id === id)?.name ?? '…'
  const free = places.filter((w) => !value.some((c) => c.workplace_id === w.id))
  const set = (id: string, some: Partial<ChoiceRow>) =>
    onChange(value.map((c) => (c.workplace_id === id ? { ...c, ...some } : c)))
  return (
    <Input.Wrapper
      label={t('staffing:choices.title')}
      description={t('staffing:choices.text')}
      labelElement="div"
      error={props.error}
    >
      <ul className={`plain-list ${needsCss.needs}`}>
        {value.map((choice) => (
          <li key={choice.workplace_id} className={`${needsCss.need} ${needsCss.two}`}>
            <span className="strong wrap">{name(choice.workplace_id)}</span>
            <Choice
              aria-label={t('staffing:choices.of', { name: name(choice.workplace_id) })}
              value={choice.wish}
              empty={t('staffing:choices.no_wish')}
              data={wishes.map((k) => ({ value: k, label: t(`staffing:choices.${k}`) }))}
              onPick={(wish) => set(choice.workplace_id, { wish: wish ?? '' })}
            />
            <IconButton
              danger
              label={t('remove_named', { name: name(choice.workplace_id) })}
              onClick={() => onChange(value.filter((c) => c.workplace_id !== choice.workplace_id))}
            >
              <IconTrash size={16} aria-hidden />
            </IconButton>
            <Checkbox
              className={needsCss.more}
              label={t('staffing:choices.excluded_by_person')}
              aria-label={t('staffing:choices.unwanted_of', { name: name(choice.workplace_id) })}
              checked={choice.unwanted}
              onChange={(e) => set(choice.workplace_id, { unwanted: e.currentTarget.checked })}
            />
          </li>
        ))}
      </ul>
      {free.length > 0 && (
        <Choice
          aria-label={t('staffing:choices.add')}
          value=""
          empty={t('staffing:choices.add')}
          data={options(free)}
          onPick={(id) => id && onChange([...value, { workplace_id: id, wish: 'favourite', unwanted: false }])}
        />
      )}
    </Input.Wrapper>
  )
}
