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

export const useLists = () => useQuery({ ...listListsOptions(), ...minute })
export const useTags = (enabled = true) => useQuery({ ...listTagsOptions(), enabled, ...minute })
export const useSegments = () => useQuery({ ...listSegmentsOptions(), ...minute })
export const useAttributes = () => useQuery({ ...listAttributesOptions(), ...minute })
export const usePurposes = () => useQuery({ ...listPurposesOptions(), ...minute })
export const useProviders = (enabled = true) => useQuery({ ...listProvidersOptions(), enabled, ...minute })
export const useTemplates = () => useQuery({ ...listTemplatesOptions(), ...minute })
export const useDomains = (enabled = true) => useQuery({ ...listDomainsOptions(), enabled, ...minute })
export const useForms = () => useQuery({ ...listFormsOptions(), ...minute })
export const useCampaigns = () => useQuery({ ...listCampaignsOptions({ query: { limit: 200 } }), ...minute })
export const useUsers = (enabled = true) => useQuery({ ...listUsersOptions(), enabled, ...minute })
export const useWorkplaces = () => useQuery({ ...listWorkplacesOptions(), ...minute })
export const useSkills = () => useQuery({ ...listSkillsOptions(), ...minute })
export const useDocumentKinds = () => useQuery({ ...listDocumentKindsOptions(), ...minute })
export const usePools = () => useQuery({ ...listPoolsOptions(), ...minute })

/** The mailbox that stands for a channel without a provider: it has no row, and its id is nil. */
export const isBuiltIn = (p: { id: string }) => /^[0-]+$/.test(p.id)

type Named = { id: string; name: string }
export const options = (items: Named[] | undefined) => (items ?? []).map((i) => ({ value: i.id, label: i.name }))
