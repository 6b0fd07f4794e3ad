// One user: role, state, and what they may do in the end, with the reason for each right.

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSession } from '@/app/session'
import {
  deleteUser,
  getUserRightsOptions,
  listUsersOptions,
  type User,
  type UserUpdate,
  updateUser,
  withdrawInvitation,
} from '@/client'
import { ask, match } from '@/lib/ask'
import { t, wordOr } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { useParam } from '@/lib/url'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Facts } from '@/ui/facts'
import { useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { State } from '@/ui/state'
import { DataTable } from '@/ui/table'
import { Time } from '@/ui/time'
import { toast, toastProblem } from '@/ui/toast'
import { roles, UserStateMark } from './users'

const refreshUser = (id: string) => Promise.all([refresh('listUsers'), refresh('getUserRights', { path: { id } })])

export default function UserScreen() {
  const id = useParam()
  const users = useQuery(listUsersOptions())
  const user = users.data?.items.find((u) => u.id === id)
  return (
    <Page
      title={user ? user.name || user.email : t('admin:user')}
      back={{ href: '/users', label: t('admin:users') }}
      state={user && <UserStateMark state={user.state} />}
    >
      <Loaded query={users} block={240}>
        {() =>
          user ? (
            <View user={user} />
          ) : (
            <Alert tone="bad" title={t('problem.missing_title')}>
              {t('problem.missing')}
            </Alert>
          )
        }
      </Loaded>
    </Page>
  )
}

function View({ user: u }: { user: User }) {
  const go = useGo()
  const { user: me } = useSession()
  const self = me?.id === u.id
  const rights = useQuery({ ...getUserRightsOptions({ path: { id: u.id } }), enabled: u.state !== 'invited' })
  const name = u.name || u.email
  async function change(body: UserUpdate) {
    try {
      await ask(updateUser({ path: { id: u.id }, body, headers: match() }))
      await refreshUser(u.id)
      toast('good', t('saved'))
    } catch (error) {
      toastProblem(error)
    }
  }
  return (
    <div className="split">
      <div className="sections">
        {u.state === 'invited' && <Alert tone="info">{t('admin:invited_note')}</Alert>}
        {u.state !== 'invited' && (
          <Card title={t('admin:rights')} note={t('admin:rights_note')} flush>
            <Loaded query={rights}>
              {(r) => (
                <DataTable
                  label={t('admin:rights')}
                  rows={r.rights}
                  rowKey={(x) => x.right}
                  columns={[
                    {
                      key: 'right',
                      header: t('admin:right'),
                      bare: true,
                      cell: (x) => (
                        <span className="strong">
                          {wordOr(`admin:right_names.${x.right.replace('.', '_')}`, x.right)}
                        </span>
                      ),
                    },
                    {
                      key: 'granted',
                      header: t('admin:granted'),
                      cell: (x) => <State tone={x.granted ? 'good' : 'idle'}>{t(x.granted ? 'yes' : 'no')}</State>,
                    },
                    { key: 'why', header: t('admin:why'), cell: (x) => x.why },
                  ]}
                />
              )}
            </Loaded>
          </Card>
        )}
      </div>
      <div className="sections">
        <Card title={t('admin:account')}>
          <Facts
            items={[
              [t('admin:email'), u.email],
              [t('admin:second_factor'), t(u.totp ? 'admin:totp_on' : 'admin:totp_off')],
              [t('admin:last_seen'), <Time key="s" at={u.last_seen_at} never={t('never')} />],
              [t('admin:since'), <Time key="c" at={u.created_at} />],
            ]}
          />
          {u.state !== 'invited' && (
            <Choice
              label={t('admin:role')}
              description={self ? t('admin:own_role') : t(`admin:role_texts.${u.role}`)}
              disabled={self}
              value={u.role}
              data={roles.map((r) => ({ value: r, label: t(`role.${r}`) }))}
              onPick={(role) =>
                role !== u.role &&
                confirm({
                  danger: role === 'administrator',
                  title: t('admin:role_title', { name, from: t(`role.${u.role}`), to: t(`role.${role}`) }),
                  body: t(`admin:role_texts.${role}`),
                  label: t('admin:role_label', { to: t(`role.${role}`) }),
                  run: async () => {
                    await ask(updateUser({ path: { id: u.id }, body: { role }, headers: match() }))
                    await refreshUser(u.id)
                    toast('good', t('saved'))
                  },
                })
              }
            />
          )}
        </Card>
        {!self && (
          <Card title={t('admin:access')}>
            {u.state === 'invited' ? (
              <Button
                variant="default"
                onClick={() =>
                  confirm({
                    title: t('admin:withdraw_title', { email: u.email }),
                    body: t('admin:withdraw_body'),
                    label: t('admin:withdraw_label'),
                    run: async () => {
                      await ask(withdrawInvitation({ path: { id: u.id } }))
                      await refreshUser(u.id)
                      go('/users')
                    },
                  })
                }
              >
                {t('admin:withdraw')}
              </Button>
            ) : (
              <>
                {u.state === 'suspended' ? (
                  <Button onClick={() => void change({ suspended: false })}>{t('admin:unsuspend')}</Button>
                ) : (
                  <Button
                    variant="default"
                    onClick={() =>
                      confirm({
                        title: t('admin:suspend_title', { name }),
                        body: t('admin:suspend_body'),
                        label: t('admin:suspend_label'),
                        run: () => change({ suspended: true }),
                      })
                    }
                  >
                    {t('admin:suspend')}
                  </Button>
                )}
                <Button
                  variant="outline"
                  color="red"
                  onClick={() =>
                    confirm({
                      title: t('admin:remove_title', { name }),
                      body: t('admin:remove_body'),
                      label: t('admin:remove_label'),
                      run: async () => {
                        await ask(deleteUser({ path: { id: u.id } }))
                        await refreshUser(u.id)
                        go('/users')
                      },
                    })
                  }
                >
                  {t('admin:remove')}
                </Button>
              </>
            )}
          </Card>
        )}
      </div>
    </div>
  )
}
