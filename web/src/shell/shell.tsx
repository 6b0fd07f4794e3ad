// The frame around every screen: navigation, the person finder, tenant and user menus, the demo banner.
import { ActionIcon, TextInput, useMantineColorScheme } from '@mantine/core'
import {
  IconAddressBook,
  IconAdjustments,
  IconAt,
  IconBell,
  IconBuilding,
  IconCalendarStats,
  IconCalendarWeek,
  IconCertificate,
  IconCheckbox,
  IconClipboardText,
  IconDatabase,
  IconDeviceDesktop,
  IconDoorExit,
  IconDownload,
  IconEraser,
  IconFileCertificate,
  IconFileImport,
  IconFilter,
  IconFlask,
  IconForms,
  IconHistory,
  IconHome,
  IconHourglass,
  IconInbox,
  IconList,
  IconLogout,
  IconMail,
  IconMailOff,
  IconMapPin,
  IconMenu2,
  IconMoon,
  IconRoute,
  IconScale,
  IconSearch,
  IconServer,
  IconSettings,
  IconShieldCheck,
  IconStack2,
  IconSun,
  IconTag,
  IconTemplate,
  IconUserCircle,
  IconUserShield,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { type FormEvent, Suspense, useEffect, useState } from 'react'
import { Waiting } from '@/app/fallback'
import { type Right, useMay, useSession } from '@/app/session'
import { listNotificationsOptions, logOut, switchTenant } from '@/client'
import { ask } from '@/lib/ask'
import { changeLanguage, currentLanguage, languages, t } from '@/lib/i18n'
import { Overlays, toastProblem } from '@/ui/kit'
import { Link, useGo } from '@/ui/link'
import { Dialog, Menu, type MenuItem } from '@/ui/overlay'

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
  {
    word: 'staffing',
    items: [
      { href: '/shifts', word: 'shifts', icon: IconCalendarWeek, right: 'shifts.read' },
      { href: '/substitutes', word: 'substitutes', icon: IconUsersGroup, right: 'shifts.write' },
      { href: '/staffing/calendar', word: 'calendar', icon: IconCalendarStats, right: 'shifts.write' },
      { href: '/staffing/workplaces', word: 'workplaces', icon: IconMapPin, right: 'shifts.write' },
      { href: '/staffing/skills', word: 'skills', icon: IconCertificate, right: 'shifts.write' },
      { href: '/staffing/pools', word: 'pools', icon: IconStack2, right: 'shifts.write' },
      { href: '/staffing/documents', word: 'documents', icon: IconFileCertificate, right: 'shifts.write' },
      { href: '/staffing/rules', word: 'rules', icon: IconScale, right: 'shifts.write' },
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
    word: 'privacy',
    items: [
      { href: '/privacy/requests', word: 'requests', icon: IconUserShield, right: 'requests.handle' },
      { href: '/privacy/retention', word: 'retention', icon: IconHourglass, right: 'evidence.read' },
      { href: '/privacy/erasures', word: 'erasures', icon: IconEraser, right: 'evidence.read' },
      { href: '/privacy/evidence', word: 'evidence', icon: IconShieldCheck, right: 'evidence.read' },
    ],
  },
  {
    word: 'administration',
    items: [
      { href: '/setup', word: 'setup', icon: IconClipboardText, right: 'settings.manage' },
      { href: '/users', word: 'users', icon: IconUsers, right: 'users.manage' },
      { href: '/settings', word: 'settings', icon: IconSettings, right: 'settings.manage', exact: true },
      { href: '/audit', word: 'audit', icon: IconHistory, right: 'evidence.read' },
      { href: '/backups', word: 'backups', icon: IconDatabase, right: 'evidence.read' },
      { href: '/settings/contract', word: 'contract', icon: IconDoorExit, right: 'contract.end' },
    ],
  },
]

function Nav({ close }: { close?: () => void }) {
  const may = useMay()
  const { tenant } = useSession()
  const { pathname } = useLocation()
  return (
    <nav className="nav" aria-label={t('shell:nav.label')}>
      {groups.map((group) => {
        const items = group.items.filter((i) => (i.right ? may(i.right) : !tenant?.ended))
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
  const mark = (
    <span
      className="tenant-mark"
      style={{ background: tenant?.colour || 'var(--accent)', color: inkOn(tenant?.colour) }}
      aria-hidden
    >
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
      <Menu
        label={t('shell:switch_tenant')}
        button={<IconBuilding size={18} aria-hidden />}
        items={tenants.map((other) => ({
          label: other.name,
          checked: other.id === tenant?.id,
          run: async () => {
            try {
              await ask(switchTenant({ body: { tenant_id: other.id } }))
              // A fresh start, so that nothing of the other organisation is left in memory.
              location.assign('/')
            } catch (error) {
              toastProblem(error)
            }
          },
        }))}
      />
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
    location.assign('/login?why=out')
  }
  const items: MenuItem[] = [
    { label: t('shell:profile'), icon: <IconUserCircle size={16} aria-hidden />, run: () => go('/me') },
    { label: t('shell:theme.label'), heading: true },
    ...schemes.map(({ value, icon: Icon }) => ({
      label: t(`shell:theme.${value}`),
      icon: <Icon size={16} aria-hidden />,
      checked: colorScheme === value,
      stay: true,
      run: () => setColorScheme(value),
    })),
  ]
  if (languages.length > 1) {
    items.push({ label: t('shell:language'), heading: true })
    for (const { code, name } of languages) {
      items.push({ label: name, checked: code === currentLanguage(), run: () => changeLanguage(code) })
    }
  }
  items.push({
    label: t('shell:log_out'),
    icon: <IconLogout size={16} aria-hidden />,
    run: () => void leave(),
  })
  return (
    <Menu
      label={t('shell:user_menu', { name: user?.name })}
      button={
        <>
          <IconUserCircle size={20} aria-hidden />
          <span className="user-name">{user?.name}</span>
        </>
      }
      items={items}
    />
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
    // biome-ignore lint/a11y/useSemanticElements: a <search> would be one more box around the form
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
      <Dialog open={open} onClose={() => setOpen(false)} title={tenant?.name} side>
        <Nav close={() => setOpen(false)} />
        <p className="muted small">{t('privacy_note')}</p>
      </Dialog>
      <div className="main">
        <header className="top">
          <span className="only-phone">
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
          {may('persons.read') ? <Finder /> : <span className="spacer" />}
          <span className="spacer" />
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
              {unread > 0 && <span className="dot" aria-hidden />}
            </ActionIcon>
          )}
          <UserMenu />
        </header>
        {tenant?.demo && (
          <section className="banner" aria-label={t('demo_data')}>
            <IconFlask size={16} aria-hidden /> {t('shell:demo')}
          </section>
        )}
        {notices
          .filter((notice) => notice.kind === 'copy')
          .map((notice) => (
            <section key={notice.text} className="banner" aria-label={t('shell:copy')}>
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
