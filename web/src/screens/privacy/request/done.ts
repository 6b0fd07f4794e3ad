import { getRequestQueryKey, type SubjectRequest } from '@/client'
import { queries, refresh } from '@/lib/queries'
import { toast } from '@/ui/toast'

/** Takes the newest state, says what was done, and lets the lists read anew. */
export async function done(id: string, call: Promise<SubjectRequest>, words?: string) {
  const request = await call
  queries.setQueryData(getRequestQueryKey({ path: { id } }), request)
  await refresh('listRequests')
  if (words) toast('good', words)
}
