// Who is logged in, and what they may do. Read once at start, replaced by every call that changes it.
import { hashKey, queryOptions, useQuery } from '@tanstack/react-query'
import { getSession, getSessionQueryKey, type SessionView } from '@/client'
import { ask } from '@/lib/ask'
import { scopeDrafts } from '@/lib/form'
import { changeLanguage, otherLanguage } from '@/lib/i18n'
import { queries } from '@/lib/queries'
import { setZone } from '@/lib/time'

export const sessionOptions = queryOptions({
  queryKey: getSessionQueryKey(),
  queryFn: async () => {
    const session = await ask(getSession())
    // Read again later, it does not take the page away from whoever is writing on it.
    const language = session.state === 'ready' && !owner ? languageOf(session) : undefined
    use(session)
    if (language) changeLanguage(language)
    return session
  },
  staleTime: 5 * 60_000,
})

let owner = ''

/** The language that a session asks for, if it is not the one that is shown. */
export const languageOf = ({ user, tenant }: SessionView): string | undefined =>
  otherLanguage(user?.locale, tenant?.locale)

function use(session: SessionView): SessionView {
  setZone(session.user?.time_zone || session.tenant?.time_zone)
  scopeDrafts([session.user?.id, session.tenant?.id].filter(Boolean).join('.'))
  // What one user or organisation was shown must not be there for the next.
  const now = session.user ? `${session.user.id}.${session.tenant?.id ?? ''}` : ''
  if (now && owner && now !== owner)
    queries.removeQueries({ predicate: (q) => q.queryHash !== hashKey(sessionOptions.queryKey) })
  owner = now || owner
  return session
}

export function keepSession(session: SessionView) {
  queries.setQueryData(sessionOptions.queryKey, use(session))
}

/** Who is not logged in. */
export const nobody: SessionView = { state: 'anonymous', rights: [], tenants: [], notices: [], fresh: false }

export function useSession(): SessionView {
  const { data } = useQuery(sessionOptions)
  return data ?? nobody
}

export type Right =
  | 'persons.read'
  | 'persons.write'
  | 'persons.export'
  | 'segments.write'
  | 'campaigns.read'
  | 'campaigns.write'
  | 'campaigns.send'
  | 'forms.write'
  | 'journeys.write'
  | 'channels.manage'
  | 'users.manage'
  | 'audit.read'
  | 'settings.manage'
  | 'shifts.read'
  | 'shifts.request'
  | 'shifts.write'
  | 'staffing.manage'
  | 'rules.override'
  | 'requests.handle'
  | 'contract.end'
  | 'evidence.read'

export function useMay(): (right: Right) => boolean {
  const { rights } = useSession()
  return (right) => rights.includes(right)
}
