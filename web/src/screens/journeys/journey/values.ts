import type { Journey, TriggerInput } from '@/client'
import { type Plan, planOf, sentTrigger } from '../graph'

export interface Values {
  name: string
  trigger: TriggerInput
  reentry: boolean
  plan: Plan
}

export const read = (j: Journey): Values => ({
  name: j.name,
  trigger: sentTrigger(j.trigger),
  reentry: j.reentry,
  plan: planOf(j),
})
