// Asking again those who said no, did not answer, or were told that others got it: by how their question ended. The
// program asks them as it does otherwise, by the rules and within the limits; whoever is left out is named, with why.

import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import { type AskedAgain, askAgain, type OfferState, type OfferView, type Shift } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Alert, ProblemAlert } from '@/ui/alert'
import { Dialog } from '@/ui/dialog'
import { endings, repeatable, saidAgain } from './again'
import { refreshShifts } from './data'
import togetherCss from './together.module.css'

export function AskAgainDialog({ shift, offers, close }: { shift: Shift; offers: OfferView[]; close: () => void }) {
  const whom = repeatable(shift, offers)
  const counts = endings
    .map((state) => ({ state, count: whom.filter((o) => o.state === state).length }))
    .filter((c) => c.count)
  const [chosen, setChosen] = useState<OfferState[]>(() =>
    counts.map((c) => c.state).filter((s) => s !== 'withdrawn' && s !== 'refused'),
  )
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const [left, setLeft] = useState<AskedAgain>()
  const count = counts.filter((c) => chosen.includes(c.state)).reduce((n, c) => n + c.count, 0)
  async function send() {
    setBusy(true)
    setProblem(undefined)
    try {
      const said = await ask(askAgain({ path: { id: shift.id }, body: { states: chosen } }))
      await refreshShifts()
      saidAgain(said)
      if (said.left_out_count) setLeft(said)
      else close()
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  if (left) {
    return (
      <Dialog open onClose={close} title={t('staffing:again.title')}>
        <div className="stack">
          <Alert tone="warn" title={t('staffing:again.left_out', { count: left.left_out_count })}>
            <ul className="plain-list">
              {left.left_out.map((one) => (
                <li key={one.person_id}>
                  <strong>{one.name ?? t('no_name')}</strong>: {one.why}
                </li>
              ))}
            </ul>
          </Alert>
          <div className="row row-end">
            <Button onClick={close}>{t('close')}</Button>
          </div>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog open onClose={close} title={t('staffing:again.title')}>
      <div className="stack">
        {problem !== undefined && <ProblemAlert problem={problem} />}
        {counts.length ? (
          <Checkbox.Group
            label={t('staffing:again.whom')}
            value={chosen}
            onChange={(v) => setChosen(v as OfferState[])}
          >
            <div className={`stack-s ${togetherCss.checks}`}>
              {counts.map((c) => (
                <Checkbox
                  key={c.state}
                  value={c.state}
                  label={t(`staffing:again.states.${c.state}`, { count: c.count })}
                />
              ))}
            </div>
          </Checkbox.Group>
        ) : (
          <p>{t('staffing:again.nobody')}</p>
        )}
        <p className="muted">{t('staffing:again.text')}</p>
        <div className="row row-end">
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button loading={busy} disabled={!count} onClick={() => void send()}>
            {t('staffing:again.label', { count })}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
