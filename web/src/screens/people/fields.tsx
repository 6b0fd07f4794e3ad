// The fields of a person, for the new one and for the change of one.
import { TextInput } from '@mantine/core'
import type { Attribute, Person } from '@/client'
import type { FormState } from '@/lib/form'
import { languages, t } from '@/lib/i18n'
import { nameOfLanguage } from '@/lib/intl'
import { zoneNames } from '@/lib/time'
import { Choice } from '@/ui/pick'

export type AttributeValues = Record<string, string | number | boolean | null>

export interface PersonValues {
  email: string
  phone: string
  first_name: string
  last_name: string
  language: string
  time_zone: string
  attributes: AttributeValues
}

export const valuesOf = (p?: Person): PersonValues => ({
  email: p?.email ?? '',
  phone: p?.phone ?? '',
  first_name: p?.first_name ?? '',
  last_name: p?.last_name ?? '',
  language: p?.language ?? '',
  time_zone: p?.time_zone ?? '',
  attributes: p?.attributes ?? {},
})

export const contactFields = ['email', 'phone', 'first_name', 'last_name', 'language', 'time_zone'] as const

export const fieldNames = (attributes: Attribute[]) => [
  ...contactFields,
  ...attributes.map((a) => `attributes.${a.key}`),
]

export function PersonFields<T extends PersonValues>({
  form,
  attributes,
}: {
  form: FormState<T>
  attributes: Attribute[]
}) {
  const { values, errors } = form
  const setAttribute = (key: string, value: AttributeValues[string]) =>
    form.patch({ attributes: { ...values.attributes, [key]: value } } as Partial<T>)
  return (
    <div className="stack">
      <div className="two">
        <TextInput label={t('people:first_name')} {...form.text('first_name')} />
        <TextInput label={t('people:last_name')} {...form.text('last_name')} />
        <TextInput label={t('people:email')} type="email" {...form.text('email')} />
        <TextInput label={t('people:phone')} type="tel" description={t('people:phone_hint')} {...form.text('phone')} />
        <Choice
          label={t('people:language')}
          empty={t('people:unknown')}
          value={values.language}
          error={errors.language}
          data={choicesWith(values.language)}
          onPick={(language) => form.patch({ language } as Partial<T>)}
        />
        <Choice
          label={t('people:time_zone')}
          empty={t('people:unknown')}
          value={values.time_zone}
          error={errors.time_zone}
          data={zoneNames().map((z) => ({ value: z, label: z }))}
          onPick={(time_zone) => form.patch({ time_zone } as Partial<T>)}
        />
      </div>
      {attributes.length > 0 && (
        <>
          <h2 className="h3">{t('people:attributes')}</h2>
          <div className="two">
            {attributes.map((a) => (
              <AttributeInput
                key={a.key}
                attribute={a}
                value={values.attributes[a.key] ?? null}
                error={errors[`attributes.${a.key}`]}
                onChange={(v) => setAttribute(a.key, v)}
              />
            ))}
          </div>
        </>
      )}
    </div>
  )
}

/** The console's languages, the others that are common here, and the one that is there. */
const choicesWith = (current: string) =>
  [
    ...new Set([
      ...languages.map((l) => l.code),
      'nn',
      'da',
      'fi',
      'de',
      'fr',
      'es',
      'pl',
      ...(current ? [current] : []),
    ]),
  ].map((code) => ({ value: code, label: nameOfLanguage(code) }))

export function AttributeInput(props: {
  attribute: Attribute
  value: string | number | boolean | null
  error?: string
  onChange: (value: string | number | boolean | null) => void
}) {
  const { attribute: a, value, error, onChange } = props
  const label = a.label
  const description = a.classification === 'plain' ? undefined : t(`people:class.${a.classification}`)
  if (a.type === 'boolean') {
    return (
      <Choice
        label={label}
        description={description}
        error={error}
        empty={t('people:unknown')}
        value={value === null ? '' : String(value)}
        data={[
          { value: 'true', label: t('yes') },
          { value: 'false', label: t('no') },
        ]}
        onPick={(v) => onChange(v === '' ? null : v === 'true')}
      />
    )
  }
  if (a.type === 'choice') {
    return (
      <Choice
        label={label}
        description={description}
        error={error}
        empty={t('people:unknown')}
        value={value === null ? '' : String(value)}
        data={a.choices.map((c) => ({ value: c, label: c }))}
        onPick={(v) => onChange(v || null)}
      />
    )
  }
  return (
    <TextInput
      label={label}
      description={description}
      error={error}
      type={a.type === 'number' ? 'number' : a.type === 'date' ? 'date' : 'text'}
      step={a.type === 'number' ? 'any' : undefined}
      value={value === null ? '' : String(value)}
      onChange={(e) => {
        const text = e.currentTarget.value
        onChange(text === '' ? null : a.type === 'number' ? Number(text) : text)
      }}
    />
  )
}
