import { Switch, Textarea, TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import { createList, deleteList, type List, listListsOptions, updateList } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import { IconList } from '@/ui/icons'
import { Link } from '@/ui/link'
import { ListPage } from '@/ui/list-page'
import { State } from '@/ui/state'
import type { Column } from '@/ui/table'
import { Time } from '@/ui/time'

export default function Lists() {
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
  return (
    <ListPage
      list={listListsOptions()}
      title={t('people:lists')}
      lead={t('people:lists_page.lead')}
      columns={columns}
      name={(l) => l.name}
      empty={[<IconList key="i" aria-hidden />, t('people:lists_page.empty'), t('people:lists_page.empty_text')]}
      write={useMay()('persons.write')}
      make={t('people:lists_page.new')}
      editable
      form={(list, close) => <Edit key={list?.id} list={list} close={close} />}
      remove={(l) => ({
        title: t('people:lists_page.delete_title', { name: l.name }),
        body: t('people:lists_page.delete_body', { count: l.persons }),
        label: t('people:lists_page.delete_label'),
        done: t('people:lists_page.deleted', { name: l.name }),
        run: () => ask(deleteList({ path: { id: l.id } })),
      })}
    />
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
      title={list ? t('edit_named', { name: list.name }) : t('people:lists_page.new')}
      label={list ? undefined : t('people:lists_page.create')}
      form={form}
      onClose={close}
      send={async (body) => {
        await ask(list ? updateList({ path: { id: list.id }, body, headers: match() }) : createList({ body }))
        await refresh('listLists')
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
