import type { Shift, ShiftInput, Strategy } from '@/client'
import { utcToWall, wallToUtc } from '@/lib/time'
import { tidy } from './strategy'
import { type Day, instantsOf, type Span, spanIn, today } from './week'

/** What the dialog is opened for: only the part that is asked about is shown first. */
export type Focus = 'all' | 'time' | 'pools' | 'strategy' | 'answer_by'

export const fields = [
  'workplace_id',
  'starts_at',
  'ends_at',
  'break_minutes',
  'places',
  'skills',
  'note',
  'strategy',
  'strategy.minutes',
  'strategy.waves',
  'pool_ids',
  'answer_by',
]

export interface Values {
  workplace_id: string
  day: Day
  from: string
  until: string
  nights: number
  break_minutes: string
  places: string
  skills: ShiftInput['skills'] & object
  note: string
  strategy: Strategy
  pool_ids: string[]
  answer_by: string
}

export function valuesOf(shift: Shift | undefined, zone: string, workplace = '', day = today(zone)): Values {
  const span: Span = shift
    ? spanIn(shift.starts_at, shift.ends_at, zone)
    : { day, from: '08:00', until: '16:00', nights: 0 }
  return {
    workplace_id: shift?.workplace_id ?? workplace,
    ...span,
    break_minutes: String(shift?.break_minutes ?? 30),
    places: String(shift?.places ?? 1),
    skills: shift?.skills ?? [],
    note: shift?.note ?? '',
    strategy: shift?.strategy ?? { kind: 'broadcast' },
    pool_ids: shift?.pool_ids ?? [],
    answer_by: shift?.answer_by ? utcToWall(shift.answer_by, zone) : '',
  }
}

export function inputOf(v: Values, zone: string): ShiftInput {
  return {
    workplace_id: v.workplace_id || undefined,
    ...instantsOf(v, zone),
    break_minutes: Number(v.break_minutes || 0),
    places: Number(v.places || 0),
    skills: v.skills,
    note: v.note,
    strategy: tidy(v.strategy),
    pool_ids: v.pool_ids,
    answer_by: v.answer_by ? wallToUtc(v.answer_by, zone) : null,
  }
}

/** Who came to change one part sends no more than that, and does not collide with answers that come in meanwhile. */
export function partOf(all: ShiftInput, focus: Focus): ShiftInput {
  if (focus === 'time') return { starts_at: all.starts_at, ends_at: all.ends_at, break_minutes: all.break_minutes }
  if (focus === 'pools') return { pool_ids: all.pool_ids }
  if (focus === 'strategy') return { strategy: all.strategy }
  if (focus === 'answer_by') return { answer_by: all.answer_by }
  return all
}
