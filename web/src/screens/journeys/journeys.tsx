import { Button, TextInput } from '@mantine/core'
import { IconPlus, IconRoute, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { queries, useMay } from '@/app/session'
import { createJourney, deleteJourney, type Journey, listJourneys } from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import { confirm, Empty, IconButton, Page, State, Time, type Tone, toast } from '@/ui/kit'
import { Link, useGo } from '@/ui/link'
import { type Column, Pages, usePages } from '@/ui/table'

const tones: Record<Journey['state'], Tone> = {
  draft: 'idle',
  running: 'good',
  paused: 'warn',
  archived: 'idle',
}
export const JourneyStateMark = ({ state }: { state: Journey['state'] }) => (
  <State tone={tones[state]}>{t(`journeys:states.${state}`)}</State>
)

export default function Journeys() {
  const write = useMay()('journeys.write')
  const [open, setOpen] = useState(false)
  const pages = usePages(['journeys', 'pages'], (cursor) =>
    ask(listJourneys({ query: { cursor, limit: 50 } })),
  )
  useLive('journey.counts', () => void pages.refetch())
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
  if (write) {
    columns.push({
      key: 'do',
      header: '',
      bare: true,
      width: 56,
      cell: (j) => (
        <IconButton
          danger
          label={t('journeys:delete_named', { name: j.name })}
          onClick={() =>
            confirm({
              title: t('journeys:delete_title', { name: j.name }),
              body: t('journeys:delete_body', { count: j.counts.active }),
              label: t('journeys:delete_label'),
              run: async () => {
                await ask(deleteJourney({ path: { id: j.id } }))
                await queries.invalidateQueries({ queryKey: ['journeys'] })
                toast('good', t('journeys:deleted', { name: j.name }))
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
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
      {t('journeys:new')}
    </Button>
  )
  return (
    <Page title={t('journeys:title')} lead={t('journeys:lead')} actions={create}>
      <Pages
        pages={pages}
        label={t('journeys:title')}
        columns={columns}
        rowKey={(j) => j.id}
        rowTone={(j) => (j.counts.failed ? 'bad' : undefined)}
        empty={
          <Empty icon={<IconRoute aria-hidden />} title={t('journeys:empty')} action={create}>
            {t('journeys:empty_text')}
          </Empty>
        }
      />
      {open && <New close={() => setOpen(false)} />}
    </Page>
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
        void queries.invalidateQueries({ queryKey: ['journeys'] })
        go(`/journeys/${made.id}`)
      }}
    >
      <TextInput label={t('journeys:name')} required autoFocus {...form.text('name')} />
    </DialogForm>
  )
}
