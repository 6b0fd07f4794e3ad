// What needs me now: first what is wrong, then what is under way, then what was done last.

import { useQuery } from '@tanstack/react-query'
import { useMay, useSession } from '@/app/session'
import { getHomeOptions, getSetupOptions } from '@/client'
import { useLive } from '@/lib/events'
import { t } from '@/lib/i18n'
import { formatNumber, formatPercent } from '@/lib/time'
import { CampaignStateMark, placeOf } from '@/screens/campaigns/states'
import { Bar } from '@/ui/bar'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { IconArrowRight, IconMail } from '@/ui/icons'
import { Link, LinkButton } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { State } from '@/ui/state'
import { DataTable } from '@/ui/table'
import { Time } from '@/ui/time'
import css from './home.module.css'

export default function Home() {
  const { user } = useSession()
  const may = useMay()
  const home = useQuery({ ...getHomeOptions(), refetchInterval: 60_000 })
  const setup = useQuery({ ...getSetupOptions(), enabled: may('settings.manage') })
  useLive('import.progress', () => void home.refetch())
  useLive('campaign.progress', () => void home.refetch())
  const steps = setup.data?.steps ?? []
  const done = steps.filter((s) => s.done).length
  return (
    <Page
      title={user?.name ? t('home:hello', { name: user.name.split(' ')[0] }) : t('home:title')}
      actions={may('campaigns.write') && <LinkButton href="/campaigns?new=1">{t('home:new_campaign')}</LinkButton>}
    >
      {steps.length > 0 && done < steps.length && (
        <Card>
          <div className="row row-between">
            <div>
              <h2>{t('home:setup_title')}</h2>
              <p className="muted">{t('home:setup_progress', { done, total: steps.length })}</p>
            </div>
            <LinkButton variant="default" href="/setup" rightSection={<IconArrowRight size={16} aria-hidden />}>
              {t('home:continue_setup')}
            </LinkButton>
          </div>
          <Bar value={done / steps.length} label={t('home:setup_progress', { done, total: steps.length })} />
        </Card>
      )}
      <Loaded query={home} block={320}>
        {(h) => (
          <>
            <Card title={t('home:attention')}>
              {h.attention.length ? (
                <ul className="plain-list">
                  {h.attention.map((a) => (
                    <li key={a.kind + a.text}>
                      <Link href={a.href} className={css.attention}>
                        <State tone="warn">{formatNumber(a.count)}</State>
                        <span className="grow">{a.text}</span>
                        <IconArrowRight size={16} aria-hidden />
                      </Link>
                    </li>
                  ))}
                </ul>
              ) : (
                <State tone="good">{t('home:all_well')}</State>
              )}
            </Card>
            {h.running_imports.length > 0 && (
              <Card title={t('home:running_imports')}>
                {h.running_imports.map((i) => (
                  <div key={i.id} className="stack-s">
                    <div className="row row-between">
                      <Link href={`/imports/${i.id}`}>{i.filename}</Link>
                      <span className="num muted">{formatPercent(i.progress, 1)}</span>
                    </div>
                    <Bar value={i.progress} label={i.filename} />
                  </div>
                ))}
              </Card>
            )}
            {may('campaigns.read') && (
              <Card title={t('home:recent')} flush>
                {h.recent_campaigns.length ? (
                  <DataTable
                    label={t('home:recent')}
                    rows={h.recent_campaigns}
                    rowKey={(c) => c.id}
                    columns={[
                      {
                        key: 'name',
                        header: t('home:campaign'),
                        bare: true,
                        cell: (c) => <Link href={placeOf(c)}>{c.name}</Link>,
                      },
                      {
                        key: 'state',
                        header: t('home:state'),
                        cell: (c) => <CampaignStateMark state={c.state} />,
                      },
                      {
                        key: 'sent',
                        header: t('home:sent'),
                        number: true,
                        cell: (c) => formatNumber(c.counts.sent),
                      },
                      {
                        key: 'clicked',
                        header: t('home:clicked'),
                        number: true,
                        cell: (c) => formatPercent(c.counts.clicked, c.counts.sent),
                      },
                      {
                        key: 'at',
                        header: t('home:when'),
                        cell: (c) => <Time at={c.scheduled_at ?? c.started_at ?? c.updated_at} />,
                      },
                    ]}
                  />
                ) : (
                  <Empty
                    icon={<IconMail aria-hidden />}
                    title={t('home:no_campaigns')}
                    action={
                      may('campaigns.write') ? (
                        <LinkButton variant="default" href="/campaigns?new=1">
                          {t('home:new_campaign')}
                        </LinkButton>
                      ) : undefined
                    }
                  >
                    {t('home:no_campaigns_text')}
                  </Empty>
                )}
              </Card>
            )}
            {!may('campaigns.read') && may('evidence.read') && <Checking />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

const checks = [
  { key: 'evidence', href: '/privacy/evidence' },
  { key: 'audit', href: '/audit' },
  { key: 'erasures', href: '/privacy/erasures' },
  { key: 'retention', href: '/privacy/retention' },
  { key: 'backups', href: '/backups' },
] as const

/** Where an auditor begins. */
function Checking() {
  return (
    <Card title={t('home:checking')} note={t('home:checking_note')}>
      <ul className="plain-list">
        {checks.map(({ key, href }) => (
          <li key={key}>
            <Link href={href} className={css.attention}>
              <span className="grow">
                <strong>{t(`home:checks.${key}.title`)}</strong>
                <br />
                <span className="muted">{t(`home:checks.${key}.text`)}</span>
              </span>
              <IconArrowRight size={16} aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}
