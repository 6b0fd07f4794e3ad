// Steps and triggers in words: the same in the list, on the canvas and to a screen reader.
import type { TriggerInput } from '@/client'
import { t } from '@/lib/i18n'
import { listOf } from '@/lib/intl'
import { countRules } from '@/screens/segments/tree'
import type { Step } from './graph'

export interface Names {
  list: (id: string) => string
  form: (id: string) => string
  campaign: (id: string) => string
  segment: (id: string) => string
  template: (id: string) => string
  user: (id: string) => string
  attribute: (key: string) => string
}

export function describe(step: Step, names: Names): string {
  switch (step.kind) {
    case 'wait': {
      const parts = [
        step.days && t('journeys:span.days', { count: step.days }),
        step.hours && t('journeys:span.hours', { count: step.hours }),
        step.minutes && t('journeys:span.minutes', { count: step.minutes }),
      ]
      return listOf(parts) || t('journeys:not_set')
    }
    case 'wait_until':
      return step.weekday
        ? t('journeys:until_day', { day: t(`journeys:weekdays.${step.weekday}`), time: step.time })
        : t('journeys:until', { time: step.time })
    case 'branch':
      return t('journeys:conditions', { count: countRules(step.conditions) })
    case 'send':
      return step.subject || (step.template_id ? names.template(step.template_id) : t('journeys:not_set'))
    case 'set_attribute':
      return step.attribute
        ? t('journeys:sets', { name: names.attribute(step.attribute), value: String(step.value ?? '–') })
        : t('journeys:not_set')
    case 'tag': {
      const parts = [
        step.add.length && t('journeys:adds', { tags: listOf(step.add) }),
        step.remove.length && t('journeys:removes', { tags: listOf(step.remove) }),
      ].filter(Boolean)
      return parts.join('; ') || t('journeys:not_set')
    }
    case 'list':
      return step.list_id ? t(`journeys:list_${step.state}`, { name: names.list(step.list_id) }) : t('journeys:not_set')
    case 'webhook':
      return step.url || t('journeys:not_set')
    case 'sms':
      return step.text || t('journeys:not_set')
    case 'notify':
      return step.user_id
        ? t('journeys:tells', { name: names.user(step.user_id), text: step.text })
        : t('journeys:not_set')
  }
}

export function describeTrigger(trigger: TriggerInput, names: Names): string {
  const or = (id: string | null | undefined, name: (id: string) => string) => (id ? name(id) : t('journeys:not_set'))
  switch (trigger.kind) {
    case 'none':
      return t('journeys:not_set')
    case 'form_submitted':
      return t('journeys:when.form_submitted', { name: or(trigger.form_id, names.form) })
    case 'link_clicked':
      return t('journeys:when.link_clicked', { name: or(trigger.campaign_id, names.campaign) })
    case 'list_joined':
      return t('journeys:when.list_joined', { name: or(trigger.list_id, names.list) })
    case 'segment_entered':
      return t('journeys:when.segment_entered', { name: or(trigger.segment_id, names.segment) })
    case 'attribute_changed':
      return t('journeys:when.attribute_changed', { name: or(trigger.attribute, names.attribute) })
    case 'date':
      return t('journeys:when.date', {
        name: or(trigger.attribute, names.attribute),
        count: trigger.days_before ?? 0,
      })
  }
}
