import { t } from '@/lib/i18n'
import { IconCheck } from '@/ui/icons'
import stepNoCss from '@/ui/step-no.module.css'
import css from './steps.module.css'

const steps = ['file', 'columns', 'options', 'result'] as const

/** Where one is in the four steps of an import. */
export function Steps({ at }: { at: (typeof steps)[number] }) {
  const here = steps.indexOf(at)
  return (
    <ol className={css.steps} aria-label={t('imports:steps.label')}>
      {steps.map((step, i) => (
        <li key={step} aria-current={i === here ? 'step' : undefined} className={i < here ? css.done : undefined}>
          <span className={stepNoCss.stepNo}>{i < here ? <IconCheck size={14} aria-hidden /> : i + 1}</span>
          {t(`imports:steps.${step}`)}
          {i < here && <span className="sr">{t('imports:steps.done')}</span>}
        </li>
      ))}
    </ol>
  )
}
