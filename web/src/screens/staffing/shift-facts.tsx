import type { Shift } from '@/client'
import { t } from '@/lib/i18n'
import { listOf } from '@/lib/intl'
import { Tag } from '@/ui/tag'
import { Time } from '@/ui/time'
import type { useNames } from './data'
import { placesWords } from './states'
import { duration, strategyWords } from './strategy'
import { minutesBetween } from './week'

export function factsOf(
  shift: Shift,
  names: ReturnType<typeof useNames>,
  address: string | undefined,
): [React.ReactNode, React.ReactNode][] {
  const all = minutesBetween(shift.starts_at, shift.ends_at)
  const none = <span className="muted">–</span>
  return [
    [t('staffing:dialog.places'), placesWords(shift)],
    [t('staffing:address'), address || none],
    [
      t('staffing:dialog.length_label'),
      shift.break_minutes
        ? t('staffing:dialog.length', { all: duration(all), work: duration(all - shift.break_minutes) })
        : duration(all),
    ],
    [
      t('staffing:needs.label'),
      shift.skills.length ? (
        <span className="tags">
          {shift.skills.map((n) => (
            <Tag key={n.skill_id}>
              {t(n.required ? 'staffing:needs.one_required' : 'staffing:needs.one_preferred', {
                name: names.skills.get(n.skill_id) ?? '…',
                level: n.level ?? 1,
              })}
            </Tag>
          ))}
        </span>
      ) : (
        none
      ),
    ],
    [
      t('staffing:dialog.pools'),
      shift.pool_ids.length
        ? listOf(shift.pool_ids.map((p) => names.pools.get(p) ?? '…'))
        : t('staffing:dialog.everybody'),
    ],
    [t('staffing:strategy.label'), strategyWords(shift.strategy)],
    [t('staffing:dialog.answer_by'), <Time key="a" at={shift.answer_by} />],
    ...(shift.note
      ? [
          [
            t('staffing:dialog.note'),
            <span key="n" className="pre wrap">
              {shift.note}
            </span>,
          ] as [string, React.ReactNode],
        ]
      : []),
    [t('staffing:published'), <Time key="p" at={shift.published_at} />],
  ]
}
