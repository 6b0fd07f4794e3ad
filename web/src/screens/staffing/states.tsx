// What shifts, offers and bookings are at, as word and icon.

import type { BookingView, OfferView, Shift, ShiftState } from '@/client'
import { t } from '@/lib/i18n'
import { IconAlertTriangle, IconBan, IconCircleCheck, IconHourglass, IconLoader, IconPencil } from '@/ui/icons'
import { State, type Tone } from '@/ui/state'
import stateCss from '@/ui/state.module.css'

export const shiftIcons = {
  unfilled: IconAlertTriangle,
  requested: IconHourglass,
  open: IconLoader,
  draft: IconPencil,
  filled: IconCircleCheck,
  cancelled: IconBan,
} satisfies Record<ShiftState, typeof IconBan>

const shiftTones: Record<ShiftState, string> = {
  unfilled: 'bad',
  requested: 'warn',
  open: 'busy',
  draft: 'idle',
  filled: 'good',
  cancelled: 'idle',
}

export function ShiftStateMark({ state }: { state: ShiftState }) {
  const Icon = shiftIcons[state]
  return (
    <span className={`${stateCss.state} ${stateCss[shiftTones[state]]}`}>
      <Icon size={15} aria-hidden /> {t(`staffing:states.${state}`)}
    </span>
  )
}

const offerTones: Record<OfferView['state'], Tone> = {
  open: 'busy',
  booked: 'good',
  declined: 'idle',
  waiting: 'warn',
  taken: 'idle',
  expired: 'idle',
  withdrawn: 'idle',
  refused: 'bad',
}
export const OfferStateMark = ({ state }: { state: OfferView['state'] }) => (
  <State tone={offerTones[state]}>{t(`staffing:offer_states.${state}`)}</State>
)

export const BookingStateMark = ({ state }: { state: BookingView['state'] }) => (
  <State tone={state === 'booked' ? 'good' : 'idle'}>{t(`staffing:booking_states.${state}`)}</State>
)

/** "1 of 3 places taken", and how many are left to fill. */
export const placesWords = (s: Pick<Shift, 'places' | 'taken'>): string =>
  t('staffing:places_taken', { taken: s.taken, count: s.places })
