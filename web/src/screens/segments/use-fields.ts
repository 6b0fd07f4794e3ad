import { useQuery } from '@tanstack/react-query'
import { listSegmentFieldsOptions } from '@/client'

export const useFields = () =>
  useQuery({ ...listSegmentFieldsOptions(), select: ({ fields }) => fields, staleTime: 60_000 })
