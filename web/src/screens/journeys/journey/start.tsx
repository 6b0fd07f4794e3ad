import { Switch, TextInput } from '@mantine/core'
import type { TriggerInput, TriggerKind } from '@/client'
import { every } from '@/lib/every'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options } from '@/lib/lookups'
import { Card } from '@/ui/card'
import { Choice } from '@/ui/pick'
import type { Things } from '../names'
import type { Values } from './values'

const kinds = every<Exclude<TriggerKind, 'none'>>()([
  'form_submitted',
  'link_clicked',
  'list_joined',
  'segment_entered',
  'attribute_changed',
  'date',
])

export function Start({ form, things }: { form: FormState<Values>; things: Things }) {
  const { trigger } = form.values
  const set = (change: Partial<TriggerInput>) => form.set('trigger', { ...trigger, ...change })
  const attributes = things.attributes
    .filter((a) => trigger.kind !== 'date' || a.type === 'date')
    .map((a) => ({ value: a.key, label: a.label }))
  return (
    <Card title={t('journeys:begins')}>
      <div className="two">
        <TextInput label={t('journeys:name')} required {...form.text('name')} />
        <Choice
          label={t('journeys:trigger')}
          value={trigger.kind}
          error={form.errors.trigger}
          data={kinds.map((k) => ({ value: k, label: t(`journeys:triggers.${k}`) }))}
          onPick={(kind) => form.set('trigger', { kind: kind as TriggerInput['kind'] })}
        />
        {trigger.kind === 'form_submitted' && (
          <Choice
            label={t('journeys:form')}
            empty={t('choose')}
            value={trigger.form_id}
            data={options(things.forms)}
            onPick={(v) => set({ form_id: v || undefined })}
          />
        )}
        {trigger.kind === 'link_clicked' && (
          <>
            <Choice
              label={t('journeys:campaign')}
              empty={t('choose')}
              value={trigger.campaign_id}
              data={options(things.campaigns)}
              onPick={(v) => set({ campaign_id: v || undefined })}
            />
            <TextInput
              type="number"
              min={1}
              label={t('journeys:link_no')}
              placeholder={t('any')}
              value={trigger.link_no ?? ''}
              onChange={(e) => set({ link_no: e.currentTarget.value ? Number(e.currentTarget.value) : undefined })}
            />
          </>
        )}
        {trigger.kind === 'list_joined' && (
          <Choice
            label={t('journeys:list')}
            empty={t('choose')}
            value={trigger.list_id}
            data={options(things.lists)}
            onPick={(v) => set({ list_id: v || undefined })}
          />
        )}
        {trigger.kind === 'segment_entered' && (
          <Choice
            label={t('journeys:segment')}
            empty={t('choose')}
            value={trigger.segment_id}
            data={options(things.segments)}
            onPick={(v) => set({ segment_id: v || undefined })}
          />
        )}
        {(trigger.kind === 'attribute_changed' || trigger.kind === 'date') && (
          <Choice
            label={t('journeys:attribute')}
            empty={t('choose')}
            value={trigger.attribute}
            data={attributes}
            onPick={(v) => set({ attribute: v || undefined })}
          />
        )}
        {trigger.kind === 'attribute_changed' && (
          <TextInput
            label={t('journeys:to_value')}
            placeholder={t('journeys:any_value')}
            value={String(trigger.value ?? '')}
            onChange={(e) => set({ value: e.currentTarget.value || undefined })}
          />
        )}
        {trigger.kind === 'date' && (
          <TextInput
            type="number"
            label={t('journeys:days_before')}
            value={trigger.days_before ?? 0}
            onChange={(e) => set({ days_before: Number(e.currentTarget.value) || 0 })}
          />
        )}
      </div>
      <Switch label={t('journeys:reentry')} {...form.check('reentry')} />
    </Card>
  )
}
