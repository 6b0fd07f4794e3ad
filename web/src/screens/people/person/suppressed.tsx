import { Button } from '@mantine/core'
import { useMay } from '@/app/session'
import { type Channel, deletePersonSuppression, getPerson, type Person, type SuppressionNote } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Alert } from '@/ui/alert'
import { confirm } from '@/ui/confirm'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { refreshPerson } from './refresh'

/** That nothing is sent to the address or the number, and the way to end that for whoever may. */
export function Suppressed(props: { person: Person; name: string; channel: Channel; note?: SuppressionNote }) {
  const { person, name, channel, note } = props
  const may = useMay()
  if (!note) return null
  return (
    <Alert
      tone="warn"
      title={t(`people:suppressed.${channel}`, { reason: t(`people:reasons.${note.reason}`) })}
      actions={
        may('channels.manage') && (
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              confirm({
                title: t(`people:unsuppress_title.${channel}`, { name }),
                body: t(`people:unsuppress_body.${note.reason}`),
                label: t('people:unsuppress_label'),
                run: async () => {
                  await ask(deletePersonSuppression({ path: { id: person.id, channel } }))
                  await refreshPerson(person.id)
                  // What the owner said stays when something else is taken away.
                  const now = await ask(getPerson({ path: { id: person.id } }))
                  const held = channel === 'sms' ? now.sms_suppressed : now.suppressed
                  if (held) toast('warn', t('people:still_suppressed', { name }))
                  else toast('good', t('people:unsuppressed', { name }))
                },
              })
            }
          >
            {t('people:unsuppress')}
          </Button>
        )
      }
    >
      {t(`people:suppressed_text.${channel}`)} <Time at={note.at} />
    </Alert>
  )
}
