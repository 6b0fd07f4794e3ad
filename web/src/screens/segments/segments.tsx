import { useMay } from '@/app/session'
import { deleteSegment, listSegmentsOptions, type Segment } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { IconFilter } from '@/ui/icons'
import { Link } from '@/ui/link'
import { ListPage } from '@/ui/list-page'
import type { Column } from '@/ui/table'
import { Time } from '@/ui/time'
import { countRules, readTree } from './tree'

export default function Segments() {
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
  return (
    <ListPage
      list={listSegmentsOptions()}
      title={t('segments:title')}
      lead={t('segments:lead')}
      columns={columns}
      name={(s) => s.name}
      empty={[<IconFilter key="i" aria-hidden />, t('segments:empty'), t('segments:empty_text')]}
      write={useMay()('segments.write')}
      make={t('segments:new')}
      makeAt="/segments/new"
      remove={(s) => ({
        title: t('segments:delete_title', { name: s.name }),
        body: t('segments:delete_body', { count: s.persons ?? 0 }),
        label: t('segments:delete_label'),
        done: t('segments:deleted', { name: s.name }),
        run: () => ask(deleteSegment({ path: { id: s.id } })),
      })}
    />
  )
}
