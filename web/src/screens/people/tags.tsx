import { Button, TextInput } from '@mantine/core'
import { IconEdit, IconPlus, IconTag, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { queries, useMay } from '@/app/session'
import { createTag, deleteTag, listTags, type Tag, updateTag } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import { confirm, Empty, IconButton, Page, toast } from '@/ui/kit'
import { Link } from '@/ui/link'
import { type Column, Pages, usePages } from '@/ui/table'

const changed = () => queries.invalidateQueries({ queryKey: ['tags'] })

export default function Tags() {
  const write = useMay()('persons.write')
  const [open, setOpen] = useState<Tag | 'new'>()
  const pages = usePages(['tags', 'pages'], (cursor) => ask(listTags({ query: { cursor, limit: 100 } })))
  const columns: Column<Tag>[] = [
    {
      key: 'name',
      header: t('people:tag'),
      bare: true,
      cell: (g) => <Link href={`/persons?tag=${encodeURIComponent(g.name)}`}>{g.name}</Link>,
    },
    { key: 'persons', header: t('people:persons'), number: true, cell: (g) => formatNumber(g.persons) },
  ]
  if (write) {
    columns.push({
      key: 'do',
      header: '',
      bare: true,
      width: 96,
      cell: (g) => (
        <span className="row">
          <IconButton label={t('people:edit_named', { name: g.name })} onClick={() => setOpen(g)}>
            <IconEdit size={18} aria-hidden />
          </IconButton>
          <IconButton
            danger
            label={t('people:delete_named', { name: g.name })}
            onClick={() =>
              confirm({
                title: t('people:tags_page.delete_title', { name: g.name }),
                body: t('people:tags_page.delete_body', { count: g.persons }),
                label: t('people:tags_page.delete_label'),
                run: async () => {
                  await ask(deleteTag({ path: { id: g.id } }))
                  await changed()
                  toast('good', t('people:tags_page.deleted', { name: g.name }))
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
      {t('people:tags_page.new')}
    </Button>
  )
  return (
    <Page title={t('people:tags')} lead={t('people:tags_page.lead')} actions={create}>
      <Pages
        pages={pages}
        label={t('people:tags')}
        columns={columns}
        rowKey={(g) => g.id}
        empty={
          <Empty icon={<IconTag aria-hidden />} title={t('people:tags_page.empty')} action={create}>
            {t('people:tags_page.empty_text')}
          </Empty>
        }
      />
      {open && (
        <Edit
          key={open === 'new' ? 'new' : open.id}
          tag={open === 'new' ? undefined : open}
          close={() => setOpen(undefined)}
        />
      )}
    </Page>
  )
}

function Edit({ tag, close }: { tag?: Tag; close: () => void }) {
  const form = useForm({ name: tag?.name ?? '' })
  return (
    <DialogForm
      open
      title={tag ? t('people:edit_named', { name: tag.name }) : t('people:tags_page.new')}
      form={form}
      onClose={close}
      send={async (body) => {
        await ask(tag ? updateTag({ path: { id: tag.id }, body, headers: match() }) : createTag({ body }))
        await changed()
      }}
    >
      <TextInput label={t('people:name')} required autoFocus {...form.text('name')} />
    </DialogForm>
  )
}
