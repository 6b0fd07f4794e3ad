// Who did what, when, and what it was before. Filters are in the address; nothing here can be changed.
import { IconHistory } from '@tabler/icons-react'
import { type AuditEntry, listAudit } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { useUrl } from '@/lib/url'
import { Empty, Page, Tag, Time } from '@/ui/kit'
import { Link, LinkButton } from '@/ui/link'
import { SearchBox } from '@/ui/pick'
import { type Column, Pages, usePages } from '@/ui/table'

const places: Record<string, (id: string) => string> = {
  person: (id) => `/persons/${id}`,
  campaign: (id) => `/campaigns/${id}`,
  import: (id) => `/imports/${id}`,
  user: (id) => `/users/${id}`,
  form: (id) => `/forms/${id}`,
  journey: (id) => `/journeys/${id}`,
  segment: (id) => `/segments/${id}`,
  template: (id) => `/templates/${id}`,
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export default function Audit() {
  const [url, setUrl] = useUrl()
  const filter = { actor: url.actor, action: url.action, object: url.object }
  const pages = usePages(['audit', filter], (cursor) =>
    ask(listAudit({ query: { ...filter, cursor, limit: 50 } })),
  )
  const columns: Column<AuditEntry>[] = [
    { key: 'at', header: t('admin:at'), cell: (a) => <Time at={a.at} /> },
    {
      key: 'actor',
      header: t('admin:actor'),
      cell: (a) => (
        <span className="row">
          {a.actor.name}{' '}
          {a.actor.kind !== 'user' && (
            <Tag>{t(`admin:actor_kinds.${a.actor.kind}`, { defaultValue: a.actor.kind })}</Tag>
          )}
        </span>
      ),
    },
    { key: 'action', header: t('admin:action'), cell: (a) => <code>{a.action}</code> },
    {
      key: 'object',
      header: t('admin:object'),
      cell: (a) => {
        const label = a.object.label ?? a.object.id
        const place = places[a.object.kind]
        return place ? <Link href={place(a.object.id)}>{label}</Link> : label
      },
    },
    {
      key: 'change',
      header: t('admin:change'),
      cell: (a) =>
        a.fields.length ? (
          <ul className="diff">
            {a.fields.map((f) => (
              <li key={f.field}>
                <span className="muted">{f.field}</span>{' '}
                {f.old !== undefined && f.old !== null && (
                  <>
                    <del>{shown(f.old)}</del> <span aria-hidden>→</span>{' '}
                  </>
                )}
                <ins>{shown(f.new)}</ins>
              </li>
            ))}
          </ul>
        ) : (
          <span className="muted">–</span>
        ),
    },
  ]
  const filtered = Object.values(filter).some(Boolean)
  return (
    <Page title={t('admin:audit')} lead={t('admin:audit_lead')} wide>
      <div className="filters">
        <SearchBox label={t('admin:actor')} value={url.actor} onSearch={(actor) => setUrl({ actor })} />
        <SearchBox
          label={t('admin:action')}
          placeholder="person.change"
          value={url.action}
          onSearch={(action) => setUrl({ action })}
        />
        <SearchBox label={t('admin:object')} value={url.object} onSearch={(object) => setUrl({ object })} />
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
