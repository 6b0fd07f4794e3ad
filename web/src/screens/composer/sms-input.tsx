// The text of an SMS, with what it will take counted by the server while it is written.
import { Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { type MeasureAnswer, measureSmsOptions } from '@/client'
import { t } from '@/lib/i18n'
import { formatPrice } from '@/lib/price'
import { formatNumber } from '@/lib/time'
import { State } from '@/ui/state'
import { FieldPicker } from './field-input'

export function SmsInput(props: { label: string; value: string; error?: string; onText: (text: string) => void }) {
  const { value, onText } = props
  const ref = useRef<HTMLTextAreaElement>(null)
  const [settled] = useDebouncedValue(value, 250)
  const measure = useQuery({
    ...measureSmsOptions({ body: { text: settled } }),
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  })
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
    <div className="stack-s">
      <Textarea
        ref={ref}
        label={props.label}
        error={props.error}
        autosize
        minRows={4}
        maxLength={2000}
        value={value}
        onChange={(e) => onText(e.currentTarget.value)}
      />
      <div className="row row-between sms-count">
        {measure.data ? <Count m={measure.data} /> : <span />}
        <FieldPicker onPick={insert} label={t('composer:insert_into', { name: props.label })} />
      </div>
      {value.includes('{{') && <p className="muted small">{t('composer:sms_fields_text')}</p>}
    </div>
  )
}

function Count({ m }: { m: MeasureAnswer }) {
  const price =
    m.price_minor !== undefined && m.price_currency ? formatPrice(m.price_minor, m.price_currency) : undefined
  return (
    <span className="stack-s">
      <State tone={m.segments > m.max_segments ? 'bad' : m.segments > 1 ? 'warn' : 'good'}>
        {t('composer:sms_segments', { count: m.segments })}
      </State>
      <span className="muted small">
        {[
          t('composer:sms_characters', { count: m.characters }),
          t('composer:sms_left', { n: formatNumber(m.left) }),
          t(`composer:sms_encodings.${m.encoding}`),
          price && t('composer:sms_price', { price }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </span>
  )
}
