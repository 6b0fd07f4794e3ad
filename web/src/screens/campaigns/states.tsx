import type { CampaignRow, CampaignState, What } from '@/client'
import { every } from '@/lib/every'
import { t } from '@/lib/i18n'
import { State, type Tone } from '@/ui/state'

const tones: Record<CampaignState, Tone> = {
  draft: 'idle',
  scheduled: 'busy',
  preparing: 'busy',
  sending: 'busy',
  paused: 'warn',
  sent: 'good',
  cancelled: 'idle',
  failed: 'bad',
}

export const CampaignStateMark = ({ state }: { state: CampaignState }) => (
  <State tone={tones[state]}>{t(`campaigns:states.${state}`)}</State>
)

/** The numbers of a report; behind each are people. What one looks for first … */
export const mainFigures = [
  'sent',
  'delivered',
  'opened',
  'clicked',
  'answered',
  'unsubscribed',
  'bounced',
] as const satisfies What[]
/** … and the rest. */
export const otherFigures = [
  'recipients',
  'failed',
  'deferred',
  'bounced_hard',
  'bounced_soft',
  'complained',
  'skipped_suppressed',
  'skipped_no_consent',
  'skipped_no_address',
  'opened_scanner',
  'clicked_scanner',
] as const satisfies What[]
/** All but those who still wait, whom a report does not count. */
export const figures = every<Exclude<What, 'queued'>>()([...mainFigures, ...otherFigures])

/** The screen that suits what a campaign is doing now. */
export function placeOf({ id, state }: Pick<CampaignRow, 'id' | 'state'>): string {
  if (state === 'draft') return `/campaigns/${id}/edit`
  if (state === 'scheduled') return `/campaigns/${id}/review`
  if (state === 'sent' || state === 'cancelled') return `/campaigns/${id}/report`
  return `/campaigns/${id}/live`
}
