import type { Journey } from '@/client'
import { t } from '@/lib/i18n'
import { State, type Tone } from '@/ui/state'

const tones: Record<Journey['state'], Tone> = {
  draft: 'idle',
  running: 'good',
  paused: 'warn',
  archived: 'idle',
}

export const JourneyStateMark = ({ state }: { state: Journey['state'] }) => (
  <State tone={tones[state]}>{t(`journeys:states.${state}`)}</State>
)
