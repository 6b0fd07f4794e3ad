import type { StepCounts } from '@/client'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import blockCss from '@/ui/block.module.css'
import { Link } from '@/ui/link'
import { State } from '@/ui/state'
import stepNoCss from '@/ui/step-no.module.css'
import { type Plan, target, walk } from '../graph'
import { stepIcons } from '../icons'
import type { Things } from '../names'
import { describe } from '../words'
import css from './step-list.module.css'

export function StepList(props: {
  plan: Plan
  things: Things
  counts: Map<string, StepCounts>
  journey: string
  selected: string | undefined
  onSelect: (id: string) => void
}) {
  const { plan, things, counts } = props
  const order = walk(plan)
  const number = new Map(order.map((o, i) => [o.step.id, i + 1]))
  const leads = (to: string | undefined) =>
    to ? t('journeys:to_step', { no: number.get(to) ?? '?' }) : t('journeys:end')
  return (
    <ol className={css.list}>
      {order.map(({ step, depth, via, reachable }) => {
        const Icon = stepIcons[step.kind]
        const n = counts.get(step.id)
        const runs = (state: string) => `/journeys/${props.journey}/runs?step=${step.id}&state=${state}`
        return (
          <li
            key={step.id}
            style={{ marginInlineStart: Math.min(depth, 4) * 20 }}
            className={step.id === props.selected ? `${blockCss.block} ${blockCss.open}` : blockCss.block}
          >
            <button
              type="button"
              className={blockCss.name}
              aria-expanded={step.id === props.selected}
              onClick={() => props.onSelect(step.id)}
            >
              <span className={stepNoCss.stepNo}>{number.get(step.id)}</span>
              <Icon size={16} aria-hidden />
              <span className="grow">
                {via && <span className="muted">{t(`journeys:ports.${via}`)}: </span>}
                <span className="strong">{t(`journeys:kinds.${step.kind}`)}</span>
                <span className={css.words}>{describe(step, things.names)}</span>
              </span>
            </button>
            <div className={css.foot}>
              <span className="muted">
                {!reachable && <State tone="warn">{t('journeys:faults.unreachable')}</State>}{' '}
                {step.kind === 'branch'
                  ? t('journeys:branch_leads', { yes: leads(step.yes), no: leads(step.no) })
                  : t('journeys:leads', { to: leads(target(step, 'next')) })}
              </span>
              {n && (
                <span className="row num">
                  <span className="muted">{t('journeys:entered_n', { n: formatNumber(n.entered) })}</span>
                  {n.active > 0 && (
                    <Link href={runs('active')}>{t('journeys:active_n', { n: formatNumber(n.active) })}</Link>
                  )}
                  {n.failed > 0 && (
                    <Link href={runs('failed')}>
                      <State tone="bad">{t('journeys:failed_count', { count: n.failed })}</State>
                    </Link>
                  )}
                </span>
              )}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
