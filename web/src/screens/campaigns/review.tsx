// The last look before sending: what stops it, how many get it and who does not, a test, and then the button.

import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useMay } from '@/app/session'
import { cancelCampaign, getCampaignOptions, reviewCampaignOptions, sendCampaign } from '@/client'
import { ask, newKey, once } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { formatPrice } from '@/lib/price'
import { refresh } from '@/lib/queries'
import { currentZone, formatNumber, formatTime, wallToUtc } from '@/lib/time'
import { useParam } from '@/lib/url'
import { readMail } from '@/screens/composer/blocks'
import { placeInWords } from '@/screens/composer/words'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Facts } from '@/ui/facts'
import { Figure } from '@/ui/figure'
import figureCss from '@/ui/figure.module.css'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Time } from '@/ui/time'
import { CampaignStateMark } from './states'
import { TestSend } from './test-send'

const why = ['suppressed', 'no_consent', 'no_address', 'restricted', 'duplicate'] as const

/** All that says how a campaign stands. */
const refreshCampaigns = () =>
  refresh([
    'listCampaigns',
    'getCampaign',
    'reviewCampaign',
    'getCampaignProgress',
    'getCampaignReport',
    'listCampaignPeople',
  ])

export default function Review() {
  const id = useParam()
  const go = useGo()
  const may = useMay()
  const key = useRef(newKey())
  const [at, setAt] = useState('')
  const campaign = useQuery({ ...getCampaignOptions({ path: { id } }), staleTime: 0 })
  const review = useQuery({ ...reviewCampaignOptions({ path: { id } }), staleTime: 0 })
  const c = campaign.data
  const r = review.data
  const ready = r !== undefined && r.blockers.length === 0 && r.recipients > 0

  /** What of the campaign a pointer is about, in words. */
  function part(pointer: string): string {
    return (
      (c && placeInWords(readMail(c.document).blocks, pointer)) ??
      t(pointer === '/subject' ? 'campaigns:subject' : 'campaigns:message')
    )
  }
  function send() {
    if (!c || !r) return
    const when = at ? wallToUtc(at) : undefined
    confirm({
      danger: false,
      title: when
        ? t('campaigns:schedule_title', { name: c.name, count: r.recipients })
        : t('campaigns:send_title', { name: c.name, count: r.recipients }),
      body: when ? t('campaigns:schedule_body', { at: formatTime(when) }) : t('campaigns:send_body'),
      label: when
        ? t('campaigns:schedule_label', { count: r.recipients })
        : t('campaigns:send_label', { count: r.recipients }),
      run: async () => {
        await once(key, (headers) => ask(sendCampaign({ path: { id }, body: when ? { at: when } : {}, headers })))
        await refreshCampaigns()
        go(when ? '/campaigns' : `/campaigns/${id}/live`)
      },
    })
  }
  return (
    <Page
      title={c?.name ?? t('campaigns:one')}
      lead={t('campaigns:review_lead')}
      back={{ href: `/campaigns/${id}/edit`, label: t('campaigns:back_to_edit') }}
      state={c && <CampaignStateMark state={c.state} />}
      actions={c?.state === 'draft' && <TestSend id={id} channel={c.channel} />}
    >
      {c?.state === 'scheduled' && (
        <Alert
          tone="info"
          title={t('campaigns:scheduled_for')}
          actions={
            <Button
              size="xs"
              variant="default"
              onClick={() =>
                confirm({
                  title: t('campaigns:cancel_title', { name: c.name }),
                  body: t('campaigns:cancel_body', { count: c.counts.recipients }),
                  label: t('campaigns:cancel_label', { count: c.counts.recipients }),
                  run: async () => {
                    await ask(cancelCampaign({ path: { id } }))
                    await refreshCampaigns()
                  },
                })
              }
            >
              {t('campaigns:cancel')}
            </Button>
          }
        >
          <Time at={c.scheduled_at} />
        </Alert>
      )}
      <Loaded query={review} block={280}>
        {(answer) => (
          <>
            {answer.blockers.map((b) => (
              <Alert
                key={b.code + b.pointer + b.message}
                tone="bad"
                title={t('campaigns:blocker')}
                actions={b.href ? <Link href={b.href}>{t('campaigns:mend')}</Link> : undefined}
              >
                {b.pointer && <strong>{part(b.pointer)}: </strong>}
                {b.message}
              </Alert>
            ))}
            {answer.warnings.map((w) => (
              <Alert
                key={w.code + w.message}
                tone="warn"
                actions={w.href ? <Link href={w.href}>{t('campaigns:look')}</Link> : undefined}
              >
                {w.message}
              </Alert>
            ))}
            {answer.blockers.length === 0 && answer.warnings.length === 0 && (
              <Alert tone="good">{t('campaigns:nothing_stops')}</Alert>
            )}
            <div className="split">
              <div className="sections">
                <div className={figureCss.figures}>
                  <Figure label={t('campaigns:get_it')} value={formatNumber(answer.recipients)} />
                  {why.map((w) => (
                    <Figure
                      key={w}
                      label={t(
                        w === 'no_address' && c?.channel === 'sms' ? 'campaigns:no_number' : `campaigns:excluded.${w}`,
                      )}
                      value={formatNumber(answer.excluded[w])}
                    />
                  ))}
                </div>
                <Card title={t('campaigns:some_of_them')}>
                  <ul className="plain-list">
                    {answer.sample.map((p) => (
                      <li key={p.id} className="row row-between">
                        <Link href={`/persons/${p.id}`}>{personName(p)}</Link>
                        <span className="muted wrap">{c?.channel === 'sms' ? p.phone : p.email}</span>
                      </li>
                    ))}
                  </ul>
                </Card>
              </div>
              <div className="sections">
                {c?.channel === 'sms' && (
                  <Card title={t('campaigns:message')}>
                    <p className="wrap pre">{c.text || '–'}</p>
                    <Facts
                      items={[
                        [t('campaigns:sms_segments'), formatNumber(answer.segments ?? 0)],
                        [
                          t('campaigns:price'),
                          answer.price_minor !== undefined && answer.price_currency
                            ? formatPrice(answer.price_minor, answer.price_currency)
                            : '–',
                        ],
                        [t('campaigns:time_mode'), t(`campaigns:time_modes.${c.time_mode}`)],
                      ]}
                    />
                  </Card>
                )}
                {c?.channel === 'mail' && (
                  <Card title={t('campaigns:message')}>
                    <Facts
                      items={[
                        [t('campaigns:subject'), c.subject || '–'],
                        [
                          t('campaigns:from'),
                          [c.from_name, c.from_email && `<${c.from_email}>`].filter(Boolean).join(' ') || '–',
                        ],
                        [t('campaigns:time_mode'), t(`campaigns:time_modes.${c.time_mode}`)],
                      ]}
                    />
                    <LinkButton variant="default" href={`/campaigns/${id}/edit?tab=content`}>
                      {t('campaigns:see_message')}
                    </LinkButton>
                  </Card>
                )}
                {c?.state === 'draft' && may('campaigns.send') && (
                  <Card title={t('campaigns:send')}>
                    <TextInput
                      type="datetime-local"
                      label={t('campaigns:send_at')}
                      description={t('campaigns:send_at_text', { zone: currentZone() })}
                      value={at}
                      onChange={(e) => setAt(e.currentTarget.value)}
                    />
                    <Button disabled={!ready} onClick={send}>
                      {at
                        ? t('campaigns:schedule_label', { count: answer.recipients })
                        : t('campaigns:send_label', { count: answer.recipients })}
                    </Button>
                    {!ready && <p className="muted small">{t('campaigns:not_ready')}</p>}
                  </Card>
                )}
              </div>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}
