import { describe, expect, it } from 'vitest'
import type { FormField } from '@/client'
import { fieldTypes, formFaults, freeKey, moveField, newField } from '@/screens/forms/fields'

const q = (key: string, more: Partial<FormField> = {}): FormField => ({
  key,
  type: 'text',
  label: key,
  required: false,
  ...more,
})

describe('questions', () => {
  it('get keys that nobody else has', () => {
    expect(freeKey('Your e-mail', [])).toBe('your_e_mail')
    expect(freeKey('A', [q('a'), q('a_2')])).toBe('a_3')
    expect(freeKey('A', [q('a')], 0)).toBe('a')
    expect(freeKey('??', [])).toBe('question')
  })
  it('move, and stay when there is nowhere to go', () => {
    const three = [q('a'), q('b'), q('c')]
    expect(moveField(three, 0, 2).map((f) => f.key)).toEqual(['b', 'c', 'a'])
    expect(moveField(three, 0, -1)).toBe(three)
    expect(moveField(three, 2, 3)).toBe(three)
  })
  it('begin with what their kind needs', () => {
    for (const type of fieldTypes) expect(newField(type, 'Label', []).type).toBe(type)
    expect(newField('choice', 'L', []).choices).toEqual([])
    expect(newField('email', 'L', [])).toMatchObject({ required: true })
  })
  it('tell what is missing before publishing', () => {
    expect(formFaults([q('a', { type: 'consent' })], '')).toEqual([{ fault: 'no_purpose', index: 0 }])
    expect(formFaults([q('a', { type: 'consent' })], 'some')).toEqual([])
    expect(formFaults([], '')).toEqual([{ fault: 'no_questions' }])
    expect(formFaults([q('a', { label: ' ' }), q('b', { type: 'choice', choices: ['x'] }), q('a')], '')).toEqual([
      { fault: 'no_label', index: 0 },
      { fault: 'few_choices', index: 1 },
      { fault: 'same_key', index: 2 },
    ])
  })
})
