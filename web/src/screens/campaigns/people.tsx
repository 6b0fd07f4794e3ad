import { useQuery } from '@tanstack/react-query'
import { type CampaignPerson, getCampaignOptions, listCampaignPeopleInfiniteOptions } from '@/client'
import { t } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { oneOf, useParam, useUrl } from '@/lib/url'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconAddressBook } from '@/ui/icons'
import { Link } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { type Column, Pages, usePages } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Time } from '@/ui/time'
import { figures } from './states'

/** The people behind one number of a report. */
export default function People() {
  const id = useParam()
  const [url, setUrl] = useUrl()
  const what = oneOf(figures, url.what) ?? 'sent'
  const link = url.link ? Number(url.link) : undefined
  const campaign = useQuery(getCampaignOptions({ path: { id } }))
  const pages = usePages(listCampaignPeopleInfiniteOptions({ path: { id }, query: { what, link, limit: 50 } }))
  const columns: Column<CampaignPerson>[] = [
    {
      key: 'name',
      header: t('campaigns:person'),
      bare: true,
      cell: (r) => <Link href={`/persons/${r.person.id}`}>{personName(r.person)}</Link>,
    },
    {
      key: 'email',
      header: t('campaigns:email'),
      cell: (r) => r.person.email || <span className="muted">–</span>,
    },
    {
      key: 'detail',
      header: t('campaigns:detail'),
      cell: (r) => (
        <>
          {r.detail || <span className="muted">–</span>}
          {(r.scanner || r.simulated) && (
            <span className="tags">
              {r.scanner && <Tag>{t('campaigns:scanner')}</Tag>}
              {r.simulated && <Tag>{t('simulated')}</Tag>}
            </span>
          )}
        </>
      ),
    },
    { key: 'at', header: t('campaigns:when'), cell: (r) => <Time at={r.at} /> },
  ]
  return (
    <Page
      title={t('campaigns:people_title', { what: t(`campaigns:figures.${what}`) })}
      lead={campaign.data?.name}
      back={{ href: `/campaigns/${id}/report`, label: t('campaigns:report') }}
    >
      <div className={filtersCss.filters}>
        <Choice
          label={t('campaigns:show')}
          value={what}
          data={figures.map((k) => ({ value: k, label: t(`campaigns:figures.${k}`) }))}
          onPick={(v) => setUrl({ what: v, link: undefined })}
        />
      </div>
      <Pages
        pages={pages}
        label={t('campaigns:people_title', { what })}
        columns={columns}
        rowKey={(r) => r.person.id + r.at}
        empty={
          <Empty icon={<IconAddressBook aria-hidden />} title={t('campaigns:nobody')}>
            {t('campaigns:nobody_text')}
          </Empty>
        }
      />
    </Page>
  )
}
