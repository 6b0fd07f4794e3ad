import { Button } from '@mantine/core'
import { useState } from 'react'
import { type DryRunStep, dryRunJourney } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { ProblemAlert } from '@/ui/alert'
import { Dialog } from '@/ui/dialog'
import { IconRoute } from '@/ui/icons'
import { PersonPicker, type PickedPerson } from '@/ui/pick-many'
import { Time } from '@/ui/time'
import timelineCss from '@/ui/timeline.module.css'
import { stepIcons } from '../icons'

export function DryRun({ id, disabled }: { id: string; disabled: boolean }) {
  const [open, setOpen] = useState(false)
  const [person, setPerson] = useState<PickedPerson>()
  const [path, setPath] = useState<DryRunStep[]>()
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  async function run() {
    if (!person) return
    setBusy(true)
    setProblem(undefined)
    try {
      setPath((await ask(dryRunJourney({ path: { id }, body: { person_id: person.id } }))).path)
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button
        variant="default"
        disabled={disabled}
        title={disabled ? t('journeys:dry_save_first') : undefined}
        onClick={() => setOpen(true)}
      >
        {t('journeys:dry_run')}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('journeys:dry_run')}>
        <p className="muted">{t('journeys:dry_text')}</p>
        <PersonPicker
          label={t('journeys:person')}
          value={person}
          onPick={(p) => {
            setPerson(p)
            setPath(undefined)
          }}
        />
        <div>
          <Button disabled={!person} loading={busy} onClick={() => void run()}>
            {t('journeys:dry_go')}
          </Button>
        </div>
        {problem !== undefined && <ProblemAlert problem={problem} retry={() => void run()} />}
        {path && (
          <ol className={timelineCss.timeline} aria-live="polite">
            {path.map((p) => {
              const Icon = stepIcons[p.kind as keyof typeof stepIcons] ?? IconRoute
              return (
                <li key={p.step_id}>
                  <span className={timelineCss.icon}>
                    <Icon size={16} aria-hidden />
                  </span>
                  <div className="grow">
                    <div className="strong">{p.what}</div>
                    <div>{t('journeys:would', { what: p.would })}</div>
                    <div className="muted small">
                      <Time at={p.at} />
                    </div>
                  </div>
                </li>
              )
            })}
          </ol>
        )}
      </Dialog>
    </>
  )
}
