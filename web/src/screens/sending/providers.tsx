import { Button, PasswordInput, Switch, TextInput } from '@mantine/core'
import { IconEdit, IconPlus, IconServer, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { queries } from '@/app/session'
import {
  checkProvider,
  createProvider,
  deleteProvider,
  listProviders,
  type ProviderView,
  type CheckAnswer,
  type ProviderInput,
  updateProvider,
} from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import {
  Alert,
  Card,
  confirm,
  Empty,
  Facts,
  IconButton,
  Page,
  ProblemAlert,
  Skeleton,
  State,
  Tag,
} from '@/ui/kit'
import { Link } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { usePages } from '@/ui/table'

export default function Providers() {
  const [open, setOpen] = useState<ProviderView | 'new'>()
  const pages = usePages(['providers', 'pages'], () => ask(listProviders()))
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
      {t('sending:new_provider')}
    </Button>
  )
  return (
    <Page title={t('sending:providers')} lead={t('sending:providers_lead')} actions={create}>
      {pages.rows === undefined ? (
        pages.isError ? (
          <ProblemAlert problem={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <Skeleton block={240} />
        )
      ) : pages.rows.length === 0 ? (
        <Card>
          <Empty icon={<IconServer aria-hidden />} title={t('sending:no_providers')} action={create}>
            {t('sending:no_providers_text')}
          </Empty>
        </Card>
      ) : (
        pages.rows.map((p) => <ProviderCard key={p.id} provider={p} edit={() => setOpen(p)} />)
      )}
      {open && (
        <Edit
          key={open === 'new' ? 'new' : open.id}
          provider={open === 'new' ? undefined : open}
          close={() => setOpen(undefined)}
        />
      )}
    </Page>
  )
}

function ProviderCard({ provider: p, edit }: { provider: ProviderView; edit: () => void }) {
  const [check, setCheck] = useState<CheckAnswer>()
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const refresh = () => queries.invalidateQueries({ queryKey: ['providers'] })
  async function run() {
    setBusy(true)
    setProblem(undefined)
    try {
      setCheck(await ask(checkProvider({ path: { id: p.id } })))
      await refresh()
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const limits = [
    p.per_second && t('sending:per_second_shown', { n: formatNumber(p.per_second, 1) }),
    p.per_window &&
      p.window_seconds &&
      t('sending:window_shown', { n: formatNumber(p.per_window), seconds: formatNumber(p.window_seconds) }),
  ].filter(Boolean)
  return (
    <Card
      title={
        <span className="row">
          {p.name} {p.default && <Tag>{t('sending:default')}</Tag>}
        </span>
      }
      note={t(`sending:kinds.${p.kind}`)}
      actions={
        <>
          <State tone={p.state === 'ok' ? 'good' : 'bad'}>{t(`sending:provider_states.${p.state}`)}</State>
          <Button size="xs" variant="default" loading={busy} onClick={() => void run()}>
            {t('sending:check_provider')}
          </Button>
          <IconButton label={t('edit_named', { name: p.name })} onClick={edit}>
            <IconEdit size={18} aria-hidden />
          </IconButton>
          {!p.default && (
            <IconButton
              danger
              label={t('sending:remove_named', { name: p.name })}
              onClick={() =>
                confirm({
                  title: t('sending:remove_provider_title', { name: p.name }),
                  body: t('sending:remove_provider_body'),
                  label: t('sending:remove_provider_label'),
                  run: async () => {
                    await ask(deleteProvider({ path: { id: p.id } }))
                    await refresh()
                  },
                })
              }
            >
              <IconTrash size={18} aria-hidden />
            </IconButton>
          )}
        </>
      }
    >
      {p.state === 'failing' && p.last_error && (
        <Alert tone="bad" title={t('sending:last_error')}>
          <code className="wrap">{p.last_error}</code>
        </Alert>
      )}
      {problem !== undefined && <ProblemAlert problem={problem} />}
      {check && (
        <Alert tone={check.ok ? 'good' : 'bad'} title={check.message} live>
          <ol className="check-steps">
            {check.steps.map((s) => (
              <li key={s.step}>
                <State tone={s.ok ? 'good' : 'bad'}>{s.step}</State> <span className="wrap">{s.detail}</span>
              </li>
            ))}
          </ol>
        </Alert>
      )}
      {p.kind === 'captured' ? (
        <p>
          {t('sending:captured_text')} <Link href="/sending/mailbox">{t('sending:mailbox')}</Link>
        </p>
      ) : (
        <Facts
          items={[
            [t('sending:host'), `${p.host ?? '–'}:${p.port ?? ''}`],
            [t('sending:security'), t(`sending:securities.${p.security}`)],
            [t('sending:username'), p.username || '–'],
            [t('sending:connections'), formatNumber(p.connections)],
            [t('sending:limits'), limits.join(', ') || t('none')],
            [t('sending:region'), p.region || '–'],
          ]}
        />
      )}
    </Card>
  )
}

function Edit({ provider: p, close }: { provider?: ProviderView; close: () => void }) {
  const form = useForm(
    {
      name: p?.name ?? '',
      kind: p?.kind ?? ('smtp' as ProviderView['kind']),
      host: p?.host ?? '',
      port: String(p?.port ?? 587),
      security: p?.security ?? ('starttls' as ProviderView['security']),
      username: p?.username ?? '',
      password: '',
      connections: String(p?.connections ?? 4),
      per_second: p?.per_second ? String(p.per_second) : '',
      window_seconds: p?.window_seconds ? String(p.window_seconds) : '',
      per_window: p?.per_window ? String(p.per_window) : '',
      region: p?.region ?? '',
      default: p?.default ?? false,
    },
    { draft: `provider-${p?.id ?? 'new'}`, secret },
  )
  const { values: v, errors, set } = form
  return (
    <DialogForm
      open
      title={p ? t('edit_named', { name: p.name }) : t('sending:new_provider')}
      form={form}
      onClose={close}
      send={async (x) => {
        const body: ProviderInput = { name: x.name, kind: x.kind, default: x.default }
        if (x.kind === 'smtp') {
          Object.assign(body, {
            host: x.host,
            port: Number(x.port),
            security: x.security,
            username: x.username,
            connections: Number(x.connections),
            region: x.region,
          })
          if (x.password) body.password = x.password
          if (x.per_second) body.per_second = Number(x.per_second)
          if (x.window_seconds) body.window_seconds = Number(x.window_seconds)
          if (x.per_window) body.per_window = Number(x.per_window)
        }
        await ask(
          p ? updateProvider({ path: { id: p.id }, body, headers: match() }) : createProvider({ body }),
        )
        await queries.invalidateQueries({ queryKey: ['providers'] })
      }}
    >
      <TextInput label={t('sending:name')} required autoFocus {...form.text('name')} />
      <Choice
        label={t('sending:kind')}
        value={v.kind}
        error={errors.kind}
        disabled={Boolean(p)}
        data={(['smtp', 'captured'] as const).map((k) => ({ value: k, label: t(`sending:kinds.${k}`) }))}
        onPick={(k) => set('kind', k as ProviderView['kind'])}
      />
      {v.kind === 'smtp' && (
        <>
          <div className="two">
            <TextInput
              label={t('sending:host')}
              placeholder="smtp.provider.example"
              required
              {...form.text('host')}
            />
            <TextInput
              label={t('sending:port')}
              type="number"
              min={1}
              max={65535}
              required
              {...form.text('port')}
            />
          </div>
          <Choice
            label={t('sending:security')}
            value={v.security}
            error={errors.security}
            data={(['starttls', 'tls', 'none'] as const).map((s) => ({
              value: s,
              label: t(`sending:securities.${s}`),
            }))}
            onPick={(s) => set('security', s as ProviderView['security'])}
          />
          <div className="two">
            <TextInput label={t('sending:username')} autoComplete="off" {...form.text('username')} />
            <PasswordInput
              label={t('sending:password')}
              autoComplete="new-password"
              placeholder={p?.has_password ? t('sending:password_kept') : undefined}
              {...form.text('password')}
            />
          </div>
          <div className="two">
            <TextInput label={t('sending:connections')} type="number" min={1} {...form.text('connections')} />
            <TextInput
              label={t('sending:per_second')}
              type="number"
              min={0}
              step="any"
              {...form.text('per_second')}
            />
            <TextInput label={t('sending:per_window')} type="number" min={0} {...form.text('per_window')} />
            <TextInput
              label={t('sending:window_seconds')}
              type="number"
              min={0}
              {...form.text('window_seconds')}
            />
          </div>
          <TextInput
            label={t('sending:region')}
            description={t('sending:region_text')}
            {...form.text('region')}
          />
        </>
      )}
      <Switch label={t('sending:make_default')} {...form.check('default')} />
    </DialogForm>
  )
}

const secret: 'password'[] = ['password']
