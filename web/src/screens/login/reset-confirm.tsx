import { Button } from '@mantine/core'
import { confirmPasswordReset } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { useParam } from '@/lib/url'
import { FormAlerts } from '@/ui/alert'
import { Link, useGo } from '@/ui/link'
import { Bare } from './bare'
import { NewPassword } from './new-password'

export default function ResetConfirm() {
  const token = useParam('token')
  const form = useForm({ password: '' })
  const go = useGo()
  return (
    <Bare title={t('login:reset.new_title')}>
      <form
        className="stack"
        onSubmit={async (event) => {
          event.preventDefault()
          const done = await form.submit(({ password }) => ask(confirmPasswordReset({ body: { token, password } })))
          if (done) go('/login?reset=done')
        }}
      >
        <FormAlerts form={form} />
        <NewPassword label={t('login:new_password')} {...form.text('password')} />
        <Button type="submit" loading={form.busy} fullWidth>
          {t('login:reset.save')}
        </Button>
      </form>
      <Link href="/login">{t('login:back')}</Link>
    </Bare>
  )
}
