// How it stands with the backups: how far back, when the last one was, what the last drill found.
import { useQuery } from '@tanstack/react-query'
import { type BackupsView, getBackupsOptions } from '@/client'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Facts } from '@/ui/facts'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { State } from '@/ui/state'
import { Time } from '@/ui/time'

export default function Backups() {
  const query = useQuery({ ...getBackupsOptions(), refetchInterval: 60_000 })
  return (
    <Page title={t('operate:backups')} lead={t('operate:backups_lead')}>
      <Loaded query={query} block={320}>
        {(view) =>
          !view.enabled ? (
            <Empty title={t('operate:not_here')}>{t('operate:not_here_text')}</Empty>
          ) : !view.looked_at ? (
            <Empty title={t('operate:not_yet')}>{t('operate:not_yet_text')}</Empty>
          ) : (
            <Seen view={view} />
          )
        }
      </Loaded>
    </Page>
  )
}

function Seen({ view }: { view: BackupsView }) {
  return (
    <div className="sections narrow">
      {view.problems.map((problem) => (
        <Alert key={problem.what} tone="bad" title={problem.what}>
          {problem.mend}
        </Alert>
      ))}
      {view.same_disk && (
        <Alert tone="warn" title={t('operate:same_disk')}>
          {t('operate:same_disk_text')}
        </Alert>
      )}
      {view.clusters.map((cluster) => (
        <Card
          key={cluster.name}
          title={t(`operate:clusters.${cluster.name}`)}
          note={t(`operate:cluster_notes.${cluster.name}`)}
        >
          <Facts
            items={[
              [t('operate:newest_full'), <Time key="full" at={cluster.newest_full} never={t('operate:none')} />],
              ...(cluster.newest_differential
                ? [
                    [
                      t('operate:newest_differential'),
                      <Time key="differential" at={cluster.newest_differential} />,
                    ] as [string, React.ReactNode],
                  ]
                : []),
              [t('operate:reach_from'), <Time key="from" at={cluster.restorable_from} never={t('operate:none')} />],
              [t('operate:reach_until'), <Time key="until" at={cluster.restorable_until} never={t('operate:none')} />],
            ]}
          />
        </Card>
      ))}
      <Card title={t('operate:drill')} note={t('operate:drill_note')}>
        {view.drill ? (
          <>
            <State tone={view.drill.passed ? 'good' : 'bad'}>
              {t(view.drill.passed ? 'operate:drill_passed' : 'operate:drill_failed')}
            </State>
            <Facts
              items={[
                [t('operate:drill_at'), <Time key="at" at={view.drill.at} />],
                [t('operate:drill_to'), <Time key="to" at={view.drill.restored_to} />],
                ...view.drill.compared.map(
                  (what, i) =>
                    [t(i ? 'operate:drill_keys' : 'operate:drill_compared'), what] as [string, React.ReactNode],
                ),
              ]}
            />
            {view.drill.findings.length > 0 && (
              <ul>
                {view.drill.findings.map((finding) => (
                  <li key={finding}>{finding}</li>
                ))}
              </ul>
            )}
          </>
        ) : (
          <p className="muted">{t('operate:drill_none')}</p>
        )}
      </Card>
      <Card title={t('operate:kept')}>
        <Facts
          items={[
            [t('operate:monthly'), formatNumber(view.monthly.length)],
            [t('operate:monthly_newest'), <Time key="monthly" at={view.monthly.at(-1)} never={t('operate:none')} />],
            ...(view.last_restore
              ? [
                  [t('operate:last_restore'), <Time key="restore" at={view.last_restore.at} />] as [
                    string,
                    React.ReactNode,
                  ],
                ]
              : []),
            [t('operate:looked_at'), <Time key="looked" at={view.looked_at} />],
          ]}
        />
      </Card>
    </div>
  )
}
