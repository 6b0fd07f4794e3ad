import type { Substitute } from '@/client'
import { t } from '@/lib/i18n'
import { formatDay } from '@/lib/time'
import { Card } from '@/ui/card'
import { State } from '@/ui/state'
import { Tag } from '@/ui/tag'
import { useNames } from './data'
import { addDays, today } from './week'

export function Skills({ one }: { one: Substitute }) {
  const names = useNames()
  const now = today()
  return (
    <Card title={t('staffing:skills_and_pools')}>
      {one.skills.length ? (
        <ul className="plain-list">
          {one.skills.map((s) => {
            const over = s.expires_on && s.expires_on < now
            const soon = s.expires_on && !over && s.expires_on < addDays(now, 60)
            return (
              <li key={s.skill_id} className="row row-between">
                <span className="grow wrap">
                  {names.skills.get(s.skill_id) ?? '…'}{' '}
                  <span className="muted">{t('staffing:needs.level', { level: s.level ?? 1 })}</span>
                </span>
                {s.expires_on && (
                  <State tone={over ? 'bad' : soon ? 'warn' : 'good'}>
                    {t(over ? 'staffing:ran_out' : 'staffing:valid_until', {
                      day: formatDay(s.expires_on, { day: 'numeric', month: 'short', year: 'numeric' }),
                    })}
                  </State>
                )}
              </li>
            )
          })}
        </ul>
      ) : (
        <p className="muted">{t('staffing:no_skills')}</p>
      )}
      <div>
        <h3>{t('staffing:named.pools.title')}</h3>
        {one.pools.length ? (
          <span className="tags">
            {one.pools.map((p) => (
              <Tag key={p}>{names.pools.get(p) ?? '…'}</Tag>
            ))}
          </span>
        ) : (
          <p className="muted">{t('staffing:no_pools')}</p>
        )}
      </div>
    </Card>
  )
}

export function Places({ one }: { one: Substitute }) {
  const names = useNames()
  if (!one.workplaces.length) return null
  return (
    <Card title={t('staffing:choices.title')}>
      <ul className="plain-list">
        {[...new Set(one.workplaces.map((w) => w.workplace_id))].map((id) => (
          <li key={id}>
            <div className="wrap">{names.places.get(id)?.name ?? '…'}</div>
            {one.workplaces
              .filter((w) => w.workplace_id === id)
              .map((w) => (
                <div key={w.kind}>
                  <State tone={w.kind === 'favourite' ? 'good' : 'warn'}>{t(`staffing:choices.${w.kind}`)}</State>
                </div>
              ))}
          </li>
        ))}
      </ul>
    </Card>
  )
}
