import { useMantineColorScheme } from '@mantine/core'
import { keepSession, useSession } from '@/app/session'
import { logOut, updateMe } from '@/client'
import { ask } from '@/lib/ask'
import { changeLanguage, currentLanguage, languages, t } from '@/lib/i18n'
import { IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUserCircle } from '@/ui/icons'
import { useGo } from '@/ui/link'
import { Menu, type MenuItem } from '@/ui/menu'
import { toastProblem } from '@/ui/toast'
import css from './user-menu.module.css'

const schemes = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const

export function UserMenu() {
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
  async function speak(locale: string) {
    try {
      keepSession(await ask(updateMe({ body: { locale } })))
    } catch (error) {
      toastProblem(error)
      return
    }
    changeLanguage(locale)
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
  items.push({ label: t('shell:language'), heading: true })
  for (const { code, name } of languages) {
    items.push({ label: name, checked: code === currentLanguage(), run: () => void speak(code) })
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
          <span className={css.name}>{user?.name}</span>
        </>
      }
      items={items}
    />
  )
}
