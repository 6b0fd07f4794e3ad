import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { keepSession } from '@/app/session'
import { type AcceptInvitationData, acceptInvitation, getInvitation, getSession, type InvitationView } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { useParam } from '@/lib/url'
import { Facts, FormAlerts, Loaded } from '@/ui/kit'
import { useGo } from '@/ui/link'
import { Bare } from './bare'
import { NewPassword } from './new-password'

export default function InvitationScreen() {
  const token = useParam('token')
  const query = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => ask(getInvitation({ path: { token } })),
  })
  return (
    <Bare title={t('login:invitation.title')}>
      <Loaded query={query}>{(invitation) => <Accept token={token} invitation={invitation} />}</Loaded>
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
          keepSession(await ask(getSession()))
        })
        if (done) go('/login')
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
