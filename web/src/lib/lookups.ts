// Small sets that many screens choose from, fetched once and kept for a minute.
import { useQuery } from '@tanstack/react-query'
import {
  listAttributes,
  listCampaigns,
  listDomains,
  listForms,
  listLists,
  listProviders,
  listPurposes,
  listSegments,
  listTags,
  listTemplates,
  listUsers,
} from '@/client'
import { ask } from './ask'

const all = { query: { limit: 500 } }
const minute = { staleTime: 60_000 }

export const useLists = () =>
  useQuery({ queryKey: ['lists', 'all'], queryFn: () => ask(listLists(all)), ...minute })
export const useTags = (enabled = true) =>
  useQuery({ queryKey: ['tags', 'all'], queryFn: () => ask(listTags(all)), enabled, ...minute })
export const useSegments = () =>
  useQuery({ queryKey: ['segments', 'all'], queryFn: () => ask(listSegments(all)), ...minute })
export const useAttributes = () =>
  useQuery({ queryKey: ['attributes', 'all'], queryFn: () => ask(listAttributes(all)), ...minute })
export const usePurposes = () =>
  useQuery({ queryKey: ['purposes', 'all'], queryFn: () => ask(listPurposes(all)), ...minute })
export const useProviders = (enabled = true) =>
  useQuery({ queryKey: ['providers', 'all'], queryFn: () => ask(listProviders(all)), enabled, ...minute })
export const useTemplates = () =>
  useQuery({ queryKey: ['templates', 'all'], queryFn: () => ask(listTemplates(all)), ...minute })
export const useDomains = (enabled = true) =>
  useQuery({ queryKey: ['domains', 'all'], queryFn: () => ask(listDomains(all)), enabled, ...minute })
export const useForms = () =>
  useQuery({ queryKey: ['forms', 'all'], queryFn: () => ask(listForms(all)), ...minute })
export const useCampaigns = () =>
  useQuery({ queryKey: ['campaigns', 'all'], queryFn: () => ask(listCampaigns(all)), ...minute })
export const useUsers = (enabled = true) =>
  useQuery({ queryKey: ['users', 'all'], queryFn: () => ask(listUsers(all)), enabled, ...minute })

type Named = { id: string; name: string }
export const options = (items: Named[] | undefined) =>
  (items ?? []).map((i) => ({ value: i.id, label: i.name }))
