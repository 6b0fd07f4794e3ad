// Small sets that many screens choose from, fetched once and kept for a minute.
import { useQuery } from '@tanstack/react-query'
import {
  listAttributes,
  listCampaigns,
  listDocumentKinds,
  listDomains,
  listForms,
  listLists,
  listPools,
  listProviders,
  listPurposes,
  listSegments,
  listSkills,
  listTags,
  listTemplates,
  listUsers,
  listWorkplaces,
} from '@/client'
import { ask } from './ask'

const minute = { staleTime: 60_000 }

export const useLists = () => useQuery({ queryKey: ['lists', 'all'], queryFn: () => ask(listLists()), ...minute })
export const useTags = (enabled = true) =>
  useQuery({ queryKey: ['tags', 'all'], queryFn: () => ask(listTags()), enabled, ...minute })
export const useSegments = () =>
  useQuery({ queryKey: ['segments', 'all'], queryFn: () => ask(listSegments()), ...minute })
export const useAttributes = () =>
  useQuery({ queryKey: ['attributes', 'all'], queryFn: () => ask(listAttributes()), ...minute })
export const usePurposes = () =>
  useQuery({ queryKey: ['purposes', 'all'], queryFn: () => ask(listPurposes()), ...minute })
export const useProviders = (enabled = true) =>
  useQuery({ queryKey: ['providers', 'all'], queryFn: () => ask(listProviders()), enabled, ...minute })
export const useTemplates = () =>
  useQuery({ queryKey: ['templates', 'all'], queryFn: () => ask(listTemplates()), ...minute })
export const useDomains = (enabled = true) =>
  useQuery({ queryKey: ['domains', 'all'], queryFn: () => ask(listDomains()), enabled, ...minute })
export const useForms = () => useQuery({ queryKey: ['forms', 'all'], queryFn: () => ask(listForms()), ...minute })
export const useCampaigns = () =>
  useQuery({ queryKey: ['campaigns', 'all'], queryFn: () => ask(listCampaigns({ query: { limit: 200 } })), ...minute })
export const useUsers = (enabled = true) =>
  useQuery({ queryKey: ['users', 'all'], queryFn: () => ask(listUsers()), enabled, ...minute })
export const useWorkplaces = () =>
  useQuery({ queryKey: ['workplaces', 'all'], queryFn: () => ask(listWorkplaces()), ...minute })
export const useSkills = () => useQuery({ queryKey: ['skills', 'all'], queryFn: () => ask(listSkills()), ...minute })
export const useDocumentKinds = () =>
  useQuery({ queryKey: ['document_kinds', 'all'], queryFn: () => ask(listDocumentKinds()), ...minute })
export const usePools = () => useQuery({ queryKey: ['pools', 'all'], queryFn: () => ask(listPools()), ...minute })

/** The mailbox that stands for a channel without a provider: it has no row, and its id is nil. */
export const isBuiltIn = (p: { id: string }) => /^[0-]+$/.test(p.id)

type Named = { id: string; name: string }
export const options = (items: Named[] | undefined) => (items ?? []).map((i) => ({ value: i.id, label: i.name }))
