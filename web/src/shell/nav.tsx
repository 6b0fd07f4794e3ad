import { useLocation } from '@tanstack/react-router'
import { type Right, useMay, useSession } from '@/app/session'
import { t } from '@/lib/i18n'
import {
  IconAddressBook,
  IconAdjustments,
  IconAt,
  IconCalendarStats,
  IconCalendarWeek,
  IconCertificate,
  IconCheckbox,
  IconClipboardText,
  IconDatabase,
  IconDoorExit,
  IconDownload,
  IconEraser,
  IconFileCertificate,
  IconFileImport,
  IconFilter,
  IconForms,
  IconHistory,
  IconHome,
  IconHourglass,
  IconInbox,
  IconList,
  IconMail,
  IconMailOff,
  IconMapPin,
  IconRoute,
  IconScale,
  IconServer,
  IconSettings,
  IconShieldCheck,
  IconStack2,
  IconTag,
  IconTemplate,
  IconUserShield,
  IconUsers,
  IconUsersGroup,
} from '@/ui/icons'
import { Link } from '@/ui/link'
import css from './nav.module.css'

export type Icon = typeof IconHome

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

export function Nav({ close }: { close?: () => void }) {
  const may = useMay()
  const { tenant } = useSession()
  const { pathname } = useLocation()
  return (
    <nav className={css.nav} aria-label={t('shell:nav.label')}>
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
