import { Button } from '@mantine/core'
import {
  clearMailbox,
  clearMailboxSms,
  listMailboxInfiniteOptions,
  listMailboxSmsInfiniteOptions,
  type MailRow,
  type SmsView,
} from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatBytes, formatNumber } from '@/lib/time'
import { useUrl } from '@/lib/url'
import { confirm } from '@/ui/confirm'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconInbox, IconMessage } from '@/ui/icons'
import { Link } from '@/ui/link'
import { Page } from '@/ui/page'
import { SearchBox } from '@/ui/pick'
import { type Column, Pages, usePages } from '@/ui/table'
import tabsCss from '@/ui/tabs.module.css'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'

export default function Mailbox() {
  const [url] = useUrl()
  return url.channel === 'sms' ? <SmsBox /> : <MailBox />
}

function Tabs({ sms }: { sms?: boolean }) {
  return (
    <nav className={tabsCss.tabs} aria-label={t('sending:channel')}>
      <Link href="/sending/mailbox" aria-current={sms ? undefined : 'page'}>
        {t('sending:channels.mail')}
      </Link>
      <Link href="/sending/mailbox?channel=sms" aria-current={sms ? 'page' : undefined}>
        {t('sending:channels.sms')}
      </Link>
    </nav>
  )
}

function SmsBox() {
  const [url, setUrl] = useUrl()
  const pages = usePages(listMailboxSmsInfiniteOptions({ query: { q: url.q, limit: 50 } }))
  useLive('mailbox.message', () => void pages.refetch())
  const columns: Column<SmsView>[] = [
    { key: 'to', header: t('sending:to'), bare: true, cell: (m) => m.to },
    { key: 'text', header: t('sending:text'), cell: (m) => <span className="wrap pre">{m.text}</span> },
    { key: 'from', header: t('sending:from'), cell: (m) => m.from || '–' },
    {
      key: 'segments',
      header: t('sending:segments'),
      number: true,
      cell: (m) => formatNumber(m.segments),
    },
    { key: 'at', header: t('sending:captured_at'), cell: (m) => <Time at={m.at} /> },
  ]
  return (
    <Page
      title={t('sending:mailbox')}
      lead={t('sending:mailbox_lead')}
      actions={(pages.rows?.length ?? 0) > 0 && <EmptyBox clear={() => ask(clearMailboxSms())} />}
    >
      <Tabs sms />
      <div className={filtersCss.filters}>
        <SearchBox label={t('sending:find_sms')} value={url.q} onSearch={(q) => setUrl({ q })} />
      </div>
      <Pages
        pages={pages}
        label={t('sending:mailbox')}
        columns={columns}
        rowKey={(m) => m.id}
        empty={
          <Empty icon={<IconMessage aria-hidden />} title={t(url.q ? 'sending:no_sms_found' : 'sending:no_sms')}>
            {url.q ? undefined : t('sending:no_sms_text')}
          </Empty>
        }
      />
    </Page>
  )
}

function EmptyBox({ clear }: { clear: () => Promise<unknown> }) {
  return (
    <Button
      variant="default"
      onClick={() =>
        confirm({
          title: t('sending:empty_title'),
          body: t('sending:empty_body'),
          label: t('sending:empty_label'),
          run: async () => {
            await clear()
            await refresh(['listMailbox', 'listMailboxSms'])
            toast('good', t('sending:emptied'))
          },
        })
      }
    >
      {t('sending:empty_mailbox')}
    </Button>
  )
}

function MailBox() {
  const [url, setUrl] = useUrl()
  const pages = usePages(listMailboxInfiniteOptions({ query: { q: url.q, limit: 50 } }))
  useLive('mailbox.message', () => void pages.refetch())
  const columns: Column<MailRow>[] = [
    {
      key: 'subject',
      header: t('sending:subject'),
      bare: true,
      cell: (m) => <Link href={`/sending/mailbox/${m.id}`}>{m.subject || t('sending:no_subject')}</Link>,
    },
    { key: 'to', header: t('sending:to'), cell: (m) => m.to },
    { key: 'from', header: t('sending:from'), cell: (m) => m.from || '–' },
    { key: 'size', header: t('sending:size'), number: true, cell: (m) => formatBytes(m.size) },
    { key: 'at', header: t('sending:captured_at'), cell: (m) => <Time at={m.at} /> },
  ]
  return (
    <Page
      title={t('sending:mailbox')}
      lead={t('sending:mailbox_lead')}
      actions={(pages.rows?.length ?? 0) > 0 && <EmptyBox clear={() => ask(clearMailbox())} />}
    >
      <Tabs />
      <div className={filtersCss.filters}>
        <SearchBox label={t('sending:find_mail')} value={url.q} onSearch={(q) => setUrl({ q })} />
      </div>
      <Pages
        pages={pages}
        label={t('sending:mailbox')}
        columns={columns}
        rowKey={(m) => m.id}
        empty={
          <Empty icon={<IconInbox aria-hidden />} title={t(url.q ? 'sending:no_mail_found' : 'sending:no_mail')}>
            {url.q ? undefined : t('sending:no_mail_text')}
          </Empty>
        }
      />
    </Page>
  )
}
