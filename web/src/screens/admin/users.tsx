import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import { inviteUser, listUsersOptions, Role, type User } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { toProblem } from '@/lib/problem'
import { refresh } from '@/lib/queries'
import { confirm } from '@/ui/confirm'
import { DialogForm } from '@/ui/dialog-form'
import { Empty } from '@/ui/empty'
import { IconPlus, IconShieldCheck, IconShieldOff, IconUsers } from '@/ui/icons'
import { Link } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { State, type Tone } from '@/ui/state'
import stateCss from '@/ui/state.module.css'
import { type Column, Pages, useWhole } from '@/ui/table'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'

const tones: Record<User['state'], Tone> = { active: 'good', suspended: 'bad', invited: 'busy' }
export const UserStateMark = ({ state }: { state: User['state'] }) => (
  <State tone={tones[state]}>{t(`admin:user_states.${state}`)}</State>
)
export const roles = Object.values(Role)

export default function Users() {
  const [open, setOpen] = useState(false)
  const may = useMay()('users.manage')
  const pages = useWhole(listUsersOptions())
  const columns: Column<User>[] = [
    {
      key: 'name',
      header: t('admin:name'),
      bare: true,
      cell: (u) => (
        <>
          <Link href={`/users/${u.id}`}>{u.name || u.email}</Link>
          {u.name && <div className="muted small">{u.email}</div>}
        </>
      ),
    },
    { key: 'role', header: t('admin:role'), cell: (u) => t(`role.${u.role}`) },
    { key: 'state', header: t('admin:state'), cell: (u) => <UserStateMark state={u.state} /> },
    {
      key: 'totp',
      header: t('admin:second_factor'),
      cell: (u) => (
        <span className={u.totp ? `${stateCss.state} ${stateCss.good}` : `${stateCss.state} ${stateCss.idle}`}>
          {u.totp ? <IconShieldCheck size={16} aria-hidden /> : <IconShieldOff size={16} aria-hidden />}
          {t(u.totp ? 'admin:totp_on' : 'admin:totp_off')}
        </span>
      ),
    },
    {
      key: 'seen',
      header: t('admin:last_seen'),
      cell: (u) => <Time at={u.last_seen_at} never={t('never')} />,
    },
  ]
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
      {t('admin:invite')}
    </Button>
  )
  return (
    <Page title={t('admin:users')} lead={t('admin:users_lead')} actions={may && create}>
      <Pages
        pages={pages}
        label={t('admin:users')}
        columns={columns}
        rowKey={(u) => u.id}
        empty={
          <Empty icon={<IconUsers aria-hidden />} title={t('admin:no_users')} action={create}>
            {t('admin:no_users_text')}
          </Empty>
        }
      />
      {open && <Invite close={() => setOpen(false)} />}
    </Page>
  )
}

function Invite({ close }: { close: () => void }) {
  const form = useForm({ email: '', role: 'editor' as User['role'] }, { draft: 'invite' })
  return (
    <DialogForm
      open
      title={t('admin:invite')}
      label={t('admin:send_invitation')}
      form={form}
      onClose={close}
      send={async (body) => {
        const send = async (replace?: boolean) => {
          await ask(inviteUser({ body: replace ? { ...body, replace } : body }))
          await refresh('listUsers')
          toast('good', t('admin:invited', { email: body.email }))
        }
        try {
          await send()
        } catch (error) {
          const problem = toProblem(error)
          if (problem.kind !== 'invited-otherwise') throw error
          // Whoever cancels comes back to the form as it was.
          await new Promise<void>((done, left) =>
            confirm({
              danger: body.role === 'administrator',
              title: t('admin:reinvite_title', { email: body.email, role: t(`role.${body.role}`) }),
              body: problem.detail,
              label: t('admin:reinvite_label', { role: t(`role.${body.role}`) }),
              run: async () => {
                await send(true)
                done()
              },
              cancel: () => left(error),
            }),
          )
        }
      }}
    >
      <TextInput label={t('admin:email')} type="email" required autoFocus {...form.text('email')} />
      <Choice
        label={t('admin:role')}
        description={t(`admin:role_texts.${form.values.role}`)}
        value={form.values.role}
        error={form.errors.role}
        data={roles.map((r) => ({ value: r, label: t(`role.${r}`) }))}
        onPick={(v) => form.set('role', v)}
      />
    </DialogForm>
  )
}
