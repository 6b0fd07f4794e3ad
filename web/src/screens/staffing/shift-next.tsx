// How it stands and what comes next: who is asked next and when, or, when nobody is left, what can be done about it.

import { Button } from '@mantine/core'
import type { Candidates, OfferView, Shift } from '@/client'
import { t } from '@/lib/i18n'
import { formatHour, formatTime } from '@/lib/time'
import { Alert } from '@/ui/alert'
import { Bar } from '@/ui/bar'
import { Card } from '@/ui/card'
import { IconClock, IconPlugConnectedX } from '@/ui/icons'
import { repeatable } from './again'
import css from './shift-next.module.css'
import type { Focus } from './shift-values'
import { placesWords } from './states'
import { asks, nextOnes, strategyWords, usualWaves } from './strategy'

export function Next(props: {
  shift: Shift
  zone: string
  offers: OfferView[] | undefined
  candidates: Candidates | undefined
  connected: boolean
  over: boolean
  busy: boolean
  open: (what: Focus | 'copy' | 'again') => void
  again: () => void
}) {
  const { shift, offers, candidates, over, open } = props
  if (shift.state === 'cancelled')
    return (
      <Alert tone="idle" title={t('staffing:next.cancelled')}>
        {t('staffing:next.cancelled_text')}
      </Alert>
    )
  if (shift.state === 'draft')
    return (
      <Alert tone="info" title={t('staffing:next.draft')}>
        {t('staffing:next.draft_text')}
      </Alert>
    )
  if (shift.state === 'requested')
    return (
      <Alert tone="warn" title={t('staffing:next.requested')}>
        {shift.requested_by_name && `${t('staffing:next.requested_by', { name: shift.requested_by_name })} `}
        {t('staffing:next.requested_text')}
      </Alert>
    )
  const write = offers !== undefined
  const missing = shift.places - shift.taken
  const waiting = offers?.filter((o) => o.state === 'waiting').length ?? 0
  const unanswered = offers?.filter((o) => o.state === 'open').length ?? 0
  if (shift.state === 'unfilled') {
    return (
      <Alert
        tone="bad"
        live
        title={t('staffing:next.unfilled', { count: missing })}
        actions={
          write &&
          !over && (
            <>
              {repeatable(shift, offers).length > 0 && (
                <Option onClick={() => open('again')}>{t('staffing:again.open')}</Option>
              )}
              <Option onClick={() => open('pools')}>{t('staffing:next.other_pools')}</Option>
              <Option onClick={() => open('strategy')}>{t('staffing:next.other_way')}</Option>
              <Option onClick={() => open('time')}>{t('staffing:next.other_time')}</Option>
              <Option onClick={() => open('answer_by')}>{t('staffing:next.more_time')}</Option>
              <Option onClick={props.again} loading={props.busy}>
                {t('staffing:next.again')}
              </Option>
              <Option onClick={() => open('copy')}>{t('staffing:next.copy')}</Option>
            </>
          )
        }
      >
        {over ? t('staffing:next.unfilled_over') : t('staffing:next.unfilled_text', { count: offers?.length ?? 0 })}
      </Alert>
    )
  }
  return (
    <Card
      title={
        shift.state === 'filled'
          ? t('staffing:next.filled')
          : over
            ? t('staffing:next.over')
            : t('staffing:next.open', { count: missing })
      }
      actions={
        write && shift.state === 'open' && !over ? (
          <Button size="xs" variant="default" onClick={() => open('strategy')}>
            {t('staffing:next.change_way')}
          </Button>
        ) : undefined
      }
    >
      <div className="stack-s">
        <div className="row row-between">
          <span className="num">{placesWords(shift)}</span>
          {write && (
            <span className="muted num">
              {t('staffing:next.asked', { count: offers.length })}
              {unanswered > 0 && ` · ${t('staffing:next.unanswered', { count: unanswered })}`}
            </span>
          )}
        </div>
        <Bar
          value={shift.taken / shift.places}
          tone={shift.state === 'filled' ? 'good' : 'busy'}
          label={placesWords(shift)}
        />
      </div>
      {shift.state === 'open' && !over && (
        <>
          <p className="muted">{strategyWords(shift.strategy)}</p>
          <Coming shift={shift} offers={offers ?? []} candidates={candidates} />
          {waiting > 0 && (
            <Alert tone="warn" title={t('staffing:next.applied', { count: waiting })}>
              {t('staffing:next.applied_text')}
            </Alert>
          )}
        </>
      )}
      {!props.connected && (
        <p className="muted small row">
          <IconPlugConnectedX size={16} aria-hidden /> {t('staffing:next.not_live')}
        </p>
      )}
    </Card>
  )
}

function Option(props: { onClick: () => void; loading?: boolean; children: React.ReactNode }) {
  return (
    <Button size="xs" variant="default" loading={props.loading} onClick={props.onClick}>
      {props.children}
    </Button>
  )
}

/** Who is next and when: "Goes on by itself at Mon 14:30 CET, then asks: Kari Demo". */
function Coming(props: { shift: Shift; offers: OfferView[]; candidates: Candidates | undefined }) {
  const { shift, offers, candidates } = props
  if (!asks(shift.strategy)) return <p>{t('staffing:next.direct')}</p>
  const asked = new Set(offers.filter((o) => !o.again).map((o) => o.person_id))
  const coming = nextOnes(shift.strategy, shift.step, candidates?.items ?? [], asked, shift.places - shift.taken)
  const waves = shift.strategy.kind === 'waves' ? (shift.strategy.waves ?? usualWaves()) : undefined
  const wave = waves?.[shift.step]
  const who = coming
    .slice(0, 3)
    .map((c) => c.name ?? t('no_name'))
    .join(', ')
  if (!shift.next_at)
    return shift.answer_by ? (
      <p className="row">
        <IconClock size={16} aria-hidden /> {t('staffing:next.until', { time: formatTime(shift.answer_by) })}
      </p>
    ) : null
  return (
    <p className={css.nextLine}>
      <IconClock size={16} aria-hidden />
      <span>
        <strong>{t('staffing:next.goes_on', { time: formatHour(shift.next_at) })}</strong>{' '}
        {coming.length
          ? wave
            ? t('staffing:next.then_wave', { wave: t(`staffing:strategy.who.${wave.who}`), count: coming.length, who })
            : t(coming.length > 3 ? 'staffing:next.then_many' : 'staffing:next.then', { who, count: coming.length })
          : candidates
            ? t('staffing:next.then_nobody')
            : null}
      </span>
    </p>
  )
}
