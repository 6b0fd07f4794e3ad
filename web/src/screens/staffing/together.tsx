// What of a week is not published yet, with the way to publish it together.

import { Button } from '@mantine/core'
import { Suspense, useState } from 'react'
import { useMay, useSession } from '@/app/session'
import type { Shift } from '@/client'
import { t } from '@/lib/i18n'
import { PublishDialog } from './later'
import type { What } from './publish-dialog'
import css from './together.module.css'

export function Together({ shifts }: { shifts: Shift[] }) {
  const may = useMay()
  const { user } = useSession()
  const [open, setOpen] = useState<{ what: What; shifts: Shift[] }>()
  const coming = shifts.filter((s) => Date.parse(s.starts_at) > Date.now())
  const drafts = coming.filter((s) => s.state === 'draft')
  const lines: { what: What; shifts: Shift[] }[] = may('shifts.write')
    ? [
        { what: 'publish', shifts: drafts },
        { what: 'approve', shifts: coming.filter((s) => s.state === 'requested') },
      ]
    : may('shifts.request')
      ? [{ what: 'request', shifts: drafts.filter((s) => s.requested_by === user?.id) }]
      : []
  const shown = lines.filter((l) => l.shifts.length)
  return (
    <>
      {shown.length > 0 && (
        <div className={css.together}>
          {shown.map((line) => (
            <div key={line.what} className="row row-between">
              <span>{t(`staffing:together.${line.what}`, { count: line.shifts.length })}</span>
              <Button size="xs" variant="default" onClick={() => setOpen(line)}>
                {t(`staffing:together.${line.what}_open`)}
              </Button>
            </div>
          ))}
        </div>
      )}
      <Suspense>{open && <PublishDialog {...open} close={() => setOpen(undefined)} />}</Suspense>
    </>
  )
}
