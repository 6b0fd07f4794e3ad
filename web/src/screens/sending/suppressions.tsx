import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import {
  checkSuppression,
  createSuppression,
  deleteSuppression,
  listSuppressionsInfiniteOptions,
  type SuppressionAnswer,
  type SuppressionReason,
  type SuppressionView,
} from '@/client'
import { ask } from '@/lib/ask'
import { every } from '@/lib/every'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { FormAlerts } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { DialogForm } from '@/ui/dialog-form'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconButton } from '@/ui/icon-button'
import { IconMailOff, IconPlus, IconTrash } from '@/ui/icons'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { State } from '@/ui/state'
import { type Column, Pages, usePages } from '@/ui/table'
import { Time } from '@/ui/time'

const reasons = every<SuppressionReason>()(['manual', 'unsubscribe', 'complaint', 'bounce'])
/** The field takes either; the server wants to know which. */
const target = (text: string) => (text.includes('@') ? { email: text } : { phone: text })

export default function Suppressions() {
  const [open, setOpen] = useState(false)
  const pages = usePages(listSuppressionsInfiniteOptions({ query: { limit: 50 } }))
  const columns: Column<SuppressionView>[] = [
    { key: 'hash', header: t('sending:hash'), bare: true, cell: (s) => <code>{s.hash_prefix}…</code> },
    { key: 'channel', header: t('sending:channel'), cell: (s) => t(`sending:channels.${s.channel}`) },
    { key: 'reason', header: t('sending:reason'), cell: (s) => t(`sending:reasons.${s.reason}`) },
    { key: 'at', header: t('sending:since'), cell: (s) => <Time at={s.at} /> },
    {
      key: 'do',
      header: '',
      bare: true,
      width: 56,
      cell: (s) => (
        <IconButton
          danger
          label={t('sending:remove_named', { name: s.hash_prefix })}
          onClick={() =>
            confirm({
              title: t('sending:unsuppress_title', { hash: s.hash_prefix }),
              body: t(`sending:unsuppress.${s.reason}`),
              label: t('sending:unsuppress_label'),
              run: async () => {
                await ask(deleteSuppression({ path: { id: s.id } }))
                await refresh('listSuppressions')
              },
            })
          }
        >
          <IconTrash size={18} aria-hidden />
        </IconButton>
      ),
    },
  ]
  return (
    <Page
      title={t('sending:suppressions')}
      lead={t('sending:suppressions_lead')}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
          {t('sending:new_suppression')}
        </Button>
      }
    >
      <Check />
      <Pages
        pages={pages}
        label={t('sending:suppressions')}
        columns={columns}
        rowKey={(s) => s.id}
        empty={
          <Empty icon={<IconMailOff aria-hidden />} title={t('sending:no_suppressions')}>
            {t('sending:no_suppressions_text')}
          </Empty>
        }
      />
      {open && <New close={() => setOpen(false)} />}
    </Page>
  )
}

function Check() {
  const form = useForm({ email: '' })
  const [answer, setAnswer] = useState<SuppressionAnswer & { email: string }>()
  return (
    <Card>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void form.submit(async (body) =>
            setAnswer({ ...(await ask(checkSuppression({ body: target(body.email) }))), email: body.email }),
          )
        }}
      >
        <FormAlerts form={form} />
        <div className={filtersCss.filters}>
          <TextInput
            className={filtersCss.wide}
            label={t('sending:check_address')}
            required
            {...form.text('email')}
            error={form.errors.email ?? form.errors.phone}
          />
          <Button type="submit" variant="default" loading={form.busy}>
            {t('sending:check_it')}
          </Button>
        </div>
        <div aria-live="polite">
          {answer && (
            <State tone={answer.suppressed ? 'bad' : 'good'}>
              {answer.suppressed
                ? t('sending:is_suppressed', {
                    email: answer.email,
                    reason: t(`sending:reasons.${answer.reason ?? 'manual'}`),
                  })
                : t('sending:is_free', { email: answer.email })}
            </State>
          )}
        </div>
      </form>
    </Card>
  )
}

function New({ close }: { close: () => void }) {
  const form = useForm({ email: '', reason: 'manual' as SuppressionView['reason'] })
  return (
    <DialogForm
      open
      title={t('sending:new_suppression')}
      label={t('add')}
      form={form}
      onClose={close}
      send={async ({ email, reason }) => {
        await ask(createSuppression({ body: { ...target(email), reason } }))
        await refresh('listSuppressions')
      }}
    >
      <TextInput
        label={t('sending:address')}
        required
        autoFocus
        {...form.text('email')}
        error={form.errors.email ?? form.errors.phone}
      />
      <Choice
        label={t('sending:reason')}
        value={form.values.reason}
        error={form.errors.reason}
        data={reasons.map((r) => ({
          value: r,
          label: t(`sending:reasons.${r}`),
        }))}
        onPick={(v) => form.set('reason', v)}
      />
    </DialogForm>
  )
}
