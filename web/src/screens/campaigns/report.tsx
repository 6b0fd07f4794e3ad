// What came of a campaign. Every number is a link to the people behind it; openings by mail scanners are counted
// apart, because they are not people.

import { useQuery } from '@tanstack/react-query'
import { getCampaignOptions, getCampaignReportOptions, type What } from '@/client'
import { t } from '@/lib/i18n'
import { formatHour, formatNumber, formatPercent } from '@/lib/time'
import { useParam } from '@/lib/url'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import cardCss from '@/ui/card.module.css'
import { TimeChart } from '@/ui/chart'
import { Figure } from '@/ui/figure'
import figureCss from '@/ui/figure.module.css'
import { Link, LinkButton } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { DataTable } from '@/ui/table'
import { Time } from '@/ui/time'
import css from './report.module.css'
import { CampaignStateMark, mainFigures, otherFigures } from './states'

export default function Report() {
  const id = useParam()
  const campaign = useQuery(getCampaignOptions({ path: { id } }))
  const report = useQuery(getCampaignReportOptions({ path: { id } }))
  const c = campaign.data
  const people = (what: What, link?: number) =>
    `/campaigns/${id}/people?what=${what}${link === undefined ? '' : `&link=${link}`}`
  return (
    <Page
      title={c?.name ?? t('campaigns:one')}
      lead={c?.subject}
      back={{ href: '/campaigns', label: t('campaigns:title') }}
      state={c && <CampaignStateMark state={c.state} />}
      actions={
        c && (c.state === 'sending' || c.state === 'paused') ? (
          <LinkButton href={`/campaigns/${id}/live`}>{t('campaigns:to_live')}</LinkButton>
        ) : (
          <LinkButton variant="default" href={`/campaigns/${id}/edit?tab=content`}>
            {t('campaigns:see_message')}
          </LinkButton>
        )
      }
    >
      {c?.started_at && (
        <p className="muted">
          {t('campaigns:started')} <Time at={c.started_at} />
          {c.finished_at && (
            <>
              {' · '}
              {t('campaigns:finished')} <Time at={c.finished_at} />
            </>
          )}
        </p>
      )}
      <Loaded query={report} block={320}>
        {({ counts: n, links, by_hour, opens_counted }) => {
          const counted = (what: What) => opens_counted || what !== 'opened' || n.opened > 0
          return (
            <>
              {n.recipients === 0 && <Alert tone="info">{t('campaigns:nobody_yet')}</Alert>}
              <div className={figureCss.figures}>
                {mainFigures.map((what) => (
                  <Figure
                    key={what}
                    label={t(`campaigns:figures.${what}`)}
                    value={counted(what) ? formatNumber(n[what]) : '–'}
                    note={
                      what === 'sent'
                        ? undefined
                        : counted(what)
                          ? formatPercent(n[what], n.sent)
                          : t('campaigns:not_counted')
                    }
                    href={people(what)}
                  />
                ))}
              </div>
              <p className="muted small">
                {counted('opened') ? t('campaigns:opens_note') : t('campaigns:opens_not_counted')}
              </p>
              <Card title={t('campaigns:also_counted')}>
                <ul className={css.tallies}>
                  {otherFigures.map((what) => (
                    <li key={what}>
                      <Link className={css.tally} href={people(what)}>
                        <span className={undefined}>{t(`campaigns:figures.${what}`)}</span>
                        <span className="num">{formatNumber(n[what])}</span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </Card>
              {by_hour.length > 0 && (
                <Card title={t('campaigns:by_hour')}>
                  <TimeChart
                    label={t('campaigns:by_hour')}
                    at={by_hour.map((h) => h.at)}
                    format={formatHour}
                    series={[
                      { name: t('campaigns:figures.opened'), values: by_hour.map((h) => h.opened) },
                      { name: t('campaigns:figures.clicked'), values: by_hour.map((h) => h.clicked) },
                    ]}
                  />
                </Card>
              )}
              <Card title={t('campaigns:links')} flush>
                {links.length ? (
                  <DataTable
                    label={t('campaigns:links')}
                    rows={links}
                    rowKey={(l) => String(l.no)}
                    columns={[
                      {
                        key: 'label',
                        header: t('campaigns:link'),
                        bare: true,
                        cell: (l) => (
                          <>
                            <span className="strong">{l.label ?? t('campaigns:link_no', { no: l.no })}</span>
                            <div className="muted small wrap">{l.url}</div>
                          </>
                        ),
                      },
                      {
                        key: 'people',
                        header: t('campaigns:people_clicked'),
                        number: true,
                        cell: (l) => <Link href={people('clicked', l.no)}>{formatNumber(l.people)}</Link>,
                      },
                      {
                        key: 'clicks',
                        header: t('campaigns:clicks_in_all'),
                        number: true,
                        cell: (l) => formatNumber(l.clicks),
                      },
                    ]}
                  />
                ) : (
                  <p className={`muted ${cardCss.pad}`}>{t('campaigns:no_links')}</p>
                )}
              </Card>
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}
