import { Button } from '@mantine/core'
import { useState } from 'react'
import { listProvidersOptions, type ProviderView } from '@/client'
import { t } from '@/lib/i18n'
import { ProblemAlert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { IconPlus, IconServer } from '@/ui/icons'
import { Page } from '@/ui/page'
import { Skeleton } from '@/ui/skeleton'
import { useWhole } from '@/ui/table'
import { ProviderCard } from './card'
import { Edit } from './edit'

export default function Providers() {
  const [open, setOpen] = useState<ProviderView | 'new'>()
  const pages = useWhole(listProvidersOptions())
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
      {t('sending:new_provider')}
    </Button>
  )
  return (
    <Page title={t('sending:providers')} lead={t('sending:providers_lead')} actions={create}>
      {pages.rows === undefined ? (
        pages.isError ? (
          <ProblemAlert problem={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <Skeleton block={240} />
        )
      ) : pages.rows.length === 0 ? (
        <Card>
          <Empty icon={<IconServer aria-hidden />} title={t('sending:no_providers')} action={create}>
            {t('sending:no_providers_text')}
          </Empty>
        </Card>
      ) : (
        pages.rows.map((p) => <ProviderCard key={p.channel + p.id} provider={p} edit={() => setOpen(p)} />)
      )}
      {open && (
        <Edit
          key={open === 'new' ? 'new' : open.id}
          provider={open === 'new' ? undefined : open}
          close={() => setOpen(undefined)}
        />
      )}
    </Page>
  )
}
