// Sending as it happens. What a provider has taken over is "sent"; what still waits here is "queued"; the two
// are never mixed. Pausing stops at the next chunk and loses nothing.

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useMay } from '@/app/session'
import {
  cancelCampaign,
  getCampaignOptions,
  getCampaignProgressOptions,
  pauseCampaign,
  resumeCampaign,
  retryFailedCampaign,
  type What,
} from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatNumber, formatPercent } from '@/lib/time'
import { useParam } from '@/lib/url'
import { Alert } from '@/ui/alert'
import { Bar } from '@/ui/bar'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Figure } from '@/ui/figure'
import figureCss from '@/ui/figure.module.css'
import { LinkButton, useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { State } from '@/ui/state'
import { toast, toastProblem } from '@/ui/toast'
import { CampaignStateMark } from './states'

export default function Live() {
  const id = useParam()
  const go = useGo()
  const may = useMay()
  const live = useLive('campaign.progress', (event) => {
    if (event.id === id) void refresh('getCampaignProgress', { path: { id } })
  })
  const campaign = useQuery(getCampaignOptions({ path: { id } }))
  const query = useQuery({
    ...getCampaignProgressOptions({ path: { id } }),
    refetchInterval: live.connected ? 5000 : 1500,
  })
  const state = query.data?.state
  const name = campaign.data?.name ?? t('campaigns:one')
  useEffect(() => {
    if (state === 'sent') void refresh('listCampaigns')
  }, [state])

  async function act(run: () => Promise<unknown>, said: string) {
    try {
      await run()
      await refresh('getCampaignProgress', { path: { id } })
      toast('good', said)
    } catch (error) {
      toastProblem(error)
    }
  }
  const path = { id }
  return (
    <Page
      title={name}
      back={{ href: '/campaigns', label: t('campaigns:title') }}
      state={state && <CampaignStateMark state={state} />}
      actions={
        may('campaigns.send') &&
        query.data && (
          <>
            {state === 'sending' && (
              <Button onClick={() => void act(() => ask(pauseCampaign({ path })), t('campaigns:paused'))}>
                {t('campaigns:pause')}
              </Button>
            )}
            {(state === 'paused' || state === 'failed') && (
              <Button onClick={() => void act(() => ask(resumeCampaign({ path })), t('campaigns:resumed'))}>
                {t('campaigns:resume')}
              </Button>
            )}
            {(state === 'sending' || state === 'paused' || state === 'preparing') && (
              <Button
                variant="default"
                onClick={() =>
                  confirm({
                    title: t('campaigns:stop_title', { name }),
                    body: t('campaigns:stop_body', { count: query.data.counts.queued }),
                    label: t('campaigns:cancel_label', { count: query.data.counts.queued }),
                    run: async () => {
                      await ask(cancelCampaign({ path }))
                      await refresh('listCampaigns')
                      go(`/campaigns/${id}/report`)
                    },
                  })
                }
              >
                {t('campaigns:stop')}
              </Button>
            )}
            <LinkButton variant="default" href={`/campaigns/${id}/report`}>
              {t('campaigns:report')}
            </LinkButton>
          </>
        )
      }
    >
      {(state === 'paused' || state === 'failed' || state === 'sending') && campaign.data?.error && (
        <Alert tone="warn">{campaign.data.error}</Alert>
      )}
      <Loaded query={query} block={240}>
        {({ counts, rate_per_second, eta_seconds, state: s }) => {
          const left = counts.queued
          const done = counts.recipients ? 1 - left / counts.recipients : 0
          const people = (what: What) => `/campaigns/${id}/people?what=${what}`
          return (
            <>
              <Card>
                <div className="row row-between">
                  <strong aria-live="polite">
                    {t('campaigns:sent_of', {
                      sent: formatNumber(counts.sent),
                      recipients: formatNumber(counts.recipients),
                    })}
                  </strong>
                  <span className="num">{formatPercent(done, 1)}</span>
                </div>
                <Bar
                  value={done}
                  tone={s === 'paused' ? 'warn' : s === 'sent' ? 'good' : 'busy'}
                  label={t('campaigns:progress_of', { name })}
                />
                <p className="muted">
                  {s === 'sending' && t('campaigns:rate', { rate: formatNumber(rate_per_second, 1) })}{' '}
                  {s === 'sending' &&
                    eta_seconds !== undefined &&
                    eta_seconds !== null &&
                    t('campaigns:eta', { minutes: Math.max(1, Math.round(eta_seconds / 60)) })}
                  {s === 'paused' && t('campaigns:paused_text', { count: left })}
                  {s === 'preparing' && t('campaigns:preparing_text')}
                  {s === 'sent' && t('campaigns:all_sent')}
                </p>
                <State tone={live.connected ? 'good' : 'warn'}>
                  {t(live.connected ? 'campaigns:live_on' : 'campaigns:live_off')}
                </State>
              </Card>
              <div className={figureCss.figures}>
                <Figure
                  label={t('campaigns:figures.queued')}
                  note={t('campaigns:queued_note')}
                  value={formatNumber(left)}
                />
                <Figure
                  label={t('campaigns:figures.sent')}
                  note={t('campaigns:sent_note')}
                  value={formatNumber(counts.sent)}
                  href={people('sent')}
                />
                <Figure
                  label={t('campaigns:figures.deferred')}
                  note={t('campaigns:deferred_note')}
                  value={formatNumber(counts.deferred)}
                  href={people('deferred')}
                />
                <Figure
                  label={t('campaigns:figures.failed')}
                  value={formatNumber(counts.failed)}
                  href={people('failed')}
                />
                <Figure
                  label={t('campaigns:figures.bounced_hard')}
                  value={formatNumber(counts.bounced_hard)}
                  href={people('bounced_hard')}
                />
                <Figure
                  label={t('campaigns:figures.bounced_soft')}
                  value={formatNumber(counts.bounced_soft)}
                  href={people('bounced_soft')}
                />
                <Figure
                  label={t('campaigns:figures.opened')}
                  value={formatNumber(counts.opened)}
                  href={people('opened')}
                />
                <Figure
                  label={t('campaigns:figures.clicked')}
                  value={formatNumber(counts.clicked)}
                  href={people('clicked')}
                />
              </div>
              {counts.failed > 0 && may('campaigns.send') && (
                <Alert
                  tone="warn"
                  title={t('campaigns:failed_title', { count: counts.failed })}
                  actions={
                    <Button
                      size="xs"
                      variant="default"
                      onClick={() => void act(() => ask(retryFailedCampaign({ path })), t('campaigns:retried'))}
                    >
                      {t('campaigns:retry', { count: counts.failed })}
                    </Button>
                  }
                >
                  {t('campaigns:failed_text')}
                </Alert>
              )}
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}
