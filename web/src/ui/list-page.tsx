// A screen that lists named things: the table, the button that makes one, and in each row the buttons that change or
// delete it.

import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { t } from '@/lib/i18n'
import { queries } from '@/lib/queries'
import { confirm } from './confirm'
import { Empty } from './empty'
import { IconButton } from './icon-button'
import { IconEdit, IconPlus, IconTrash } from './icons'
import { LinkButton } from './link'
import { Page } from './page'
import { type Column, type ListOptions, Pages, useWhole } from './table'
import { toast } from './toast'

export interface Removal {
  title: string
  body: string
  label: string
  done: string
  run: () => Promise<unknown>
}

export function ListPage<T extends { id: string }>(props: {
  /** How they are read; read anew when one was removed. */
  list: ListOptions<T>
  title: string
  lead: string
  columns: Column<T>[]
  rowTone?: (row: T) => 'bad' | 'warn' | undefined
  name: (row: T) => string
  /** What an empty list shows: a picture, why it is empty, what one can do. */
  empty: [ReactNode, string, string]
  write: boolean
  /** The words of the button that makes one, and where it leads if not to `form`. */
  make: string
  makeAt?: string
  form?: (row: T | undefined, close: () => void) => ReactNode
  /** The form also changes what there is. */
  editable?: boolean
  remove?: (row: T) => Removal
}) {
  const { list, name, write, editable, remove } = props
  const [open, setOpen] = useState<T | 'new'>()
  const pages = useWhole(list)
  const columns = [...props.columns]
  if (write && (editable || remove)) {
    columns.push({
      key: 'do',
      header: '',
      bare: true,
      width: editable && remove ? 96 : 56,
      cell: (row) => (
        <span className="row">
          {editable && (
            <IconButton label={t('edit_named', { name: name(row) })} onClick={() => setOpen(row)}>
              <IconEdit size={18} aria-hidden />
            </IconButton>
          )}
          {remove && (
            <IconButton
              danger
              label={t('delete_named', { name: name(row) })}
              onClick={() => confirmRemoval(remove(row))}
            >
              <IconTrash size={18} aria-hidden />
            </IconButton>
          )}
        </span>
      ),
    })
  }
  const confirmRemoval = ({ done, run, ...words }: Removal) =>
    confirm({
      ...words,
      run: async () => {
        await run()
        await queries.invalidateQueries({ queryKey: list.queryKey })
        toast('good', done)
      },
    })
  const plus = <IconPlus size={16} aria-hidden />
  const create =
    write &&
    (props.makeAt ? (
      <LinkButton href={props.makeAt} leftSection={plus}>
        {props.make}
      </LinkButton>
    ) : (
      <Button leftSection={plus} onClick={() => setOpen('new')}>
        {props.make}
      </Button>
    ))
  const [icon, why, help] = props.empty
  return (
    <Page title={props.title} lead={props.lead} actions={create}>
      <Pages
        pages={pages}
        label={props.title}
        columns={columns}
        rowKey={(row) => row.id}
        rowTone={props.rowTone}
        empty={
          <Empty icon={icon} title={why} action={create}>
            {help}
          </Empty>
        }
      />
      {open && props.form?.(open === 'new' ? undefined : open, () => setOpen(undefined))}
    </Page>
  )
}
