import { Button } from '@mantine/core'
import { useState } from 'react'
import { useSession } from '@/app/session'
import { type Channel, createTestAddress, testCampaign } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { toProblem } from '@/lib/problem'
import { DialogForm } from '@/ui/dialog-form'
import { PersonPicker, type PickedPerson, TagPicker } from '@/ui/pick-many'
import { toast, toastProblem } from '@/ui/toast'

/**
 * Sends the saved message to a few addresses or numbers of one's own, filled with a chosen person's values. Tests by mail go
 * to the user, to that person, and to addresses whose owners said yes: the others can be asked from here.
 */
export function TestSend({ id, channel, disabled }: { id: string; channel: Channel; disabled?: boolean }) {
  const { user } = useSession()
  const [open, setOpen] = useState(false)
  const [person, setPerson] = useState<PickedPerson>()
  const sms = channel === 'sms'
  const to = sms ? 'phones' : 'emails'
  const form = useForm<{ emails?: string[]; phones?: string[] }>(
    sms ? { phones: [] } : { emails: user ? [user.email] : [] },
  )
  return (
    <>
      <Button
        variant="default"
        disabled={disabled}
        title={disabled ? t('campaigns:test_save_first') : undefined}
        onClick={() => setOpen(true)}
      >
        {t('campaigns:test')}
      </Button>
      <DialogForm
        open={open}
        title={t('campaigns:test_title')}
        label={t('campaigns:test_send')}
        form={form}
        onClose={() => setOpen(false)}
        send={async (values) => {
          const { sent } = await ask(
            testCampaign({ path: { id }, body: { ...values, ...(person ? { person_id: person.id } : {}) } }),
          )
          toast('good', t('campaigns:test_sent', { count: sent }))
        }}
      >
        <TagPicker
          label={t('campaigns:test_to')}
          description={t(sms ? 'campaigns:test_to_numbers' : 'campaigns:test_to_text')}
          suggestions={user && !sms ? [user.email] : []}
          value={form.values[to] ?? []}
          error={form.errors[to]}
          onChange={(v) => form.set(to, v)}
        />
        {!sms && form.errors.emails && (
          <Button
            variant="default"
            onClick={async () => {
              try {
                // Those who were asked already say so; they need no second message.
                for (const email of form.values.emails ?? [])
                  if (email.toLowerCase() !== user?.email.toLowerCase())
                    await ask(createTestAddress({ body: { email } })).catch((error: unknown) => {
                      if (toProblem(error).status !== 409) throw error
                    })
                toast('good', t('campaigns:test_asked'))
              } catch (error) {
                toastProblem(error)
              }
            }}
          >
            {t('campaigns:test_ask')}
          </Button>
        )}
        <PersonPicker
          label={t('campaigns:test_as')}
          description={t('campaigns:test_as_text')}
          value={person}
          onPick={setPerson}
        />
      </DialogForm>
    </>
  )
}
