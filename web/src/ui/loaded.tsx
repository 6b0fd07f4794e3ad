import type { ReactNode } from 'react'
import { ProblemAlert } from './alert'
import { Skeleton } from './skeleton'

interface QueryLike<T> {
  data: T | undefined
  error: unknown
  isError: boolean
  refetch: () => unknown
}

/** Shows a skeleton, a problem with a way out, or the data. */
export function Loaded<T>(props: {
  query: QueryLike<T>
  lines?: number
  block?: number
  children: (data: T) => ReactNode
}) {
  const { query } = props
  if (query.data !== undefined) return <>{props.children(query.data)}</>
  if (query.isError) return <ProblemAlert problem={query.error} retry={() => query.refetch()} />
  return <Skeleton lines={props.lines} block={props.block} />
}
