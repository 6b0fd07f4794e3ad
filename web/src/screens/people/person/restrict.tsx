import { Textarea } from '@mantine/core'
import { liftPersonRestriction, type Person, restrictPerson } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { DialogForm } from '@/ui/dialog-form'
import { toast } from '@/ui/toast'
import { refreshPerson } from './refresh'

/** Restricts the processing, or lifts that, with the reason that the trail keeps. */
export function Restrict(props: { person: Person; name: string; what: 'restrict' | 'lift'; close: () => void }) {
  const { person, name, what } = props
  const form = useForm({ reason: '' })
  const call = what === 'restrict' ? restrictPerson : liftPersonRestriction
  return (
    <DialogForm
      open
      title={t(`privacy:${what}_title`, { name })}
      label={t(`privacy:${what}_label`)}
      form={form}
      onClose={props.close}
      send={async (body) => {
        await ask(call({ path: { id: person.id }, body }))
        await refreshPerson(person.id)
        toast('good', t(what === 'restrict' ? 'privacy:restricted' : 'privacy:lifted', { name }))
      }}
    >
      {what === 'restrict' && <p>{t('privacy:restrict_text')}</p>}
      <Textarea label={t('privacy:reason')} rows={3} required maxLength={2000} autoFocus {...form.text('reason')} />
    </DialogForm>
  )
}
