// Who was asked, when, through what, and what they said. Whoever applied and waits stands first.

import { Button } from '@mantine/core'
import { useState } from 'react'
import { answerOffer, askAgain, type EarlierRound, type OfferState, type OfferView, type Shift } from '@/client'
import { ask } from '@/lib/ask'
import { every } from '@/lib/every'
import { t } from '@/lib/i18n'
import cardCss from '@/ui/card.module.css'
import { Link } from '@/ui/link'
import { State } from '@/ui/state'
import tableCss from '@/ui/table.module.css'
import { Tag } from '@/ui/tag'
import { Time } from '@/ui/time'
import { toast, toastProblem } from '@/ui/toast'
import { repeatable, saidAgain } from './again'
import { BookDialog } from './book'
import candidatesCss from './candidates.module.css'
import { refreshShifts } from './data'
import { Face } from './face'
import css from './offer.module.css'
import { OfferStateMark } from './states'

const first: readonly OfferState[] = every<OfferState>()([
  'waiting',
  'open',
  'booked',
  'refused',
  'declined',
  'expired',
  'taken',
  'withdrawn',
])
const order = (a: OfferView, b: OfferView) =>
  first.indexOf(a.state) - first.indexOf(b.state) || a.asked_at.localeCompare(b.asked_at) || a.rank - b.rank
const STEP = 50

export function Offers({ shift, offers, over }: { shift: Shift; offers: OfferView[]; over: boolean }) {
  const [shown, setShown] = useState(STEP)
  const [picked, setPicked] = useState<OfferView>()
  const [busy, setBusy] = useState<string>()
  const live = shift.state === 'open' || shift.state === 'unfilled'
  const again = new Set(repeatable(shift, offers).map((o) => o.person_id))
  async function repeatOne(offer: OfferView) {
    setBusy(`${offer.person_id}again`)
    try {
      saidAgain(await ask(askAgain({ path: { id: shift.id }, body: { person_ids: [offer.person_id] } })))
      await refreshShifts()
    } catch (error) {
      toastProblem(error)
    } finally {
      setBusy(undefined)
    }
  }
  async function say(offer: OfferView, yes: boolean) {
    setBusy(offer.person_id + yes)
    try {
      const reply = await ask(answerOffer({ path: { id: shift.id, person: offer.person_id }, body: { yes } }))
      await refreshShifts()
      const fine = reply.result === 'booked' || reply.result === 'waiting' || reply.result === 'declined'
      const words = t(`staffing:answers.${reply.result}`)
      const why = reply.result === 'not_allowed' ? ` ${reply.sentence}` : ''
      toast(fine ? 'good' : 'warn', `${offer.name ?? t('no_name')}: ${words}${why}`)
    } catch (error) {
      toastProblem(error)
    } finally {
      setBusy(undefined)
    }
  }
  function buttons(o: OfferView) {
    const name = o.name ?? t('no_name')
    if (o.state === 'waiting' && live)
      return (
        <Button size="xs" onClick={() => setPicked(o)}>
          {t('staffing:offers.pick', { name })}
        </Button>
      )
    const answers = live && ['open', 'expired', 'declined', 'refused'].includes(o.state)
    const repeat = again.has(o.person_id)
    if (!answers && !repeat) return null
    return (
      <span className="row">
        {repeat && (
          <Button
            size="xs"
            variant="default"
            aria-label={t('staffing:again.named', { name })}
            loading={busy === `${o.person_id}again`}
            onClick={() => void repeatOne(o)}
          >
            {t('staffing:again.short')}
          </Button>
        )}
        {answers && (
          <Button
            size="xs"
            variant="default"
            aria-label={t('staffing:offers.yes_for', { name })}
            loading={busy === `${o.person_id}true`}
            onClick={() => void say(o, true)}
          >
            {t('staffing:offers.yes')}
          </Button>
        )}
        {answers && o.state !== 'declined' && (
          <Button
            size="xs"
            variant="default"
            aria-label={t('staffing:offers.no_for', { name })}
            loading={busy === `${o.person_id}false`}
            onClick={() => void say(o, false)}
          >
            {t('staffing:offers.no')}
          </Button>
        )}
      </span>
    )
  }
  if (!offers.length)
    return (
      <p className={`muted ${cardCss.pad}`}>
        {t(shift.strategy.kind === 'direct' ? 'staffing:offers.none_direct' : 'staffing:offers.none')}
      </p>
    )
  const sorted = [...offers].sort(order)
  return (
    <>
      <ul className={candidatesCss.candidates}>
        {sorted.slice(0, shown).map((o) => (
          <li key={o.person_id} className={css.offer}>
            <Face id={o.person_id} name={o.name} at={o.picture_at} />
            <div className="grow">
              <span className="row">
                <Link href={`/substitutes/${o.person_id}`} className="strong">
                  {o.name ?? t('no_name')}
                </Link>
                {o.simulated && <Tag>{t('simulated')}</Tag>}
              </span>
              <div className="small">
                {t('staffing:offers.asked', { count: o.earlier.length + 1 })} <Time at={o.asked_at} />
                {o.reach && ` ${t(`staffing:reach_by.${o.reach}`)}`}
              </div>
              {o.earlier.length > 0 && <Earlier rounds={o.earlier} />}
              <div className="muted small">{o.explanation}</div>
            </div>
            <div className={css.said}>
              {o.cancelled ? (
                <State tone="warn">{t(`staffing:offers.${o.cancelled}`)}</State>
              ) : (
                <OfferStateMark state={o.state} />
              )}
              {o.again && shift.state === 'open' && !over && <State tone="busy">{t('staffing:again.waits')}</State>}
              {o.cancelled ? (
                <div className="muted small">
                  {t('staffing:offers.said_yes')} <Time at={o.booked_at} />, {t('staffing:offers.then_cancelled')}{' '}
                  <Time at={o.cancelled_at} />
                </div>
              ) : o.answered_at ? (
                <div className="muted small">
                  <Time at={o.answered_at} />
                  {o.channel !== 'none' && ` ${t(`staffing:through.${o.channel}`)}`}
                </div>
              ) : o.state === 'open' && o.expires_at ? (
                <div className="muted small">
                  {t('staffing:offers.until')} <Time at={o.expires_at} />
                </div>
              ) : null}
              {!over && shift.state !== 'cancelled' && buttons(o)}
            </div>
          </li>
        ))}
      </ul>
      {sorted.length > shown && (
        <footer className={tableCss.foot}>
          <span>{t('shown_of', { shown, total: sorted.length })}</span>
          <Button variant="default" size="xs" onClick={() => setShown(shown + STEP)}>
            {t('show_more')}
          </Button>
        </footer>
      )}
      {picked && <BookDialog shift={shift} person={picked} close={() => setPicked(undefined)} />}
    </>
  )
}

/** What was asked and said before: "Before: 21 Sep 2026, 14:00 CEST by SMS. No, 21 Sep 2026, 14:05 CEST by SMS". */
function Earlier({ rounds }: { rounds: EarlierRound[] }) {
  return (
    <ul className={`${css.earlier} muted small`}>
      {rounds.map((r) => (
        <li key={r.asked_at}>
          {t('staffing:again.before')} <Time at={r.asked_at} />
          {r.reach && ` ${t(`staffing:reach_by.${r.reach}`)}`}. {t(`staffing:offer_states.${r.state}`)}
          {r.answered_at && (
            <>
              {', '}
              <Time at={r.answered_at} />
              {r.channel !== 'none' && ` ${t(`staffing:through.${r.channel}`)}`}
            </>
          )}
        </li>
      ))}
    </ul>
  )
}
