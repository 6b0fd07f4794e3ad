// What requests are called, and how they stand.

import { type RequestChannel, RequestKind, type RequestRow } from '@/client'
import { every } from '@/lib/every'
import { t } from '@/lib/i18n'
import { formatDate } from '@/lib/time'
import { State, type Tone } from '@/ui/state'

export const kinds = Object.values(RequestKind)
/** How a request comes that an employee enters. */
export const channels = every<Exclude<RequestChannel, 'page'>>()(['letter', 'phone', 'mail', 'in_person'])

const tones: Record<RequestRow['state'], Tone> = {
  unconfirmed: 'idle',
  confirmed: 'warn',
  working: 'busy',
  done: 'good',
  refused: 'bad',
}
export const RequestState = ({ state }: { state: RequestRow['state'] }) => (
  <State tone={tones[state]}>{t(`privacy:states.${state}`)}</State>
)

export function Due({ request }: { request: RequestRow }) {
  if (!request.due_at) return <span className="muted">–</span>
  const day = formatDate(request.due_at)
  return (
    <span>
      {request.overdue ? (
        <State tone="bad">
          {day} · {t('privacy:overdue')}
        </State>
      ) : (
        day
      )}
      {request.extended && <span className="muted small"> · {t('privacy:extended')}</span>}
    </span>
  )
}
