// How somebody can be reached: number and address to press, or that there is none.

import type { Substitute } from '@/client'
import { t } from '@/lib/i18n'
import { IconMail, IconPhone } from '@/ui/icons'
import stateCss from '@/ui/state.module.css'
import css from './reach.module.css'

export function Reach({ of }: { of: Pick<Substitute, 'phone' | 'email'> }) {
  if (!of.phone && !of.email)
    return <span className={`${stateCss.state} ${stateCss.bad}`}>{t('staffing:no_reach')}</span>
  return (
    <span className={css.reach}>
      {of.phone && (
        <span className="row nowrap">
          <IconPhone size={15} aria-hidden />
          <a href={`tel:${of.phone}`}>{of.phone}</a>
        </span>
      )}
      {of.email && (
        <span className="row nowrap">
          <IconMail size={15} aria-hidden />
          <a href={`mailto:${of.email}`}>{of.email}</a>
        </span>
      )}
    </span>
  )
}
