import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { keepSession } from '@/app/session'
import {
  type AcceptInvitationData,
  acceptInvitation,
  getInvitationOptions,
  getSession,
  type InvitationView,
  logIn,
  switchTenant,
} from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { useParam } from '@/lib/url'
import { FormAlerts } from '@/ui/alert'
import { Facts } from '@/ui/facts'
import { Link, useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Bare } from './bare'
import { fillLogin } from './login'
import { NewPassword } from './new-password'

export default function InvitationScreen() {
  const token = useParam('token')
  const query = useQuery(getInvitationOptions({ path: { token } }))
  return (
    <Bare title={t('login:invitation.title')}>
      <Loaded query={query}>{(invitation) => <Accept token={token} invitation={invitation} />}</Loaded>
      {query.isError && <Link href="/login">{t('login:invitation.to_login')}</Link>}
    </Bare>
  )
}

function Accept({ token, invitation }: { token: string; invitation: InvitationView }) {
  const form = useForm({ name: '', password: '' }, { draft: `invitation-${token}`, secret: ['password'] })
  const go = useGo()
  const known = invitation.account_exists
  return (
    <form
      className="stack"
      onSubmit={async (event) => {
        event.preventDefault()
        const done = await form.submit(async (given) => {
          const { name, ...rest } = given
          const body = known ? rest : { ...rest, name }
          await ask(acceptInvitation({ body: { token, ...body } as AcceptInvitationData['body'] }))
        })
        if (!done) return
        // Whoever has just typed the password need not type it again: what is still missing (a second factor, the
        // terms) is asked for at the login.
        try {
          let session = await ask(logIn({ body: { email: invitation.email, password: form.values.password } }))
          const joined = session.tenants.find((one) => one.id === invitation.tenant_id)
          if (joined && session.tenant?.id !== joined.id && session.state === 'ready')
            session = await ask(switchTenant({ body: { tenant_id: joined.id } }))
          keepSession(session)
          go('/login')
        } catch {
          fillLogin(invitation.email)
          keepSession(await ask(getSession()))
          go('/login?why=joined')
        }
      }}
    >
      <Facts
        items={[
          [t('login:invitation.tenant'), invitation.tenant_name],
          [t('login:email'), invitation.email],
          [t('login:invitation.role'), t(`role.${invitation.role}`)],
        ]}
      />
      <FormAlerts form={form} />
      {known ? (
        <>
          <p className="muted">{t('login:invitation.known')}</p>
          <PasswordInput
            label={t('login:password')}
            autoComplete="current-password"
            required
            {...form.text('password')}
          />
        </>
      ) : (
        <>
          <TextInput label={t('login:invitation.name')} autoComplete="name" required {...form.text('name')} />
          <input type="hidden" autoComplete="username" value={invitation.email} readOnly />
          <NewPassword label={t('login:new_password')} {...form.text('password')} />
        </>
      )}
      <Button type="submit" loading={form.busy} fullWidth>
        {t('login:invitation.submit')}
      </Button>
    </form>
  )
}
