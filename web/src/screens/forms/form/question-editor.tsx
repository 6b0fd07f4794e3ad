import { Switch, TextInput } from '@mantine/core'
import type { FormField } from '@/client'
import { t } from '@/lib/i18n'
import { useAttributes } from '@/lib/lookups'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import { freeKey, hasChoices } from '../fields'

const contact = ['first_name', 'last_name'] as const

export function QuestionEditor(props: {
  field: FormField
  fields: FormField[]
  index: number
  errors: Record<string, string>
  onChange: (field: FormField) => void
}) {
  const { field, fields, index, onChange } = props
  const attributes = useAttributes()
  const set = (change: Partial<FormField>) => onChange({ ...field, ...change })
  return (
    <>
      <TextInput
        label={t('forms:question')}
        required
        value={field.label}
        onChange={(e) => {
          const label = e.currentTarget.value
          const follow = field.key === freeKey(field.label, fields, index)
          set(follow ? { label, key: freeKey(label, fields, index) } : { label })
        }}
      />
      <TextInput
        label={t('forms:help')}
        value={field.help ?? ''}
        onChange={(e) => set({ help: e.currentTarget.value || undefined })}
      />
      {hasChoices(field.type) && (
        <TagPicker
          label={t('forms:choices')}
          placeholder={t('forms:choices_hint')}
          suggestions={[]}
          value={field.choices ?? []}
          onChange={(choices) => set({ choices })}
        />
      )}
      <div className="two">
        {field.type === 'rating' && (
          <TextInput
            type="number"
            min={3}
            max={10}
            label={t('forms:max')}
            value={field.max ?? 5}
            onChange={(e) => set({ max: Number(e.currentTarget.value) || 5 })}
          />
        )}
        {field.type !== 'consent' && field.type !== 'email' && field.type !== 'phone' && (
          <Choice
            label={t('forms:store_as')}
            empty={t('forms:only_answer')}
            value={field.attribute}
            data={[
              ...contact.map((c) => ({ value: c as string, label: t(`forms:contact.${c}`) })),
              ...(attributes.data?.items ?? []).map((a) => ({ value: a.key, label: a.label })),
            ]}
            onPick={(v) => set({ attribute: v || undefined })}
          />
        )}
      </div>
      <Switch
        label={t('forms:required')}
        checked={field.required}
        onChange={(e) => set({ required: e.currentTarget.checked })}
      />
    </>
  )
}
