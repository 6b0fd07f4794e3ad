import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { requestPasswordReset } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { Alert, FormAlerts } from '@/ui/alert'
import { Link } from '@/ui/link'
import { Bare } from './bare'

export default function Reset() {
  const form = useForm({ email: '' })
  const [sent, setSent] = useState(false)
  return (
    <Bare title={t('login:reset.title')}>
      {sent ? (
        <Alert tone="good">{t('login:reset.sent')}</Alert>
      ) : (
        <form
          className="stack"
          onSubmit={async (event) => {
            event.preventDefault()
            if (await form.submit((body) => ask(requestPasswordReset({ body })))) setSent(true)
          }}
        >
          <p className="muted">{t('login:reset.text')}</p>
          <FormAlerts form={form} />
          <TextInput
            label={t('login:email')}
            type="email"
            autoComplete="username"
            required
            autoFocus
            {...form.text('email')}
          />
          <Button type="submit" loading={form.busy} fullWidth>
            {t('login:reset.submit')}
          </Button>
        </form>
      )}
      <Link href="/login">{t('login:back')}</Link>
    </Bare>
  )
}
