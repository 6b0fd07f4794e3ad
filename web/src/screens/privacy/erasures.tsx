// Who was erased, and the receipt that proves it to others.

import { type ErasedView, listErasuresInfiniteOptions } from '@/client'
import { t } from '@/lib/i18n'
import { Empty } from '@/ui/empty'
import { IconCertificate, IconEraser } from '@/ui/icons'
import { LinkButton } from '@/ui/link'
import { Page } from '@/ui/page'
import { type Column, Pages, usePages } from '@/ui/table'
import { Time } from '@/ui/time'

const columns = (): Column<ErasedView>[] => [
  { key: 'person', header: t('keeping:person'), bare: true, cell: (e) => <code>{e.person_id}</code> },
  { key: 'at', header: t('keeping:rows_at'), cell: (e) => <Time at={e.at} /> },
  {
    key: 'key',
    header: t('keeping:key_at'),
    cell: (e) => <Time at={e.key_destroyed_at} never={t('keeping:key_pending')} />,
  },
  {
    key: 'by',
    header: t('keeping:by'),
    cell: (e) => e.by ?? <span className="muted">{t('keeping:by_system')}</span>,
  },
  {
    key: 'receipt',
    header: '',
    cell: (e) => (
      <LinkButton
        variant="default"
        size="xs"
        download
        href={`/api/v1/erasures/${e.person_id}/receipt`}
        leftSection={<IconCertificate size={16} aria-hidden />}
      >
        {t('keeping:receipt')}
      </LinkButton>
    ),
  },
]

export default function Erasures() {
  const pages = usePages(listErasuresInfiniteOptions({ query: { limit: 50 } }))
  return (
    <Page title={t('keeping:erasures')} lead={t('keeping:erasures_lead')} wide>
      <Pages
        pages={pages}
        label={t('keeping:erasures')}
        columns={columns()}
        rowKey={(e) => e.id}
        empty={
          <Empty icon={<IconEraser aria-hidden />} title={t('keeping:no_erasures')}>
            {t('keeping:no_erasures_text')}
          </Empty>
        }
      />
      <p className="muted small">{t('keeping:receipt_note')}</p>
    </Page>
  )
}
