// What a shift asks for: skills, from which level on, and whether nobody is asked without them.

import { Input } from '@mantine/core'
import type { SkillNeed } from '@/client'
import { t } from '@/lib/i18n'
import { useSkills } from '@/lib/lookups'
import { IconButton } from '@/ui/icon-button'
import { IconTrash } from '@/ui/icons'
import { Choice } from '@/ui/pick'
import needsCss from './needs.module.css'

export const skillLevels = ['1', '2', '3', '4', '5'] as const

export function NeedsEditor(props: { value: SkillNeed[]; error?: string; onChange: (value: SkillNeed[]) => void }) {
  const { value, onChange } = props
  const skills = useSkills().data?.items ?? []
  const free = skills.filter((s) => !value.some((n) => n.skill_id === s.id))
  const name = (id: string) => skills.find((s) => s.id === id)?.name ?? '…'
  const set = (id: string, some: Partial<SkillNeed>) =>
    onChange(value.map((n) => (n.skill_id === id ? { ...n, ...some } : n)))
  return (
    <Input.Wrapper
      label={t('staffing:needs.label')}
      labelElement="div"
      description={t('staffing:needs.text')}
      error={props.error}
    >
      <ul className={`plain-list ${needsCss.needs}`}>
        {value.map((need) => (
          <li key={need.skill_id} className={needsCss.need}>
            <span className="strong wrap">{name(need.skill_id)}</span>
            <Choice
              aria-label={t('staffing:needs.level_of', { name: name(need.skill_id) })}
              value={String(need.level ?? 1) as (typeof skillLevels)[number]}
              data={skillLevels.map((l) => ({ value: l, label: t('staffing:needs.from_level', { level: l }) }))}
              onPick={(level) => set(need.skill_id, { level: Number(level) })}
            />
            <Choice
              aria-label={t('staffing:needs.weight_of', { name: name(need.skill_id) })}
              value={need.required ? 'required' : 'preferred'}
              data={[
                { value: 'required', label: t('staffing:needs.required') },
                { value: 'preferred', label: t('staffing:needs.preferred') },
              ]}
              onPick={(v) => set(need.skill_id, { required: v === 'required' })}
            />
            <IconButton
              danger
              label={t('remove_named', { name: name(need.skill_id) })}
              onClick={() => onChange(value.filter((n) => n.skill_id !== need.skill_id))}
            >
              <IconTrash size={16} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {free.length > 0 && value.length < 20 && (
        <Choice
          aria-label={t('staffing:needs.add')}
          value=""
          empty={t('staffing:needs.add')}
          data={free.map((s) => ({ value: s.id, label: s.name }))}
          onPick={(id) => id && onChange([...value, { skill_id: id, level: 1, required: true }])}
        />
      )}
      {!skills.length && <p className="muted small">{t('staffing:needs.none_yet')}</p>}
    </Input.Wrapper>
  )
}
