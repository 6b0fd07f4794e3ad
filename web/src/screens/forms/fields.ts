// The questions of a form, and what the builder does to them.

import type { FieldType, FormField } from '@/client'
import { every } from '@/lib/every'
import { keyFrom } from '@/lib/keys'

export const fieldTypes = every<FieldType>()([
  'email',
  'text',
  'long_text',
  'phone',
  'choice',
  'multiple_choice',
  'rating',
  'date',
  'consent',
])

export const hasChoices = (type: FormField['type']) => type === 'choice' || type === 'multiple_choice'

/** A key that no other question has; answers are stored under it. */
export function freeKey(label: string, fields: FormField[], self?: number): string {
  const base = keyFrom(label) || 'question'
  const taken = new Set(fields.filter((_, i) => i !== self).map((f) => f.key))
  if (!taken.has(base)) return base
  let n = 2
  while (taken.has(`${base}_${n}`)) n += 1
  return `${base}_${n}`
}

export function newField(type: FormField['type'], label: string, fields: FormField[]): FormField {
  return {
    key: freeKey(label, fields),
    type,
    label,
    required: type === 'email',
    ...(hasChoices(type) ? { choices: [] } : {}),
    ...(type === 'rating' ? { max: 5 } : {}),
  }
}

export function moveField(fields: FormField[], from: number, to: number): FormField[] {
  if (from === to || to < 0 || to >= fields.length || !fields[from]) return fields
  const next = [...fields]
  const [field] = next.splice(from, 1)
  next.splice(to, 0, field!)
  return next
}

export type FormFault = 'no_questions' | 'no_label' | 'few_choices' | 'same_key' | 'no_purpose'

/** What keeps a form from being useful once published. */
export function formFaults(fields: FormField[], purpose: string): { fault: FormFault; index?: number }[] {
  if (!fields.length) return [{ fault: 'no_questions' }]
  return fields.flatMap((f, index) => {
    const out: { fault: FormFault; index: number }[] = []
    if (!f.label.trim()) out.push({ fault: 'no_label', index })
    if (hasChoices(f.type) && (f.choices?.length ?? 0) < 2) out.push({ fault: 'few_choices', index })
    if (fields.findIndex((o) => o.key === f.key) !== index) out.push({ fault: 'same_key', index })
    if (f.type === 'consent' && !purpose) out.push({ fault: 'no_purpose', index })
    return out
  })
}
