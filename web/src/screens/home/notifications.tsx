import { Button } from '@mantine/core'
import { listNotificationsInfiniteOptions, type Notification, readNotification } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { Empty } from '@/ui/empty'
import { IconBell } from '@/ui/icons'
import { Link } from '@/ui/link'
import { Page } from '@/ui/page'
import { State } from '@/ui/state'
import { type Column, Pages, usePages } from '@/ui/table'
import { Time } from '@/ui/time'
import { toastProblem } from '@/ui/toast'

async function read(n: Notification) {
  if (n.read) return
  try {
    await ask(readNotification({ path: { id: n.id } }))
    await refresh('listNotifications')
  } catch (error) {
    toastProblem(error)
  }
}

export default function Notifications() {
  const pages = usePages(listNotificationsInfiniteOptions({ query: { limit: 50 } }))
  const columns: Column<Notification>[] = [
    {
      key: 'text',
      header: t('home:notification'),
      bare: true,
      cell: (n) => (
        <Link href={n.href} onClick={() => void read(n)}>
          {n.text}
        </Link>
      ),
    },
    {
      key: 'state',
      header: t('home:state'),
      cell: (n) => <State tone={n.read ? 'idle' : 'busy'}>{t(n.read ? 'home:read' : 'home:unread')}</State>,
    },
    { key: 'at', header: t('home:when'), cell: (n) => <Time at={n.at} /> },
    {
      key: 'do',
      header: '',
      bare: true,
      cell: (n) =>
        !n.read && (
          <Button size="xs" variant="default" onClick={() => void read(n)}>
            {t('home:mark_read')}
          </Button>
        ),
    },
  ]
  return (
    <Page title={t('home:notifications')} lead={t('home:notifications_lead')}>
      <Pages
        pages={pages}
        label={t('home:notifications')}
        columns={columns}
        rowKey={(n) => n.id}
        empty={
          <Empty icon={<IconBell aria-hidden />} title={t('home:no_notifications')}>
            {t('home:no_notifications_text')}
          </Empty>
        }
      />
    </Page>
  )
}
