// The frame around every screen: navigation, the person finder, tenant and user menus, the demo banner.

import { ActionIcon, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { type FormEvent, Suspense, useEffect, useState } from 'react'
import { Waiting } from '@/app/fallback'
import { useMay, useSession } from '@/app/session'
import { listNotificationsOptions } from '@/client'
import { t } from '@/lib/i18n'
import { Dialog } from '@/ui/dialog'
import { IconBell, IconFlask, IconHistory, IconMenu2, IconSearch } from '@/ui/icons'
import { Link, useGo } from '@/ui/link'
import { Overlays } from '@/ui/overlays'
import { Nav } from './nav'
import css from './shell.module.css'
import { TenantHead } from './tenant-head'
import { UserMenu } from './user-menu'

function Finder() {
  const go = useGo()
  const [q, setQ] = useState('')
  function find(event: FormEvent) {
    event.preventDefault()
    if (q.trim()) go(`/persons?q=${encodeURIComponent(q.trim())}`)
    setQ('')
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <search> would be one more box around the form
    <form className={css.finder} role="search" onSubmit={find}>
      <TextInput
        aria-label={t('shell:find_person')}
        placeholder={t('shell:find_person')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={q}
        onChange={(e) => setQ(e.currentTarget.value)}
      />
    </form>
  )
}

export default function Shell() {
  const { tenant, notices } = useSession()
  const [open, setOpen] = useState(false)
  const may = useMay()
  const { pathname } = useLocation()
  const { data } = useQuery({
    ...listNotificationsOptions({ query: { limit: 1 } }),
    refetchInterval: 60_000,
    enabled: !tenant?.ended,
  })
  const unread = data?.unread ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the place changes
  useEffect(() => setOpen(false), [pathname])
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">
        {t('shell:skip')}
      </a>
      <aside className={css.side}>
        <TenantHead />
        <Nav />
        <div className={css.sideFoot}>
          <p>{t('privacy_note')}</p>
        </div>
      </aside>
      <Dialog open={open} onClose={() => setOpen(false)} title={tenant?.name} side>
        <Nav close={() => setOpen(false)} />
        <p className="muted small">{t('privacy_note')}</p>
      </Dialog>
      <div className={css.main}>
        <header className={css.top}>
          <span className={css.onlyPhone}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={40}
              aria-label={t('shell:open_menu')}
              onClick={() => setOpen(true)}
            >
              <IconMenu2 size={22} aria-hidden />
            </ActionIcon>
          </span>
          {may('persons.read') ? <Finder /> : <span className={css.spacer} />}
          <span className={css.spacer} />
          {!tenant?.ended && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              renderRoot={(props: Record<string, unknown>) => (
                <Link
                  {...props}
                  href="/notifications"
                  aria-label={t('shell:notifications', { count: unread })}
                  title={t('shell:notifications', { count: unread })}
                />
              )}
            >
              <IconBell size={20} aria-hidden />
              {unread > 0 && <span className={css.dot} aria-hidden />}
            </ActionIcon>
          )}
          <UserMenu />
        </header>
        {tenant?.demo && (
          <section className={css.banner} aria-label={t('demo_data')}>
            <IconFlask size={16} aria-hidden /> {t('shell:demo')}
          </section>
        )}
        {notices
          .filter((notice) => notice.kind === 'copy')
          .map((notice) => (
            <section key={notice.text} className={css.banner} aria-label={t('shell:copy')}>
              <IconHistory size={16} aria-hidden /> {notice.text}
            </section>
          ))}
        <main id="content" tabIndex={-1}>
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Overlays />
    </div>
  )
}
