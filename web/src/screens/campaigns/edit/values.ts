import type { Campaign } from '@/client'
import { type Mail, readMail } from '@/screens/composer/blocks'

export interface Values {
  name: string
  subject: string
  preheader: string
  from_name: string
  from_email: string
  reply_to: string
  lists: string[]
  segments: string[]
  exclude_lists: string[]
  exclude_segments: string[]
  /** A purpose, or that it is a service message; empty: not chosen yet. */
  purpose_id: string
  service_reason: string
  provider_id: string
  time_mode: Campaign['time_mode']
  track_opens: boolean
  track_clicks: boolean
  text: string
  mail: Mail
}

export const SERVICE = 'service'

export const read = (c: Campaign): Values => ({
  name: c.name,
  subject: c.subject,
  preheader: c.preheader ?? '',
  from_name: c.from_name,
  from_email: c.from_email,
  reply_to: c.reply_to ?? '',
  lists: c.audience.lists ?? [],
  segments: c.audience.segments ?? [],
  exclude_lists: c.audience.exclude_lists ?? [],
  exclude_segments: c.audience.exclude_segments ?? [],
  purpose_id: c.purpose_id ?? (c.service_reason ? SERVICE : ''),
  service_reason: c.service_reason ?? '',
  provider_id: c.provider_id ?? '',
  time_mode: c.time_mode,
  track_opens: c.track_opens,
  track_clicks: c.track_clicks,
  text: c.text ?? '',
  mail: readMail(c.document),
})
