import { Button } from '@mantine/core'
import { useState } from 'react'
import { useSession } from '@/app/session'
import { testCampaign } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { DialogForm } from '@/ui/dialog-form'
import { toast } from '@/ui/kit'
import { PersonPicker, type PickedPerson, TagPicker } from '@/ui/pick-many'

/** Sends the saved message to a few addresses of one's own, filled with a chosen person's values. */
export function TestSend({ id, disabled }: { id: string; disabled?: boolean }) {
  const { user } = useSession()
  const [open, setOpen] = useState(false)
  const [person, setPerson] = useState<PickedPerson>()
  const form = useForm({ emails: user ? [user.email] : [] })
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
        send={async ({ emails }) => {
          const { sent } = await ask(
            testCampaign({ path: { id }, body: { emails, ...(person ? { person_id: person.id } : {}) } }),
          )
          toast('good', t('campaigns:test_sent', { count: sent }))
        }}
      >
        <TagPicker
          label={t('campaigns:test_to')}
          description={t('campaigns:test_to_text')}
          suggestions={user ? [user.email] : []}
          value={form.values.emails}
          error={form.errors.emails}
          onChange={(v) => form.set('emails', v)}
        />
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
