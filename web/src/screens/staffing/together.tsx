// Drafts published, or requests approved, together: one after the other with a bar that says how far it is.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { publishShift, type Shift } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { toProblem } from '@/lib/problem'
import { Bar, Card, confirm, toast } from '@/ui/kit'
import { refreshShifts } from './data'

const AT_ONCE = 4

export function Together({ shifts, state }: { shifts: Shift[]; state: 'draft' | 'requested' }) {
  const [run, setRun] = useState<{ done: number; all: number }>()
  const [refused, setRefused] = useState<string[]>([])
  const due = shifts.filter((s) => Date.parse(s.starts_at) > Date.now())
  async function publishAll() {
    const queue = [...due]
    const wrong: string[] = []
    let done = 0
    setRefused([])
    setRun({ done, all: due.length })
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        try {
          await ask(publishShift({ path: { id: next.id } }))
        } catch (error) {
          const problem = toProblem(error)
          wrong.push(problem.detail ?? problem.title)
        }
        done += 1
        setRun({ done, all: due.length })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    setRun(undefined)
    setRefused(wrong)
    await refreshShifts()
    toast(wrong.length ? 'warn' : 'good', t('staffing:together.done', { count: due.length - wrong.length }))
  }
  if (!due.length && !refused.length) return null
  return (
    <Card>
      {run ? (
        <div className="stack-s" aria-live="polite">
          <span className="num">{t('staffing:together.progress', run)}</span>
          <Bar value={run.done / run.all} label={t('staffing:together.progress', run)} />
        </div>
      ) : (
        due.length > 0 && (
          <div className="row row-between">
            <span>{t(`staffing:together.${state}`, { count: due.length })}</span>
            <Button
              variant="default"
              onClick={() =>
                confirm({
                  title: t(`staffing:together.${state}_title`, { count: due.length }),
                  body: t('staffing:together.body'),
                  label: t(`staffing:together.${state}_label`, { count: due.length }),
                  danger: false,
                  run: () => void publishAll(),
                })
              }
            >
              {t(`staffing:together.${state}_label`, { count: due.length })}
            </Button>
          </div>
        )
      )}
      {refused.length > 0 && (
        <ul>
          {[...new Set(refused)].map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </Card>
  )
}
