import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { keepSession, useSession } from '@/app/session'
import {
  type AccountEvent,
  changeMyPassword,
  endMySession,
  getSession,
  listMyEventsOptions,
  listMySessionsOptions,
  resetMyTotp,
  type SessionItem,
  updateMe,
} from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { changeLanguage, currentLanguage, languages, spokenLanguage, t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { zoneNames } from '@/lib/time'
import { RecoveryCodes, SetUpFactor } from '@/screens/login/factor'
import { NewPassword } from '@/screens/login/new-password'
import { FormAlerts } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { DataTable } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'

export default function Me() {
  const { user } = useSession()
  return (
    <Page title={t('admin:me')} lead={user?.email}>
      <div className="halves">
        <div className="sections">
          <Profile />
          <Password />
        </div>
        <div className="sections">
          <SecondFactor />
        </div>
      </div>
      <Sessions />
      <Events />
    </Page>
  )
}

function Profile() {
  const { user } = useSession()
  const form = useForm(
    { name: user?.name ?? '', locale: user?.locale ?? spokenLanguage(), time_zone: user?.time_zone ?? '' },
    { draft: 'me' },
  )
  return (
    <Card title={t('admin:profile')}>
      <form
        className="stack"
        onSubmit={async (event) => {
          event.preventDefault()
          const ok = await form.submit(async (body) => keepSession(await ask(updateMe({ body }))))
          if (!ok) return
          toast('good', t('saved'))
          if (form.values.locale !== currentLanguage() && languages.some((l) => l.code === form.values.locale))
            changeLanguage(form.values.locale)
        }}
      >
        <FormAlerts form={form} />
        <TextInput label={t('admin:name')} autoComplete="name" required {...form.text('name')} />
        <Choice
          label={t('admin:language')}
          value={form.values.locale}
          error={form.errors.locale}
          data={languages.map((l) => ({ value: l.code, label: l.name }))}
          onPick={(v) => form.set('locale', v)}
        />
        <Choice
          label={t('admin:time_zone')}
          description={t('admin:time_zone_text')}
          value={form.values.time_zone}
          error={form.errors.time_zone}
          data={zoneNames().map((z) => ({ value: z, label: z }))}
          onPick={(v) => form.set('time_zone', v)}
        />
        <div>
          <Button type="submit" loading={form.busy} disabled={!form.dirty}>
            {t('save')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Password() {
  const { user } = useSession()
  const form = useForm({ current: '', password: '' })
  return (
    <Card title={t('admin:password')}>
      <form
        className="stack"
        onSubmit={async (event) => {
          event.preventDefault()
          const ok = await form.submit((body) => ask(changeMyPassword({ body })))
          if (!ok) return
          form.reset({ current: '', password: '' })
          toast('good', t('admin:password_changed'))
          void refresh('listMySessions')
        }}
      >
        <FormAlerts form={form} />
        <input type="hidden" autoComplete="username" value={user?.email ?? ''} readOnly />
        <PasswordInput
          label={t('admin:current_password')}
          autoComplete="current-password"
          required
          {...form.text('current')}
        />
        <NewPassword label={t('login:new_password')} {...form.text('password')} />
        <div>
          <Button type="submit" variant="default" loading={form.busy}>
            {t('admin:change_password')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function SecondFactor() {
  const { user } = useSession()
  const [codes, setCodes] = useState<string[]>()
  const [setting, setSetting] = useState(false)
  if (user?.totp && !codes) return <ResetFactor />
  return (
    <Card title={t(codes ? 'login:codes.title' : 'admin:second_factor')}>
      {codes ? (
        <RecoveryCodes codes={codes} done={() => setCodes(undefined)} />
      ) : setting ? (
        <SetUpFactor text={t('admin:totp_set_up_text')} done={setCodes} />
      ) : (
        <>
          <p className="muted">{t('admin:totp_none')}</p>
          <div>
            <Button variant="default" onClick={() => setSetting(true)}>
              {t('admin:set_up_totp')}
            </Button>
          </div>
        </>
      )}
    </Card>
  )
}

function ResetFactor() {
  const go = useGo()
  const form = useForm({ password: '', code: '' })
  return (
    <Card title={t('admin:second_factor')} note={t('admin:totp_reset_text')}>
      <form
        className="stack"
        onSubmit={async (event) => {
          event.preventDefault()
          const ok = await form.submit((body) => ask(resetMyTotp({ body })))
          if (!ok) return
          form.reset({ password: '', code: '' })
          const session = await ask(getSession())
          keepSession(session)
          if (session.state === 'ready') toast('good', t('admin:totp_was_reset'))
          else go('/login?next=%2Fme')
        }}
      >
        <FormAlerts form={form} />
        <PasswordInput
          label={t('admin:current_password')}
          autoComplete="current-password"
          required
          {...form.text('password')}
        />
        <TextInput label={t('admin:code')} autoComplete="one-time-code" required {...form.text('code')} />
        <div>
          <Button type="submit" variant="default" loading={form.busy}>
            {t('admin:reset_totp')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Sessions() {
  const query = useQuery(listMySessionsOptions())
  return (
    <Card title={t('admin:sessions')} note={t('admin:sessions_note')} flush>
      <Loaded query={query}>
        {({ items }) => (
          <DataTable<SessionItem>
            label={t('admin:sessions')}
            rows={items}
            rowKey={(s) => s.id}
            columns={[
              {
                key: 'agent',
                header: t('admin:agent'),
                bare: true,
                cell: (s) => (
                  <span className="row">
                    {s.agent} {s.current && <Tag>{t('admin:this_one')}</Tag>}
                  </span>
                ),
              },
              { key: 'network', header: t('admin:network'), cell: (s) => <code>{s.network}</code> },
              { key: 'created', header: t('admin:logged_in'), cell: (s) => <Time at={s.created_at} /> },
              { key: 'seen', header: t('admin:last_seen'), cell: (s) => <Time at={s.last_seen_at} /> },
              {
                key: 'do',
                header: '',
                bare: true,
                cell: (s) =>
                  !s.current && (
                    <Button
                      size="xs"
                      variant="default"
                      onClick={() =>
                        confirm({
                          title: t('admin:end_title', { agent: s.agent }),
                          body: t('admin:end_body'),
                          label: t('admin:end_label'),
                          run: async () => {
                            await ask(endMySession({ path: { id: s.id } }))
                            await refresh('listMySessions')
                          },
                        })
                      }
                    >
                      {t('admin:end')}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Card>
  )
}

/** What happened to one's own account: who looks here finds what was not oneself. */
function Events() {
  const query = useQuery(listMyEventsOptions())
  return (
    <Card title={t('admin:events')} note={t('admin:events_note')} flush>
      <Loaded query={query}>
        {({ items }) => (
          <DataTable<AccountEvent>
            label={t('admin:events')}
            rows={items}
            rowKey={(e) => e.id}
            columns={[
              {
                key: 'what',
                header: t('admin:event'),
                bare: true,
                cell: (e) => t(`admin:event_names.${e.what.replaceAll('.', '_')}`),
              },
              { key: 'network', header: t('admin:network'), cell: (e) => <code>{e.network}</code> },
              { key: 'at', header: t('admin:event_at'), cell: (e) => <Time at={e.at} /> },
            ]}
          />
        )}
      </Loaded>
    </Card>
  )
}
