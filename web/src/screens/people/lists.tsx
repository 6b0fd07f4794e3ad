import { Button, Switch, Textarea, TextInput } from '@mantine/core'
import { IconEdit, IconList, IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { queries, useMay } from '@/app/session'
import { createList, deleteList, type List, listLists, updateList } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import { confirm, Empty, IconButton, Page, State, Time, toast } from '@/ui/kit'
import { Link } from '@/ui/link'
import { type Column, Pages, usePages } from '@/ui/table'

const changed = () => queries.invalidateQueries({ queryKey: ['lists'] })

export default function Lists() {
  const write = useMay()('persons.write')
  const [open, setOpen] = useState<List | 'new'>()
  const pages = usePages(['lists', 'pages'], (cursor) => ask(listLists({ query: { cursor, limit: 50 } })))
  const columns: Column<List>[] = [
    {
      key: 'name',
      header: t('people:name'),
      bare: true,
      cell: (l) => (
        <>
          <Link href={`/persons?list=${l.id}`}>{l.name}</Link>
          {l.description && <div className="muted small">{l.description}</div>}
        </>
      ),
    },
    {
      key: 'optin',
      header: t('people:lists_page.opt_in'),
      cell: (l) => (
        <State tone={l.double_opt_in ? 'good' : 'idle'}>
          {t(l.double_opt_in ? 'people:lists_page.double' : 'people:lists_page.single')}
        </State>
      ),
    },
    { key: 'persons', header: t('people:persons'), number: true, cell: (l) => formatNumber(l.persons) },
    {
      key: 'pending',
      header: t('people:lists_page.pending'),
      number: true,
      cell: (l) => formatNumber(l.pending),
    },
    { key: 'created', header: t('people:lists_page.created'), cell: (l) => <Time at={l.created_at} /> },
  ]
  if (write) {
    columns.push({
      key: 'do',
      header: '',
      bare: true,
      width: 96,
      cell: (l) => (
        <span className="row">
          <IconButton label={t('people:edit_named', { name: l.name })} onClick={() => setOpen(l)}>
            <IconEdit size={18} aria-hidden />
          </IconButton>
          <IconButton
            danger
            label={t('people:delete_named', { name: l.name })}
            onClick={() =>
              confirm({
                title: t('people:lists_page.delete_title', { name: l.name }),
                body: t('people:lists_page.delete_body', { count: l.persons }),
                label: t('people:lists_page.delete_label'),
                run: async () => {
                  await ask(deleteList({ path: { id: l.id } }))
                  await changed()
                  toast('good', t('people:lists_page.deleted', { name: l.name }))
                },
              })
            }
          >
            <IconTrash size={18} aria-hidden />
          </IconButton>
        </span>
      ),
    })
  }
  const create = write && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
      {t('people:lists_page.new')}
    </Button>
  )
  return (
    <Page title={t('people:lists')} lead={t('people:lists_page.lead')} actions={create}>
      <Pages
        pages={pages}
        label={t('people:lists')}
        columns={columns}
        rowKey={(l) => l.id}
        empty={
          <Empty icon={<IconList aria-hidden />} title={t('people:lists_page.empty')} action={create}>
            {t('people:lists_page.empty_text')}
          </Empty>
        }
      />
      {open && (
        <Edit
          key={open === 'new' ? 'new' : open.id}
          list={open === 'new' ? undefined : open}
          close={() => setOpen(undefined)}
        />
      )}
    </Page>
  )
}

function Edit({ list, close }: { list?: List; close: () => void }) {
  const form = useForm(
    {
      name: list?.name ?? '',
      description: list?.description ?? '',
      double_opt_in: list?.double_opt_in ?? true,
    },
    { draft: `list-${list?.id ?? 'new'}` },
  )
  return (
    <DialogForm
      open
      title={list ? t('people:edit_named', { name: list.name }) : t('people:lists_page.new')}
      label={list ? undefined : t('people:lists_page.create')}
      form={form}
      onClose={close}
      send={async (body) => {
        await ask(list ? updateList({ path: { id: list.id }, body, headers: match() }) : createList({ body }))
        await changed()
      }}
    >
      <TextInput label={t('people:name')} required autoFocus {...form.text('name')} />
      <Textarea label={t('people:description')} rows={2} {...form.text('description')} />
      <Switch
        label={t('people:lists_page.double')}
        description={t('people:lists_page.double_text')}
        {...form.check('double_opt_in')}
      />
    </DialogForm>
  )
}
