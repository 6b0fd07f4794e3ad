// Who did what, when, and what it was before. Filters are in the address; nothing here can be changed.

import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import { type AuditView, listAuditInfiniteOptions } from '@/client'
import { t, wordOr } from '@/lib/i18n'
import { useUsers } from '@/lib/lookups'
import { oneOf, useUrl } from '@/lib/url'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconButton } from '@/ui/icon-button'
import { IconCertificate, IconDownload, IconHistory, IconKey } from '@/ui/icons'
import { Link, LinkButton } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { type Column, Pages, usePages } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Time } from '@/ui/time'
import css from './audit.module.css'
import { KeyDialog, ProofDialog } from './audit-proof'

const places: Record<string, (id: string) => string> = {
  person: (id) => `/persons/${id}`,
  campaign: (id) => `/campaigns/${id}`,
  import: (id) => `/imports/${id}`,
  user: (id) => `/users/${id}`,
  form: (id) => `/forms/${id}`,
  journey: (id) => `/journeys/${id}`,
  segment: (id) => `/segments/${id}`,
  template: (id) => `/templates/${id}`,
  shift: (id) => `/shifts/${id}`,
  substitute: (id) => `/substitutes/${id}`,
  request: (id) => `/privacy/requests/${id}`,
}

/** What actions begin with. */
const kinds = [
  'person',
  'persons',
  'list',
  'tag',
  'attribute',
  'purpose',
  'segment',
  'import',
  'campaign',
  'template',
  'image',
  'form',
  'journey',
  'domain',
  'provider',
  'mailbox',
  'suppression',
  'user',
  'settings',
  'shift',
  'offer',
  'booking',
  'substitute',
  'workplace',
  'portal',
  'request',
  'audit',
  'contract',
  'evidence',
  'keys',
] as const

/** Who looked at many persons is an entry with all their ids, which stand in its proof. */
const beginning = (value: string) => (value.length > MOST ? `${value.slice(0, MOST)}…` : value || '–')
const MOST = 300
const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00`) + 36 * 3600 * 1000)
const start = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).toISOString()

export default function Audit() {
  const [url, setUrl] = useUrl()
  const may = useMay()
  const sealed = !may('audit.read')
  const users = useUsers(may('users.manage'))
  const kind = oneOf(kinds, url.kind)
  const [proving, setProving] = useState<AuditView>()
  const [keyShown, setKeyShown] = useState(false)
  const filter = {
    actor: url.actor,
    action: kind && `${kind}.`,
    object: url.object,
    from: url.from ? start(new Date(`${url.from}T00:00:00`)) : undefined,
    until: url.until ? start(dayAfter(url.until)) : undefined,
  }
  const pages = usePages(listAuditInfiniteOptions({ query: { ...filter, limit: 50 } }))
  const columns: Column<AuditView>[] = [
    { key: 'at', header: t('admin:at'), cell: (a) => <Time at={a.at} /> },
    {
      key: 'actor',
      header: t('admin:actor'),
      cell: (a) => (
        <span className="row">
          {a.actor.name} {a.actor.kind !== 'user' && <Tag>{t(`admin:actor_kinds.${a.actor.kind}`)}</Tag>}
        </span>
      ),
    },
    {
      key: 'action',
      header: t('admin:action'),
      cell: (a) => {
        const [, verb] = a.action.split('.')
        const whole = a.action.replace(/\W/g, '_')
        return wordOr(`admin:actions.${whole}`, wordOr(`admin:verbs.${verb}`, a.action))
      },
    },
    {
      key: 'object',
      header: t('admin:object'),
      cell: (a) => {
        const { kind, id, name } = a.object
        const place = id && name && may(kind === 'user' ? 'users.manage' : 'audit.read') && places[kind]
        return (
          <span>
            <span className="muted">{wordOr(`admin:object_kinds.${kind}`, kind)}</span>{' '}
            {place ? <Link href={place(id)}>{name}</Link> : (name ?? (sealed && id && <code>{id.slice(-12)}</code>))}
            {a.person?.name && (
              <>
                {' · '}
                <Link href={`/persons/${a.person.id}`}>{a.person.name}</Link>
              </>
            )}
          </span>
        )
      },
    },
    {
      key: 'change',
      header: t('admin:change'),
      cell: (a) =>
        a.fields.length ? (
          <ul className={css.diff}>
            {a.fields.map((f) => (
              <li key={f.field}>
                <span className="muted">{f.field}</span>{' '}
                {f.old !== undefined && (
                  <>
                    <del>{beginning(f.old)}</del> <span aria-hidden>→</span>{' '}
                  </>
                )}
                {f.new !== undefined && <ins>{beginning(f.new)}</ins>}
              </li>
            ))}
          </ul>
        ) : (
          <span className="muted">–</span>
        ),
    },
    {
      key: 'proof',
      header: '',
      cell: (a) => (
        <IconButton label={t('admin:prove')} onClick={() => setProving(a)}>
          <IconCertificate size={18} aria-hidden />
        </IconButton>
      ),
    },
  ]
  const filtered = Object.values(filter).some(Boolean)
  return (
    <Page
      title={t('admin:audit')}
      lead={t(may('audit.read') ? 'admin:audit_lead' : 'admin:audit_lead_sealed')}
      wide
      actions={
        <>
          <Button variant="default" leftSection={<IconKey size={16} aria-hidden />} onClick={() => setKeyShown(true)}>
            {t('admin:trail_key')}
          </Button>
          {may('audit.read') && (
            <LinkButton
              variant="default"
              href="/api/v1/audit/export"
              download
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              {t('admin:trail_download')}
            </LinkButton>
          )}
        </>
      }
    >
      {proving && <ProofDialog entry={proving} close={() => setProving(undefined)} />}
      {keyShown && <KeyDialog close={() => setKeyShown(false)} />}
      <div className={filtersCss.filters}>
        {may('users.manage') && (
          <Choice
            label={t('admin:actor')}
            empty={t('any')}
            value={url.actor}
            data={(users.data?.items ?? [])
              .filter((u) => u.state !== 'invited')
              .map((u) => ({ value: u.id, label: u.name || u.email }))}
            onPick={(actor) => setUrl({ actor })}
          />
        )}
        <Choice
          label={t('admin:object')}
          empty={t('any')}
          value={kind}
          data={kinds.map((k) => ({ value: k, label: t(`admin:object_kinds.${k}`) }))}
          onPick={(picked) => setUrl({ kind: picked })}
        />
        <TextInput
          type="date"
          label={t('admin:from_day')}
          value={url.from ?? ''}
          onChange={(event) => setUrl({ from: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t('admin:until_day')}
          value={url.until ?? ''}
          onChange={(event) => setUrl({ until: event.currentTarget.value })}
        />
        {filtered && (
          <Button variant="default" onClick={() => setUrl({ actor: '', kind: '', object: '', from: '', until: '' })}>
            {t('admin:clear_filters')}
          </Button>
        )}
      </div>
      <Pages
        pages={pages}
        label={t('admin:audit')}
        columns={columns}
        rowKey={(a) => a.id}
        empty={
          <Empty
            icon={<IconHistory aria-hidden />}
            title={t('admin:no_audit')}
            action={
              filtered ? (
                <LinkButton variant="default" href="/audit">
                  {t('admin:clear_filters')}
                </LinkButton>
              ) : undefined
            }
          >
            {filtered ? undefined : t('admin:no_audit_text')}
          </Empty>
        }
      />
    </Page>
  )
}
