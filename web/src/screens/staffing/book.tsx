// Booking somebody: asked once more, and where a rule is against it, said which, and booked all the same with a reason
// by whoever may.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import { bookShift, type Shift } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { toProblem } from '@/lib/problem'
import { Alert, ProblemAlert } from '@/ui/alert'
import { Dialog } from '@/ui/dialog'
import { toast } from '@/ui/toast'
import { refreshShifts } from './data'
import { ReasonDialog } from './reason-dialog'

export interface Bookable {
  person_id: string
  name?: string
  explanation: string
}

export function BookDialog({ shift, person, close }: { shift: Shift; person: Bookable; close: () => void }) {
  const may = useMay()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const [rule, setRule] = useState<string>()
  const name = person.name ?? t('no_name')
  async function book(override_reason?: string) {
    await ask(bookShift({ path: { id: shift.id }, body: { person_id: person.person_id, override_reason } }))
    await refreshShifts()
    toast('good', t('staffing:book.done', { name }))
  }
  async function tryIt() {
    setBusy(true)
    setProblem(undefined)
    try {
      await book()
      close()
    } catch (error) {
      const p = toProblem(error)
      if (p.status === 409 && p.kind === 'rule') setRule(p.detail ?? p.title)
      else setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  if (rule !== undefined && may('rules.override')) {
    return (
      <ReasonDialog
        title={t('staffing:book.against', { name })}
        body={
          <Alert tone="warn" title={t('staffing:book.rule')}>
            {rule}
          </Alert>
        }
        hint={t('staffing:book.reason_hint')}
        label={t('staffing:book.anyway')}
        required
        most={500}
        close={close}
        send={book}
      />
    )
  }
  return (
    <Dialog open onClose={close} title={t('staffing:book.title', { name })}>
      <div className="stack">
        {rule !== undefined ? (
          <Alert tone="bad" live title={t('staffing:book.rule')}>
            <p>{rule}</p>
            <p>{t('staffing:book.no_right')}</p>
          </Alert>
        ) : (
          <>
            {person.explanation && <p className="muted">{person.explanation}</p>}
            <p>{t('staffing:book.text')}</p>
          </>
        )}
        {problem !== undefined && <ProblemAlert problem={problem} />}
        <div className="row row-end">
          <Button variant="default" onClick={close}>
            {t(rule === undefined ? 'cancel' : 'close')}
          </Button>
          {rule === undefined && (
            <Button loading={busy} onClick={() => void tryIt()}>
              {t('staffing:book.label')}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}
