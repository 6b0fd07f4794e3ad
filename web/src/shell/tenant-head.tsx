import { useSession } from '@/app/session'
import { switchTenant } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { IconBuilding } from '@/ui/icons'
import { Menu } from '@/ui/menu'
import { toastProblem } from '@/ui/toast'
import css from './tenant-head.module.css'

export function TenantHead() {
  const { tenant, tenants } = useSession()
  const mark = (
    <span
      className={css.mark}
      style={{ background: tenant?.colour || 'var(--accent)', color: inkOn(tenant?.colour) }}
      aria-hidden
    >
      {tenant?.name.slice(0, 1)}
    </span>
  )
  if (tenants.length < 2) {
    return (
      <div className={css.head}>
        {mark}
        <span className={css.name}>{tenant?.name}</span>
      </div>
    )
  }
  return (
    <div className={css.head}>
      {mark}
      <span className={`${css.name} grow`}>{tenant?.name}</span>
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
