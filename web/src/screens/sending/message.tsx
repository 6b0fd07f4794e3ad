import { useQuery } from '@tanstack/react-query'
import { getMailboxMessageOptions } from '@/client'
import { t } from '@/lib/i18n'
import { formatBytes } from '@/lib/time'
import { useParam, useUrl } from '@/lib/url'
import { Card } from '@/ui/card'
import { Facts } from '@/ui/facts'
import { IconDownload } from '@/ui/icons'
import { Link, LinkButton } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { MailFrame } from '@/ui/mail-frame'
import mailFrameCss from '@/ui/mail-frame.module.css'
import { Page } from '@/ui/page'
import tabsCss from '@/ui/tabs.module.css'
import { Time } from '@/ui/time'

const views = ['html', 'phone', 'text', 'headers', 'links'] as const

/** One captured message as it would have arrived: look, text, headers, links. */
export default function Message() {
  const id = useParam()
  const [url] = useUrl()
  const query = useQuery(getMailboxMessageOptions({ path: { id } }))
  const m = query.data
  const view = url.view ?? (m && !m.html ? 'text' : 'html')
  return (
    <Page
      title={m?.subject || t('sending:message')}
      back={{ href: '/sending/mailbox', label: t('sending:mailbox') }}
      actions={
        <LinkButton
          variant="default"
          download
          href={`/api/v1/mailbox/${id}/raw`}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('sending:raw')}
        </LinkButton>
      }
    >
      <Loaded query={query} block={320}>
        {(mail) => (
          <>
            <Card>
              <Facts
                items={[
                  [t('sending:from'), mail.from || '–'],
                  [t('sending:to'), mail.to],
                  ...(mail.return_path
                    ? [
                        [
                          t('sending:return_path'),
                          <span key="r" className="wrap">
                            {mail.return_path}
                          </span>,
                        ] as [string, React.ReactNode],
                      ]
                    : []),
                  [t('sending:captured_at'), <Time key="at" at={mail.at} />],
                  [t('sending:size'), formatBytes(mail.size)],
                  ...(mail.campaign_id
                    ? [
                        [
                          t('sending:campaign'),
                          <Link key="c" href={`/campaigns/${mail.campaign_id}`}>
                            {t('sending:see_campaign')}
                          </Link>,
                        ] as [string, React.ReactNode],
                      ]
                    : []),
                ]}
              />
            </Card>
            <nav className={tabsCss.tabs} aria-label={t('sending:views.label')}>
              {views.map((v) => (
                <Link key={v} href={`/sending/mailbox/${id}?view=${v}`} aria-current={v === view ? 'page' : undefined}>
                  {t(`sending:views.${v}`)}
                </Link>
              ))}
            </nav>
            <Card>
              {view === 'headers' ? (
                <Facts
                  items={mail.headers.map((h) => [
                    h.name,
                    <code key={h.name} className="wrap">
                      {h.value}
                    </code>,
                  ])}
                />
              ) : view === 'links' ? (
                mail.links.length ? (
                  <ul>
                    {mail.links.map((l) => (
                      <li key={l}>
                        <code className="wrap">{l}</code>
                      </li>
                    ))}
                  </ul>
                ) : (
                  <p className="muted">{t('sending:no_links')}</p>
                )
              ) : view === 'text' || !mail.html ? (
                <pre className={mailFrameCss.text}>{mail.text ?? t('sending:no_text')}</pre>
              ) : (
                <MailFrame html={mail.html} width={view === 'phone' ? 360 : 720} title={mail.subject} />
              )}
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  )
}
