// Several shifts published in one request: which of them, and afterwards what became of each.

import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import { type PublishOutcome, publishShifts, type Shift } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { formatDay } from '@/lib/time'
import { ProblemAlert } from '@/ui/alert'
import { Dialog } from '@/ui/dialog'
import dialogCss from '@/ui/dialog.module.css'
import { State } from '@/ui/state'
import { refreshShifts, useNames, zoneOf } from './data'
import { ShiftTimes } from './shift-card'
import togetherCss from './together.module.css'
import { dayIn } from './week'

/** The most that one request takes. */
export const AT_ONCE = 200
export type What = 'publish' | 'approve' | 'request'

export function PublishDialog({ what, shifts, close }: { what: What; shifts: Shift[]; close: () => void }) {
  const names = useNames()
  // What is sent changes on the board behind; the list stays what it was.
  const [due] = useState(() => [...shifts].sort((a, b) => a.starts_at.localeCompare(b.starts_at)).slice(0, AT_ONCE))
  const [chosen, setChosen] = useState(() => new Set(due.map((s) => s.id)))
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const [outcomes, setOutcomes] = useState<Map<string, PublishOutcome>>()
  async function send() {
    setBusy(true)
    setProblem(undefined)
    try {
      const { items } = await ask(publishShifts({ body: { shift_ids: [...chosen] } }))
      setOutcomes(new Map(items.map((o) => [o.id, o])))
      await refreshShifts()
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const wrong = [...(outcomes?.values() ?? [])].filter((o) => o.problem).length
  const words = (s: Shift) => (
    <>
      <strong>{formatDay(dayIn(s.starts_at, zoneOf(names.places, s)))}</strong>{' '}
      <ShiftTimes shift={s} zone={zoneOf(names.places, s)} /> · {names.places.get(s.workplace_id)?.name ?? '…'}
      {s.places > 1 && <span className="muted nowrap"> · {t('staffing:together.places', { count: s.places })}</span>}
    </>
  )
  return (
    <Dialog open onClose={close} title={t(`staffing:together.${what}_title`, { count: due.length })}>
      <div className="stack">
        {problem !== undefined && <ProblemAlert problem={problem} />}
        {outcomes ? (
          <p className="strong" role="status">
            {t(`staffing:together.${what}_done`, { count: outcomes.size - wrong })}
            {wrong > 0 && ` ${t('staffing:together.wrong', { count: wrong })}`}
          </p>
        ) : (
          <>
            <p className="muted">
              {t(what === 'request' ? 'staffing:together.request_body' : 'staffing:together.body')}
            </p>
            <Checkbox
              label={t('staffing:together.all')}
              checked={chosen.size === due.length}
              indeterminate={chosen.size > 0 && chosen.size < due.length}
              onChange={(e) => setChosen(new Set(e.currentTarget.checked ? due.map((s) => s.id) : []))}
            />
          </>
        )}
        <ul className={`plain-list ${togetherCss.checks}`}>
          {due
            .filter((s) => !outcomes || outcomes.has(s.id))
            .map((s) => {
              const outcome = outcomes?.get(s.id)
              return (
                <li key={s.id}>
                  {outcome ? (
                    <>
                      <div>{words(s)}</div>
                      <State tone={outcome.problem ? 'bad' : 'good'}>
                        {outcome.problem ?? t(`staffing:states.${outcome.state ?? 'open'}`)}
                      </State>
                    </>
                  ) : (
                    <Checkbox
                      label={words(s)}
                      checked={chosen.has(s.id)}
                      onChange={(e) => {
                        const next = new Set(chosen)
                        if (e.currentTarget.checked) next.add(s.id)
                        else next.delete(s.id)
                        setChosen(next)
                      }}
                    />
                  )}
                </li>
              )
            })}
        </ul>
        <div className={`row row-end ${dialogCss.foot}`}>
          {outcomes ? (
            <Button onClick={close}>{t('close')}</Button>
          ) : (
            <>
              <Button variant="default" onClick={close}>
                {t('cancel')}
              </Button>
              <Button loading={busy} disabled={!chosen.size} onClick={() => void send()}>
                {t(`staffing:together.${what}_label`, { count: chosen.size })}
              </Button>
            </>
          )}
        </div>
      </div>
    </Dialog>
  )
}
