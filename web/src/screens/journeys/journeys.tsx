import { TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import { createJourney, deleteJourney, type Journey, listJourneysOptions } from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import { IconRoute } from '@/ui/icons'
import { Link, useGo } from '@/ui/link'
import { ListPage } from '@/ui/list-page'
import { State } from '@/ui/state'
import type { Column } from '@/ui/table'
import { Time } from '@/ui/time'
import { JourneyStateMark } from './states'

export default function Journeys() {
  useLive('journey.counts', () => void refresh('listJourneys'))
  const columns: Column<Journey>[] = [
    {
      key: 'name',
      header: t('journeys:name'),
      bare: true,
      cell: (j) => <Link href={`/journeys/${j.id}`}>{j.name}</Link>,
    },
    { key: 'state', header: t('journeys:state'), cell: (j) => <JourneyStateMark state={j.state} /> },
    {
      key: 'failed',
      header: t('journeys:failed'),
      number: true,
      cell: (j) =>
        j.counts.failed ? (
          <Link href={`/journeys/${j.id}/runs?state=failed`}>
            <State tone="bad">{formatNumber(j.counts.failed)}</State>
          </Link>
        ) : (
          '0'
        ),
    },
    {
      key: 'active',
      header: t('journeys:active'),
      number: true,
      cell: (j) => <Link href={`/journeys/${j.id}/runs?state=active`}>{formatNumber(j.counts.active)}</Link>,
    },
    {
      key: 'entered',
      header: t('journeys:entered'),
      number: true,
      cell: (j) => formatNumber(j.counts.entered),
    },
    {
      key: 'finished',
      header: t('journeys:finished'),
      number: true,
      cell: (j) => formatNumber(j.counts.finished),
    },
    { key: 'updated', header: t('journeys:updated'), cell: (j) => <Time at={j.updated_at} /> },
  ]
  return (
    <ListPage
      list={listJourneysOptions()}
      title={t('journeys:title')}
      lead={t('journeys:lead')}
      columns={columns}
      rowTone={(j) => (j.counts.failed ? 'bad' : undefined)}
      name={(j) => j.name}
      empty={[<IconRoute key="i" aria-hidden />, t('journeys:empty'), t('journeys:empty_text')]}
      write={useMay()('journeys.write')}
      make={t('journeys:new')}
      form={(_, close) => <New close={close} />}
      remove={(j) => ({
        title: t('journeys:delete_title', { name: j.name }),
        body: t('journeys:delete_body', { count: j.counts.active }),
        label: t('journeys:delete_label'),
        done: t('journeys:deleted', { name: j.name }),
        run: () => ask(deleteJourney({ path: { id: j.id } })),
      })}
    />
  )
}

function New({ close }: { close: () => void }) {
  const go = useGo()
  const form = useForm({ name: '' })
  return (
    <DialogForm
      open
      title={t('journeys:new')}
      label={t('journeys:create')}
      form={form}
      onClose={close}
      send={async ({ name }) => {
        const made = await ask(
          createJourney({ body: { name, trigger: { kind: 'list_joined' }, steps: [], start: '' } }),
        )
        void refresh('listJourneys')
        go(`/journeys/${made.id}`)
      }}
    >
      <TextInput label={t('journeys:name')} required autoFocus {...form.text('name')} />
    </DialogForm>
  )
}
