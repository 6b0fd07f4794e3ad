// Asks for the second factor (or, of a user without one, the password) once more: see lib/prove.
import { PasswordInput, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useSession } from '@/app/session'
import { proveAgain } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { whenToProve } from '@/lib/prove'
import { DialogForm } from './dialog-form'

export function ProveAgain() {
  const { user } = useSession()
  const [open, setOpen] = useState(false)
  const form = useForm({ code: '', password: '' })
  const proven = useRef(false)
  const answer = useRef<(proven: boolean) => void>(() => undefined)
  useEffect(
    () =>
      whenToProve(
        () =>
          new Promise((resolve) => {
            proven.current = false
            answer.current = resolve
            setOpen(true)
          }),
      ),
    [],
  )
  return (
    <DialogForm
      open={open}
      onClose={() => {
        setOpen(false)
        form.reset({ code: '', password: '' })
        answer.current(proven.current)
      }}
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
