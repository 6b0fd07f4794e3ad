import { useMay } from '@/app/session'
import { type Attribute, deleteAttribute, listAttributesOptions } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { IconAdjustments, IconLock } from '@/ui/icons'
import { ListPage } from '@/ui/list-page'
import type { Column } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { AttributeForm } from './attribute-form'

export default function Attributes() {
  const columns: Column<Attribute>[] = [
    {
      key: 'label',
      header: t('people:attributes_page.label'),
      bare: true,
      cell: (a) => (
        <>
          <span className="strong">{a.label}</span> <code className="muted">{a.key}</code>
        </>
      ),
    },
    { key: 'type', header: t('people:attributes_page.type'), cell: (a) => t(`people:types.${a.type}`) },
    {
      key: 'class',
      header: t('people:attributes_page.class'),
      cell: (a) => (
        <span className="row">
          {a.classification !== 'plain' && <IconLock size={15} aria-hidden />}
          {t(`people:class.${a.classification}`)}
        </span>
      ),
    },
    {
      key: 'choices',
      header: t('people:attributes_page.choices'),
      cell: (a) =>
        a.choices.length ? (
          <span className="tags">
            {a.choices.map((c) => (
              <Tag key={c}>{c}</Tag>
            ))}
          </span>
        ) : (
          <span className="muted">–</span>
        ),
    },
  ]
  return (
    <ListPage
      list={listAttributesOptions()}
      title={t('people:attributes')}
      lead={t('people:attributes_page.lead')}
      columns={columns}
      name={(a) => a.label}
      empty={[
        <IconAdjustments key="i" aria-hidden />,
        t('people:attributes_page.empty'),
        t('people:attributes_page.empty_text'),
      ]}
      write={useMay()('persons.write')}
      make={t('people:attributes_page.new')}
      editable
      form={(attribute, close) => <AttributeForm key={attribute?.id} attribute={attribute} close={close} />}
      remove={(a) => ({
        title: t('people:attributes_page.delete_title', { name: a.label }),
        body: t('people:attributes_page.delete_body'),
        label: t('people:attributes_page.delete_label'),
        done: t('people:attributes_page.deleted', { name: a.label }),
        run: () => ask(deleteAttribute({ path: { id: a.id } })),
      })}
    />
  )
}
