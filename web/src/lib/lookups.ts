// Small sets that many screens choose from, fetched once and kept for a minute.
import { useQuery } from '@tanstack/react-query'
import {
  listAttributesOptions,
  listCampaignsOptions,
  listDocumentKindsOptions,
  listDomainsOptions,
  listFormsOptions,
  listListsOptions,
  listPoolsOptions,
  listProvidersOptions,
  listPurposesOptions,
  listSegmentsOptions,
  listSkillsOptions,
  listTagsOptions,
  listTemplatesOptions,
  listUsersOptions,
  listWorkplacesOptions,
} from '@/client'

const minute = { staleTime: 60_000 }

export const useLists = (enabled = true) => useQuery({ ...listListsOptions(), enabled, ...minute })
export const useTags = (enabled = true) => useQuery({ ...listTagsOptions(), enabled, ...minute })
export const useSegments = (enabled = true) => useQuery({ ...listSegmentsOptions(), enabled, ...minute })
export const useAttributes = (enabled = true) => useQuery({ ...listAttributesOptions(), enabled, ...minute })
export const usePurposes = () => useQuery({ ...listPurposesOptions(), ...minute })
export const useProviders = (enabled = true) => useQuery({ ...listProvidersOptions(), enabled, ...minute })
export const useTemplates = (enabled = true) => useQuery({ ...listTemplatesOptions(), enabled, ...minute })
export const useDomains = (enabled = true) => useQuery({ ...listDomainsOptions(), enabled, ...minute })
export const useForms = (enabled = true) => useQuery({ ...listFormsOptions(), enabled, ...minute })
export const useCampaigns = (enabled = true) =>
  useQuery({ ...listCampaignsOptions({ query: { limit: 200 } }), enabled, ...minute })
export const useUsers = (enabled = true) => useQuery({ ...listUsersOptions(), enabled, ...minute })
export const useWorkplaces = () => useQuery({ ...listWorkplacesOptions(), ...minute })
export const useSkills = () => useQuery({ ...listSkillsOptions(), ...minute })
export const useDocumentKinds = () => useQuery({ ...listDocumentKindsOptions(), ...minute })
export const usePools = () => useQuery({ ...listPoolsOptions(), ...minute })

/** The mailbox that stands for a channel without a provider: it has no row, and its id is nil. */
export const isBuiltIn = (p: { id: string }) => /^[0-]+$/.test(p.id)

type Named = { id: string; name: string }
export const options = (items: Named[] | undefined) => (items ?? []).map((i) => ({ value: i.id, label: i.name }))
