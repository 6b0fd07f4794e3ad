import { useQuery } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import { getImportOptions, listPersonsInfiniteOptions, type PersonRow } from '@/client'
import { t } from '@/lib/i18n'
import { options, useLists, useSegments, useTags } from '@/lib/lookups'
import { personName } from '@/lib/names'
import { useUrl } from '@/lib/url'
import { Alert } from '@/ui/alert'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconAddressBook, IconPlus } from '@/ui/icons'
import { Link, LinkButton } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice, SearchBox } from '@/ui/pick'
import { State } from '@/ui/state'
import { type Column, Pages, usePages } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Time } from '@/ui/time'

const columns = (): Column<PersonRow>[] => [
  {
    key: 'name',
    header: t('people:name'),
    bare: true,
    cell: (p) => <Link href={`/persons/${p.id}`}>{personName(p)}</Link>,
  },
  { key: 'email', header: t('people:email'), cell: (p) => p.email || <span className="muted">–</span> },
  { key: 'phone', header: t('people:phone'), cell: (p) => p.phone || <span className="muted">–</span> },
  {
    key: 'tags',
    header: t('people:tags'),
    cell: (p) =>
      p.tags.length ? (
        <span className="tags">
          {p.tags.slice(0, 3).map((name) => (
            <Tag key={name}>{name}</Tag>
          ))}
          {p.tags.length > 3 && <span className="muted">+{p.tags.length - 3}</span>}
        </span>
      ) : (
        <span className="muted">–</span>
      ),
  },
  { key: 'state', header: t('people:state'), cell: (p) => <PersonState state={p.state} /> },
  { key: 'updated', header: t('people:updated'), cell: (p) => <Time at={p.updated_at} /> },
]

export const PersonState = ({ state }: { state: PersonRow['state'] }) => (
  <State tone={state === 'active' ? 'good' : 'warn'}>{t(`people:states.${state}`)}</State>
)

export default function Persons() {
  const may = useMay()
  const [url, setUrl] = useUrl()
  const lists = useLists()
  const tags = useTags()
  const segments = useSegments()
  const filter = { q: url.q, list: url.list, tag: url.tag, segment: url.segment, imported: url.imported }
  const filtered = Object.values(filter).some(Boolean)
  const pages = usePages(listPersonsInfiniteOptions({ query: { ...filter, limit: 50 } }))
  return (
    <Page
      title={t('people:persons')}
      lead={t('people:persons_lead')}
      actions={
        may('persons.write') && (
          <>
            <LinkButton variant="default" href="/imports/new">
              {t('people:import')}
            </LinkButton>
            <LinkButton href="/persons/new" leftSection={<IconPlus size={16} aria-hidden />}>
              {t('people:new_person')}
            </LinkButton>
          </>
        )
      }
    >
      <div className={filtersCss.filters}>
        <SearchBox
          label={t('people:find')}
          placeholder={t('people:find_hint')}
          value={url.q}
          onSearch={(q) => setUrl({ q })}
        />
        <Choice
          label={t('people:list')}
          empty={t('any')}
          value={url.list}
          data={options(lists.data?.items)}
          onPick={(list) => setUrl({ list })}
        />
        <Choice
          label={t('people:tag')}
          empty={t('any')}
          value={url.tag}
          data={(tags.data?.items ?? []).map((i) => ({ value: i.name, label: i.name }))}
          onPick={(tag) => setUrl({ tag })}
        />
        <Choice
          label={t('people:segment')}
          empty={t('any')}
          value={url.segment}
          data={options(segments.data?.items)}
          onPick={(segment) => setUrl({ segment })}
        />
      </div>
      {url.imported && <OfImport id={url.imported} />}
      <Pages
        pages={pages}
        label={t('people:persons')}
        columns={columns()}
        rowKey={(p) => p.id}
        empty={
          filtered ? (
            <Empty
              icon={<IconAddressBook aria-hidden />}
              title={t('nobody_found')}
              action={
                <LinkButton variant="default" href="/persons">
                  {t('people:clear_filters')}
                </LinkButton>
              }
            >
              {t('people:empty_filtered')}
            </Empty>
          ) : (
            <Empty
              icon={<IconAddressBook aria-hidden />}
              title={t('people:empty')}
              action={
                may('persons.write') ? <LinkButton href="/imports/new">{t('people:import')}</LinkButton> : undefined
              }
            >
              {t('people:empty_text')}
            </Empty>
          )
        }
      />
    </Page>
  )
}

/** Says that only those of an import are seen, and leads back to everybody. */
function OfImport({ id }: { id: string }) {
  const query = useQuery(getImportOptions({ path: { id } }))
  return (
    <Alert
      tone="info"
      actions={
        <LinkButton size="xs" variant="default" href="/persons">
          {t('people:everybody')}
        </LinkButton>
      }
    >
      {t('people:of_import', { name: query.data?.filename ?? '…' })}
    </Alert>
  )
}
