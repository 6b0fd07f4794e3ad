// Tables whose rows become cards under 600 px. The roles are spelt out because a table whose display is
// changed by CSS loses them. Sorting and paging are the server's; a table library would add only weight.

import { Button } from '@mantine/core'
import {
  type InfiniteData,
  type UseInfiniteQueryOptions,
  type UseQueryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { ProblemAlert } from './alert'
import cardCss from './card.module.css'
import { Skeleton } from './skeleton'
import css from './table.module.css'

export interface Column<T> {
  key: string
  header: string
  cell: (row: T) => ReactNode
  number?: boolean
  /** No label in the card form: the row's title, or its buttons. */
  bare?: boolean
  width?: number | string
}

export function DataTable<T>(props: {
  label: string
  columns: Column<T>[]
  rows: T[]
  rowKey: (row: T) => string
  rowTone?: (row: T) => 'bad' | 'warn' | undefined
}) {
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: they are those elements already
    // biome-ignore-start lint/a11y/noRedundantRoles: display:block at phone width takes the native roles away
    <table className={css.table} role="table" aria-label={props.label}>
      <thead role="rowgroup">
        <tr role="row">
          {props.columns.map((c) => (
            <th
              key={c.key}
              role="columnheader"
              className={c.number ? 'num' : undefined}
              style={c.width ? { width: c.width } : undefined}
            >
              {c.header || <span className="sr">{t('actions')}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {props.rows.map((row) => (
          <tr role="row" key={props.rowKey(row)} className={css[props.rowTone?.(row) ?? '']}>
            {props.columns.map((c) => (
              <td
                key={c.key}
                role="cell"
                className={`${c.number ? 'num' : ''} ${c.bare ? css.cellBare : ''}`}
                data-label={c.header}
              >
                <div>{c.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: display:block at phone width takes the native roles away
    // biome-ignore-end lint/a11y/useSemanticElements: they are those elements already
  )
}

interface PageOf<T> {
  items: T[]
  next?: string | null
  total?: number
}

/** What is shown of a list: the rows read so far, and how to read more. */
export interface Listing<T> {
  rows: T[] | undefined
  total?: number
  error: unknown
  isError: boolean
  refetch: () => Promise<unknown>
  more?: { busy: boolean; read: () => void }
}

// biome-ignore-start lint/suspicious/noExplicitAny: of the generated options only what they read matters here
/** The generated options of a list that comes whole. */
export type ListOptions<T> = UseQueryOptions<any, any, PageOf<T>, any>
/** Those of one that comes in pages. */
type PagesOptions<P> = Omit<UseInfiniteQueryOptions<P, any, any, any, any>, 'initialPageParam' | 'getNextPageParam'>
// biome-ignore-end lint/suspicious/noExplicitAny: of the generated options only what they read matters here

/** A list that comes whole. */
export function useWhole<T>(options: ListOptions<T>): Listing<T> {
  const query = useQuery(options)
  return { ...query, rows: query.data?.items, total: query.data?.total }
}

/** A list that comes in pages: all that were read so far, and how to read the next. */
export function usePages<P extends PageOf<unknown>>(
  options: PagesOptions<P>,
): Listing<P['items'][number]> & { first: P | undefined } {
  const query = useInfiniteQuery<P, unknown, InfiniteData<P>>({
    ...options,
    initialPageParam: {},
    getNextPageParam: (last) => last.next || undefined,
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  return {
    ...query,
    first: data?.pages[0],
    rows: data?.pages.flatMap((p) => p.items),
    total: data?.pages[0]?.total,
    more: hasNextPage ? { busy: isFetchingNextPage, read: () => void fetchNextPage() } : undefined,
  }
}

export function Pages<T>(props: {
  pages: Listing<T>
  label: string
  columns: Column<T>[]
  rowKey: (row: T) => string
  rowTone?: (row: T) => 'bad' | 'warn' | undefined
  empty: ReactNode
}) {
  const { pages } = props
  if (pages.rows === undefined) {
    return pages.isError ? (
      <ProblemAlert problem={pages.error} retry={() => void pages.refetch()} />
    ) : (
      <div className={cardCss.card}>
        <Skeleton lines={6} />
      </div>
    )
  }
  if (!pages.rows.length) return <div className={cardCss.card}>{props.empty}</div>
  return (
    <div className={`${cardCss.card} ${cardCss.flush}`}>
      <DataTable
        label={props.label}
        columns={props.columns}
        rows={pages.rows}
        rowKey={props.rowKey}
        rowTone={props.rowTone}
      />
      <footer className={css.foot}>
        <span>
          {pages.total !== undefined && pages.total !== null
            ? t('shown_of', { shown: formatNumber(pages.rows.length), total: formatNumber(pages.total) })
            : t('shown', { count: pages.rows.length })}
        </span>
        {pages.more && (
          <Button variant="default" size="xs" loading={pages.more.busy} onClick={pages.more.read}>
            {t('show_more')}
          </Button>
        )}
      </footer>
    </div>
  )
}
