// The frame around every screen: navigation, the person finder, tenant and user menus, the demo banner.
import { ActionIcon, Burger, Button, Drawer, Menu, TextInput, useMantineColorScheme } from '@mantine/core'
import {
  IconAddressBook, IconAdjustments, IconAt, IconBell, IconBuilding, IconCheckbox, IconClipboardText, IconDeviceDesktop,
  IconDownload, IconFileImport, IconFilter, IconFlask, IconForms, IconHistory, IconHome, IconInbox, IconList, IconLogout,
  IconMail, IconMailOff, IconMoon, IconRoute, IconSearch, IconServer, IconSettings, IconSun, IconTag, IconTemplate,
  IconUserCircle, IconUsers,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { type FormEvent, Suspense, useEffect, useState } from 'react'
import { Waiting } from '@/app/fallback'
import { keepSession, queries, type Right, useMay, useSession } from '@/app/session'
import { listNotifications, logOut, switchTenant } from '@/client'
import { ask } from '@/lib/ask'
import { changeLanguage, currentLanguage, languages, t } from '@/lib/i18n'
import { Overlays, toastProblem } from '@/ui/kit'
import { Link, useGo } from '@/ui/link'

type Icon = typeof IconHome
type Item = { href: string; word: string; icon: Icon; right?: Right; exact?: boolean }

const groups: { word?: string; items: Item[] }[] = [
  { items: [{ href: '/', word: 'home', icon: IconHome, exact: true }] },
  {
    word: 'reach',
    items: [
      { href: '/campaigns', word: 'campaigns', icon: IconMail, right: 'campaigns.read' },
      { href: '/templates', word: 'templates', icon: IconTemplate, right: 'campaigns.read' },
      { href: '/journeys', word: 'journeys', icon: IconRoute, right: 'campaigns.read' },
    ],
  },
  {
    word: 'people',
    items: [
      { href: '/persons', word: 'persons', icon: IconAddressBook, right: 'persons.read' },
      { href: '/segments', word: 'segments', icon: IconFilter, right: 'persons.read' },
      { href: '/lists', word: 'lists', icon: IconList, right: 'persons.read' },
      { href: '/imports', word: 'imports', icon: IconFileImport, right: 'persons.write' },
      { href: '/exports', word: 'exports', icon: IconDownload, right: 'persons.export' },
      { href: '/attributes', word: 'attributes', icon: IconAdjustments, right: 'persons.read' },
      { href: '/tags', word: 'tags', icon: IconTag, right: 'persons.read' },
      { href: '/purposes', word: 'purposes', icon: IconCheckbox, right: 'persons.read' },
    ],
  },
  { word: 'hear', items: [{ href: '/forms', word: 'forms', icon: IconForms, right: 'campaigns.read' }] },
  {
    word: 'sending',
    items: [
      { href: '/sending/domains', word: 'domains', icon: IconAt, right: 'channels.manage' },
      { href: '/sending/providers', word: 'providers', icon: IconServer, right: 'channels.manage' },
      { href: '/sending/mailbox', word: 'mailbox', icon: IconInbox, right: 'channels.manage' },
      { href: '/sending/suppressions', word: 'suppressions', icon: IconMailOff, right: 'channels.manage' },
    ],
  },
  {
    word: 'administration',
    items: [
      { href: '/setup', word: 'setup', icon: IconClipboardText, right: 'settings.manage' },
      { href: '/users', word: 'users', icon: IconUsers, right: 'users.manage' },
      { href: '/settings', word: 'settings', icon: IconSettings, right: 'settings.manage' },
      { href: '/audit', word: 'audit', icon: IconHistory, right: 'audit.read' },
    ],
  },
]

function Nav({ close }: { close?: () => void }) {
  const may = useMay()
  const { pathname } = useLocation()
  return (
    <nav className="nav" aria-label={t('shell:nav.label')}>
      {groups.map((group) => {
        const items = group.items.filter((i) => !i.right || may(i.right))
        if (!items.length) return null
        return (
          <div key={group.word ?? 'home'}>
            {group.word && <h2>{t(`shell:nav.${group.word}`)}</h2>}
            <ul>
              {items.map(({ href, word, icon: Icon, exact }) => {
                const here = exact ? pathname === href : pathname === href || pathname.startsWith(`${href}/`)
                return (
                  <li key={href}>
                    <Link href={href} aria-current={here ? 'page' : undefined} onClick={close}>
                      <Icon size={18} aria-hidden /> {t(`shell:nav.${word}`)}
                    </Link>
                  </li>
                )
              })}
            </ul>
          </div>
        )
      })}
    </nav>
  )
}

function TenantHead() {
  const { tenant, tenants } = useSession()
  const go = useGo()
  const mark = (
    <span className="tenant-mark" style={{ background: tenant?.colour || 'var(--accent)', color: inkOn(tenant?.colour) }} aria-hidden>
      {tenant?.name.slice(0, 1)}
    </span>
  )
  if (tenants.length < 2) {
    return (
      <div className="side-head">
        {mark}
        <span className="tenant-name">{tenant?.name}</span>
      </div>
    )
  }
  return (
    <div className="side-head">
      {mark}
      <span className="tenant-name grow">{tenant?.name}</span>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('shell:switch_tenant')} title={t('shell:switch_tenant')}>
            <IconBuilding size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {tenants.map((other) => (
            <Menu.Item
              key={other.id}
              disabled={other.id === tenant?.id}
              onClick={async () => {
                try {
                  const session = await ask(switchTenant({ body: { tenant_id: other.id } }))
                  queries.clear()
                  keepSession(session)
                  go('/')
                } catch (error) {
                  toastProblem(error)
                }
              }}
            >
              {other.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

/** Black or white, whichever is easier to read on the tenant's own colour. */
export function inkOn(colour: string | undefined): string {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour ?? '')?.[1]
  if (!hex) return '#fff'
  const [r, g, b] = [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
  const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(r!) + 0.7152 * linear(g!) + 0.0722 * linear(b!) > 0.18 ? '#000' : '#fff'
}

const schemes = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const

function UserMenu() {
  const { user } = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const go = useGo()
  async function leave() {
    try {
      await ask(logOut())
    } catch (error) {
      toastProblem(error)
      return
    }
    sessionStorage.clear()
    location.assign('/login')
  }
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="subtle" color="gray" px={8} aria-label={t('shell:user_menu', { name: user?.name })} className="user-button">
          <IconUserCircle size={20} aria-hidden />
          <span className="user-name">{user?.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconUserCircle size={16} aria-hidden />} onClick={() => go('/me')}>
          {t('shell:profile')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('shell:theme.label')}</Menu.Label>
        {schemes.map(({ value, icon: Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            closeMenuOnClick={false}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={colorScheme === value ? '✓' : undefined}
            onClick={() => setColorScheme(value)}
          >
            {t(`shell:theme.${value}`)}
          </Menu.Item>
        ))}
        {languages.length > 1 && (
          <>
            <Menu.Divider />
            <Menu.Label>{t('shell:language')}</Menu.Label>
            {languages.map(({ code, name }) => (
              <Menu.Item
                key={code}
                role="menuitemradio"
                aria-checked={code === currentLanguage()}
                rightSection={code === currentLanguage() ? '✓' : undefined}
                onClick={() => changeLanguage(code)}
              >
                {name}
              </Menu.Item>
            ))}
          </>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
          {t('shell:log_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function Finder() {
  const go = useGo()
  const [q, setQ] = useState('')
  function find(event: FormEvent) {
    event.preventDefault()
    if (q.trim()) go(`/persons?q=${encodeURIComponent(q.trim())}`)
    setQ('')
  }
  return (
    <form className="finder" role="search" onSubmit={find}>
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
  const { tenant } = useSession()
  const [open, setOpen] = useState(false)
  const may = useMay()
  const { pathname } = useLocation()
  const { data } = useQuery({
    queryKey: ['notifications', 'unread'],
    queryFn: () => ask(listNotifications({ query: { limit: 1 } })),
    refetchInterval: 60_000,
  })
  const unread = data?.unread ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the place changes
  useEffect(() => setOpen(false), [pathname])
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t('shell:skip')}
      </a>
      <aside className="side">
        <TenantHead />
        <Nav />
        <div className="side-foot">
          <p>{t('privacy_note')}</p>
        </div>
      </aside>
      <Drawer opened={open} onClose={() => setOpen(false)} size={280} title={tenant?.name} className="drawer">
        <Nav close={() => setOpen(false)} />
        <p className="muted small">{t('privacy_note')}</p>
      </Drawer>
      <div className="main">
        <header className="top">
          <span className="only-phone">
            <Burger opened={open} onClick={() => setOpen(!open)} size="sm" aria-label={t('shell:open_menu')} />
          </span>
          {may('persons.read') ? <Finder /> : <span className="spacer" />}
          <span className="spacer" />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            renderRoot={(props: Record<string, unknown>) => (
              <Link {...props} href="/notifications" aria-label={t('shell:notifications', { count: unread })} title={t('shell:notifications', { count: unread })} />
            )}
          >
            <IconBell size={20} aria-hidden />
            {unread > 0 && <span className="dot" aria-hidden />}
          </ActionIcon>
          <UserMenu />
        </header>
        {tenant?.demo && (
          <div className="banner" role="note">
            <IconFlask size={16} aria-hidden /> {t('shell:demo')}
          </div>
        )}
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
