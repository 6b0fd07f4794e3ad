import { PasswordInput, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { useSession } from '@/app/session'
import { proveAgain } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { DialogForm } from './dialog-form'

export default function ProveForm({ done }: { done: (proven: boolean) => void }) {
  const { user } = useSession()
  const form = useForm({ code: '', password: '' })
  const proven = useRef(false)
  return (
    <DialogForm
      open
      onClose={() => done(proven.current)}
      title={t('prove.title')}
      label={t('prove.submit')}
      form={form}
      send={async ({ code, password }) => {
        await ask(proveAgain({ body: user?.totp ? { code: code.trim() } : { password } }))
        proven.current = true
      }}
    >
      <p className="muted">{t(user?.totp ? 'prove.text' : 'prove.text_password')}</p>
      {user?.totp ? (
        <TextInput
          label={t('prove.code')}
          description={t('prove.or_recovery')}
          autoComplete="one-time-code"
          required
          autoFocus
          {...form.text('code')}
        />
      ) : (
        <PasswordInput
          label={t('prove.password')}
          autoComplete="current-password"
          required
          autoFocus
          {...form.text('password')}
        />
      )}
    </DialogForm>
  )
}
