import type { StepKind } from '@/client'
import {
  IconAdjustments,
  IconArrowsSplit2,
  IconBell,
  IconClock,
  IconClockPause,
  IconList,
  IconMail,
  IconMessage,
  IconTag,
  IconWebhook,
} from '@/ui/icons'

export const stepIcons: Record<StepKind, typeof IconClock> = {
  wait: IconClock,
  wait_until: IconClockPause,
  branch: IconArrowsSplit2,
  send: IconMail,
  set_attribute: IconAdjustments,
  tag: IconTag,
  list: IconList,
  webhook: IconWebhook,
  notify: IconBell,
  sms: IconMessage,
}
