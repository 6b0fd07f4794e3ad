// Asks for the second factor (or, of a user without one, the password) once more: see lib/prove. It is seldom needed: it
// comes when it is, beside the tree of the screen, which goes on waiting.

import { MantineProvider, PasswordInput, TextInput } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { useRef } from 'react'
import { createRoot } from 'react-dom/client'
import { useSession } from '@/app/session'
import { makeTheme } from '@/app/theme'
import { proveAgain } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { loadWords, t } from '@/lib/i18n'
import { nonce } from '@/lib/nonce'
import { queries } from '@/lib/queries'
import { DialogForm } from './dialog-form'

function ProveForm({ done }: { done: (proven: boolean) => void }) {
  const { user } = useSession()
  const form = useForm({ code: '', password: '' })
  const proven = useRef(false)
  return (
    <DialogForm
      open
      onClose={() => done(proven.current)}
      title={t('prove:title')}
      label={t('prove:submit')}
      form={form}
      send={async ({ code, password }) => {
        await ask(proveAgain({ body: user?.totp ? { code: code.trim() } : { password } }))
        proven.current = true
      }}
    >
      <p className="muted">{t(user?.totp ? 'prove:text' : 'prove:text_password')}</p>
      {user?.totp ? (
        <TextInput
          label={t('prove:code')}
          description={t('prove:or_recovery')}
          autoComplete="one-time-code"
          required
          autoFocus
          {...form.text('code')}
        />
      ) : (
        <PasswordInput
          label={t('prove:password')}
          autoComplete="current-password"
          required
          autoFocus
          {...form.text('password')}
        />
      )}
    </DialogForm>
  )
}

/** Whether she has proven who she is; false when she gave up. */
export async function askToProve(): Promise<boolean> {
  await loadWords('prove')
  const box = document.body.appendChild(document.createElement('div'))
  const root = createRoot(box)
  const proven = await new Promise<boolean>((resolve) =>
    root.render(
      <MantineProvider theme={makeTheme()} withCssVariables={false} withGlobalClasses={false} getStyleNonce={nonce}>
        <QueryClientProvider client={queries}>
          <ProveForm done={resolve} />
        </QueryClientProvider>
      </MantineProvider>,
    ),
  )
  root.unmount()
  box.remove()
  return proven
}
