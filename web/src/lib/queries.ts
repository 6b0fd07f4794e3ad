// What was read from the server, and how it is read again. The key of an answer is generated beside the client: the
// operation that read it, and what it was asked with. Whoever changes something names the operations whose answers
// have become old by it.
import { QueryClient } from '@tanstack/react-query'
import type * as operations from '@/client/sdk.gen'
import { toProblem } from './problem'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) => [0, 503].includes(toProblem(error).status) && count < 2,
    },
  },
})

export type Operation = keyof typeof operations
/** What it was asked with, as far as that matters: `{ path: { id } }`. */
type Asked = { path?: Record<string, string> }

/** Reads again what these operations have read, if it is on the screen, else when it is next. */
export const refresh = (read: Operation | Operation[], asked: Asked = {}): Promise<unknown> =>
  Promise.all([read].flat().map((_id) => queries.invalidateQueries({ queryKey: [{ _id, ...asked }] })))

/** Forgets what these operations have read of something that no longer exists. */
export const forget = (read: Operation | Operation[], asked: Asked = {}) => {
  for (const _id of [read].flat()) queries.removeQueries({ queryKey: [{ _id, ...asked }] })
}
