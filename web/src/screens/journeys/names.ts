import { useMay } from '@/app/session'
import { useAttributes, useCampaigns, useForms, useLists, useSegments, useTemplates, useUsers } from '@/lib/lookups'
import type { Names } from './words'

/** Everything a step may refer to, and its name. */
export function useThings() {
  const may = useMay()
  const lists = useLists().data?.items ?? []
  const forms = useForms().data?.items ?? []
  const campaigns = useCampaigns().data?.items ?? []
  const segments = useSegments().data?.items ?? []
  const templates = useTemplates().data?.items ?? []
  const attributes = useAttributes().data?.items ?? []
  const users = (useUsers(may('users.manage')).data?.items ?? []).filter((u) => u.state === 'active')
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
