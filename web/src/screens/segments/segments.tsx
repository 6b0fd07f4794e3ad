import { IconFilter, IconPlus, IconTrash } from '@tabler/icons-react'
import { queries, useMay } from '@/app/session'
import { deleteSegment, listSegments, type Segment } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { confirm, Empty, IconButton, Page, Time, toast } from '@/ui/kit'
import { Link, LinkButton } from '@/ui/link'
import { type Column, Pages, usePages } from '@/ui/table'
import { countRules, readTree } from './tree'

export default function Segments() {
  const write = useMay()('segments.write')
  const pages = usePages(['segments', 'pages'], (cursor) =>
    ask(listSegments({ query: { cursor, limit: 50 } })),
  )
  const columns: Column<Segment>[] = [
    {
      key: 'name',
      header: t('segments:name'),
      bare: true,
      cell: (s) => <Link href={`/segments/${s.id}`}>{s.name}</Link>,
    },
    {
      key: 'rules',
      header: t('segments:rules'),
      number: true,
      cell: (s) => countRules(readTree(s.conditions)),
    },
    {
      key: 'persons',
      header: t('segments:persons'),
      number: true,
      cell: (s) =>
        s.persons === undefined || s.persons === null ? (
          '–'
        ) : (
          <Link href={`/persons?segment=${s.id}`}>{formatNumber(s.persons)}</Link>
        ),
    },
    { key: 'counted', header: t('segments:counted'), cell: (s) => <Time at={s.counted_at} /> },
    { key: 'updated', header: t('segments:updated'), cell: (s) => <Time at={s.updated_at} /> },
  ]
  if (write) {
    columns.push({
      key: 'do',
      header: '',
      bare: true,
      width: 56,
      cell: (s) => (
        <IconButton
          danger
          label={t('segments:delete_named', { name: s.name })}
          onClick={() =>
            confirm({
              title: t('segments:delete_title', { name: s.name }),
              body: t('segments:delete_body', { count: s.persons ?? 0 }),
              label: t('segments:delete_label'),
              run: async () => {
                await ask(deleteSegment({ path: { id: s.id } }))
                await queries.invalidateQueries({ queryKey: ['segments'] })
                toast('good', t('segments:deleted', { name: s.name }))
              },
            })
          }
        >
          <IconTrash size={18} aria-hidden />
        </IconButton>
      ),
    })
  }
  const create = write && (
    <LinkButton href="/segments/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t('segments:new')}
    </LinkButton>
  )
  return (
    <Page title={t('segments:title')} lead={t('segments:lead')} actions={create}>
      <Pages
        pages={pages}
        label={t('segments:title')}
        columns={columns}
        rowKey={(s) => s.id}
        empty={
          <Empty icon={<IconFilter aria-hidden />} title={t('segments:empty')} action={create}>
            {t('segments:empty_text')}
          </Empty>
        }
      />
    </Page>
  )
}
