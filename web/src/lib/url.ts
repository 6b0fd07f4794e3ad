// Filters and tabs live in the address, so that a link or the back button brings the same view again.
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'

export function useUrl(): [Record<string, string | undefined>, (next: Record<string, string | undefined>) => void] {
  const search: unknown = useSearch({ strict: false })
  const navigate = useNavigate()
  const current = (search ?? {}) as Record<string, string | undefined>
  return [
    current,
    (next) => {
      const merged = Object.fromEntries(Object.entries({ ...current, ...next }).filter(([, v]) => v))
      void navigate({ to: '.', search: merged as never, replace: true })
    },
  ]
}

/** The one of `words` that stands in the address; anything else there is nothing. */
export const oneOf = <T extends string>(words: readonly T[], text: string | undefined): T | undefined =>
  words.find((w) => w === text)

/** A part of the route's path, such as `id` in `/persons/$id`. */
export function useParam(name = 'id'): string {
  const params: unknown = useParams({ strict: false })
  return (params as Record<string, string | undefined>)[name] ?? ''
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const out = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') out.set(key, String(value))
  }
  const text = out.toString()
  return text ? `?${text}` : ''
}
