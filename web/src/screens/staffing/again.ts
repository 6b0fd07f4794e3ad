// Who can be asked again about a shift, and how one is told that they are.
import type { AskedAgain, OfferState, OfferView, Shift } from '@/client'
import { t } from '@/lib/i18n'
import { formatTime } from '@/lib/time'
import { toast } from '@/ui/toast'
import { asks } from './strategy'

export const endings = ['expired', 'taken', 'declined', 'refused', 'withdrawn'] as const satisfies OfferState[]

/** Whom one can ask again now: nobody while the places are taken, or where the shift asks nobody. */
export const repeatable = (shift: Shift, offers: OfferView[]): OfferView[] =>
  (shift.state === 'open' || shift.state === 'unfilled') &&
  asks(shift.strategy) &&
  Date.parse(shift.starts_at) > Date.now()
    ? offers.filter((o) => o.repeatable && !(o.again && shift.state === 'open'))
    : []

export function saidAgain(said: AskedAgain) {
  const when = said.not_before ? ` ${t('staffing:again.from', { time: formatTime(said.not_before) })}` : ''
  toast('good', t('staffing:again.done', { count: said.count }) + when)
}
