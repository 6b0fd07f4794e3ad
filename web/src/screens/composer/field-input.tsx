// A text input into which a personalisation field can be put where the caret stands.

import { NativeSelect, TextInput, type TextInputProps } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { listPersonalisationFieldsOptions } from '@/client'
import { t } from '@/lib/i18n'
import css from './field-input.module.css'

export const usePersonalisation = () =>
  useQuery({ ...listPersonalisationFieldsOptions(), select: ({ fields }) => fields, staleTime: 5 * 60_000 })

/** The placeholder for a field, with a default so that nobody is greeted by a gap. */
export const placeholderFor = (path: string, sample = '') =>
  path === 'person.first_name'
    ? `{{ ${path} | default: "friend" }}`
    : `{{ ${path}${sample === '' ? '' : ' | default: ""'} }}`

export function FieldPicker({ onPick, label }: { onPick: (text: string) => void; label: string }) {
  const fields = usePersonalisation()
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      value=""
      data={[
        { value: '', label: t('composer:insert_field') },
        ...(fields.data ?? []).map((f) => ({ value: f.path, label: f.label })),
      ]}
      onChange={(e) => {
        const field = fields.data?.find((f) => f.path === e.currentTarget.value)
        if (field) onPick(placeholderFor(field.path, field.sample))
      }}
    />
  )
}

export function FieldInput(
  props: Omit<TextInputProps, 'onChange' | 'value'> & { value: string; onText: (text: string) => void },
) {
  const { onText, value, ...rest } = props
  const ref = useRef<HTMLInputElement>(null)
  function insert(text: string) {
    const input = ref.current
    const from = input?.selectionStart ?? value.length
    const to = input?.selectionEnd ?? value.length
    onText(value.slice(0, from) + text + value.slice(to))
    requestAnimationFrame(() => {
      input?.focus()
      input?.setSelectionRange(from + text.length, from + text.length)
    })
  }
  return (
    <div className={css.fieldInput}>
      <TextInput {...rest} ref={ref} value={value} onChange={(e) => onText(e.currentTarget.value)} />
      <FieldPicker onPick={insert} label={t('composer:insert_into', { name: String(rest.label ?? '') })} />
    </div>
  )
}
