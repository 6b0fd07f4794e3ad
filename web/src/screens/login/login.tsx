// Login as one screen that follows the session's state: password → second factor → terms → where one was going.

import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { keepSession, languageOf, sessionOptions } from '@/app/session'
import { acceptTerms, giveTotp, logIn, type SessionView, switchTenant } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { changeLanguage, t } from '@/lib/i18n'
import { adviceFor } from '@/lib/problem'
import { oneOf, useUrl } from '@/lib/url'
import { Alert, FormAlerts } from '@/ui/alert'
import { Link, useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Bare } from './bare'
import { RecoveryCodes, SetUpFactor } from './factor'
import css from './login.module.css'

/** The address that the login begins with. */
export const fillLogin = (email: string) => sessionStorage.setItem('varde-draft:login', JSON.stringify({ email }))

/** Why one is at the login. */
const reasons = ['ended', 'out', 'joined'] as const

/** Only a path of this console may be returned to. */
export const safeNext = (next: string | undefined) => (next && /^\/(?![/\\])/.test(next) ? next : '/')

export default function Login() {
  const query = useQuery(sessionOptions)
  const [codes, setCodes] = useState<string[]>()
  const [{ next, reset, why }] = useUrl()
  const go = useGo()
  const state = query.data?.state
  const leaving = state === 'ready' && !codes
  const language = leaving ? languageOf(query.data!) : undefined
  useEffect(() => {
    if (language) changeLanguage(language, safeNext(next))
    if (leaving) go(safeNext(next), { replace: true })
  }, [leaving, language, next, go])

  if (codes)
    return (
      <Bare title={t('login:codes.title')}>
        <RecoveryCodes codes={codes} done={() => setCodes(undefined)} />
      </Bare>
    )
  if (state === 'totp_required') return <SecondFactor />
  if (state === 'totp_setup_required')
    return (
      <Bare title={t('login:setup.title')}>
        <SetUpFactor text={t('login:setup.text')} done={setCodes} />
      </Bare>
    )
  if (state === 'terms_required' && query.data?.terms) return <Terms terms={query.data.terms} />
  if ((state as string) === 'tenant_required') return <Tenants tenants={query.data?.tenants ?? []} />
  if (state === 'anonymous') return <Password changed={reset === 'done'} why={oneOf(reasons, why)} next={next} />
  return (
    <Bare title={t('login:title')}>
      <Loaded query={query}>{() => null}</Loaded>
    </Bare>
  )
}

function Password({
  changed,
  why,
  next,
}: {
  changed: boolean
  why: (typeof reasons)[number] | undefined
  next: string | undefined
}) {
  const form = useForm({ email: '', password: '' }, { draft: 'login', secret: ['password'] })
  function send(event: FormEvent) {
    event.preventDefault()
    void form.submit(async (body) => keepSession(await ask(logIn({ body }))))
  }
  return (
    <Bare title={t('login:title')}>
      <form onSubmit={send} className="stack">
        {!changed && !form.problem && (why || next) && (
          <Alert tone={why === 'joined' || why === 'out' ? 'good' : 'info'}>
            {t(why ? `login:why.${why}` : 'login:why.next')}
          </Alert>
        )}
        {changed && <Alert tone="good">{t('login:password_changed')}</Alert>}
        {form.problem && (
          <Alert tone="bad" live title={form.problem.detail ?? t(`problem.${adviceFor(form.problem)}`)}>
            {form.problem.retryAfter ? t('problem.wait', { seconds: form.problem.retryAfter }) : undefined}
          </Alert>
        )}
        <TextInput
          label={t('login:email')}
          type="email"
          autoComplete="username"
          required
          autoFocus
          {...form.text('email')}
        />
        <PasswordInput
          label={t('login:password')}
          autoComplete="current-password"
          required
          {...form.text('password')}
        />
        <Button type="submit" loading={form.busy} fullWidth>
          {t('login:submit')}
        </Button>
        <Link href="/reset">{t('login:forgotten')}</Link>
      </form>
    </Bare>
  )
}

function SecondFactor() {
  const form = useForm({ code: '' })
  return (
    <Bare title={t('login:totp.title')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void form.submit(async ({ code }) => keepSession(await ask(giveTotp({ body: { code: code.trim() } }))))
        }}
      >
        <p className="muted">{t('login:totp.text')}</p>
        <FormAlerts form={form} />
        <TextInput
          label={t('login:totp.code')}
          description={t('login:totp.or_recovery')}
          autoComplete="one-time-code"
          inputMode="text"
          required
          autoFocus
          {...form.text('code')}
        />
        <Button type="submit" loading={form.busy} fullWidth>
          {t('login:totp.submit')}
        </Button>
      </form>
    </Bare>
  )
}

/** An account of several organisations says which one; an account of none any more is told so. */
function Tenants({ tenants }: { tenants: SessionView['tenants'] }) {
  const form = useForm({})
  return (
    <Bare title={t('login:tenants.title')}>
      <p className="muted">{t(tenants.length ? 'login:tenants.text' : 'login:tenants.none')}</p>
      <FormAlerts form={form} />
      <div className="stack">
        {tenants.map((tenant) => (
          <Button
            key={tenant.id}
            variant="default"
            disabled={form.busy}
            fullWidth
            onClick={() =>
              void form.submit(async () => keepSession(await ask(switchTenant({ body: { tenant_id: tenant.id } }))))
            }
          >
            {tenant.name} · {t(`role.${tenant.role}`)}
          </Button>
        ))}
      </div>
    </Bare>
  )
}

function Terms({ terms }: { terms: NonNullable<SessionView['terms']> }) {
  const form = useForm({ version: terms.version })
  return (
    <Bare title={t('login:terms.title')}>
      <p className="muted">{t('login:terms.text', { version: terms.version })}</p>
      <section
        className={css.terms}
        tabIndex={0}
        aria-label={t('login:terms.title')}
        // biome-ignore lint/security/noDangerouslySetInnerHtml: the operator's own terms, sanitised by the server; no script runs under the policy
        dangerouslySetInnerHTML={{ __html: terms.text_html }}
      />
      <FormAlerts form={form} />
      <Button
        loading={form.busy}
        fullWidth
        onClick={() => void form.submit(async (body) => keepSession(await ask(acceptTerms({ body }))))}
      >
        {t('login:terms.submit')}
      </Button>
    </Bare>
  )
}
