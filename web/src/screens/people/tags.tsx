import { TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import { createTag, deleteTag, listTagsOptions, type Tag, updateTag } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import { IconTag } from '@/ui/icons'
import { Link } from '@/ui/link'
import { ListPage } from '@/ui/list-page'
import type { Column } from '@/ui/table'

export default function Tags() {
  const columns: Column<Tag>[] = [
    {
      key: 'name',
      header: t('people:tag'),
      bare: true,
      cell: (g) => <Link href={`/persons?tag=${g.id}`}>{g.name}</Link>,
    },
    { key: 'persons', header: t('people:persons'), number: true, cell: (g) => formatNumber(g.persons) },
  ]
  return (
    <ListPage
      list={listTagsOptions()}
      title={t('people:tags')}
      lead={t('people:tags_page.lead')}
      columns={columns}
      name={(g) => g.name}
      empty={[<IconTag key="i" aria-hidden />, t('people:tags_page.empty'), t('people:tags_page.empty_text')]}
      write={useMay()('persons.write')}
      make={t('people:tags_page.new')}
      editable
      form={(tag, close) => <Edit key={tag?.id} tag={tag} close={close} />}
      remove={(g) => ({
        title: t('people:tags_page.delete_title', { name: g.name }),
        body: t('people:tags_page.delete_body', { count: g.persons }),
        label: t('people:tags_page.delete_label'),
        done: t('people:tags_page.deleted', { name: g.name }),
        run: () => ask(deleteTag({ path: { id: g.id } })),
      })}
    />
  )
}

function Edit({ tag, close }: { tag?: Tag; close: () => void }) {
  const form = useForm({ name: tag?.name ?? '' })
  return (
    <DialogForm
      open
      title={tag ? t('edit_named', { name: tag.name }) : t('people:tags_page.new')}
      form={form}
      onClose={close}
      send={async (body) => {
        await ask(tag ? updateTag({ path: { id: tag.id }, body, headers: match() }) : createTag({ body }))
        await refresh('listTags')
      }}
    >
      <TextInput label={t('people:name')} required autoFocus {...form.text('name')} />
    </DialogForm>
  )
}
