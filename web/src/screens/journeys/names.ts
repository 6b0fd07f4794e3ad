import { useMay } from '@/app/session'
import type { TriggerInput } from '@/client'
import { useAttributes, useCampaigns, useForms, useLists, useSegments, useTemplates, useUsers } from '@/lib/lookups'
import type { Step } from './graph'
import type { Names } from './words'

/** What the trigger and the steps of a journey can refer to, and its name; of what none of them is about nothing is read. */
export function useThings(trigger: TriggerInput | undefined, steps: Step[]) {
  const may = useMay()
  const begins = (...kinds: TriggerInput['kind'][]) => trigger !== undefined && kinds.includes(trigger.kind)
  const has = (kind: Step['kind']) => steps.some((s) => s.kind === kind)
  const lists = useLists(begins('list_joined') || has('list')).data?.items ?? []
  const forms = useForms(begins('form_submitted')).data?.items ?? []
  const campaigns = useCampaigns(begins('link_clicked')).data?.items ?? []
  const segments = useSegments(begins('segment_entered')).data?.items ?? []
  const templates = useTemplates(has('send')).data?.items ?? []
  const attributes = useAttributes(begins('attribute_changed', 'date') || has('set_attribute')).data?.items ?? []
  const users = (useUsers(has('notify') && may('users.manage')).data?.items ?? []).filter((u) => u.state === 'active')
  const by = (items: { id: string; name: string }[]) => (id: string) => items.find((i) => i.id === id)?.name ?? '…'
  const names: Names = {
    list: by(lists),
    form: by(forms),
    campaign: by(campaigns),
    segment: by(segments),
    template: by(templates),
    user: by(users),
    attribute: (key) => attributes.find((a) => a.key === key)?.label ?? key,
  }
  return { lists, forms, campaigns, segments, templates, attributes, users, names }
}
export type Things = ReturnType<typeof useThings>
