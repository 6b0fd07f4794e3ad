// Choosing several of a set, tags that may be new, and one person by name. Small on purpose: chips with a
// native select or input, since Mantine's floating lists weigh 30 kB on every screen that has one.

import { Input, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useId, useState } from 'react'
import { listPersonsOptions } from '@/client'
import { t } from '@/lib/i18n'
import { useTags } from '@/lib/lookups'
import { personName } from '@/lib/names'
import type { Option } from './pick'
import css from './pick-many.module.css'
import { Tag } from './tag'

export function Several(props: {
  label: string
  description?: string
  error?: string
  data: Option[]
  value: string[]
  onChange: (value: string[]) => void
  empty?: string
}) {
  const { data, value, onChange } = props
  const id = useId()
  const free = data.filter((o) => !value.includes(o.value))
  const name = (v: string) => data.find((o) => o.value === v)?.label ?? v
  return (
    <Input.Wrapper label={props.label} description={props.description} error={props.error} id={id}>
      {value.length > 0 && (
        <div className={`tags ${css.chips}`}>
          {value.map((v) => (
            <Tag
              key={v}
              removeLabel={t('remove_named', { name: name(v) })}
              onRemove={() => onChange(value.filter((o) => o !== v))}
            >
              {name(v)}
            </Tag>
          ))}
        </div>
      )}
      {(free.length > 0 || value.length === 0) && (
        <NativeSelect
          id={id}
          value=""
          data={[{ value: '', label: value.length ? t('add_more') : (props.empty ?? t('choose')) }, ...free]}
          onChange={(e) => e.currentTarget.value && onChange([...value, e.currentTarget.value])}
        />
      )}
    </Input.Wrapper>
  )
}

export function TagPicker(props: {
  label: string
  description?: string
  error?: string
  value: string[]
  onChange: (tags: string[]) => void
  /** Suggestions; the tenant's tags unless given. */
  suggestions?: string[]
  placeholder?: string
}) {
  const { value, onChange } = props
  const tags = useTags(props.suggestions === undefined)
  const id = useId()
  const [text, setText] = useState('')
  const known = props.suggestions ?? tags.data?.items.map((i) => i.name) ?? []
  function add(raw: string) {
    const names = raw
      .split(',')
      .map((n) => n.trim())
      .filter((n) => n && !value.includes(n))
    if (names.length) onChange([...value, ...new Set(names)])
    setText('')
  }
  function keys(event: KeyboardEvent<HTMLInputElement>) {
    if ((event.key === 'Enter' || event.key === ',') && text.trim()) {
      event.preventDefault()
      add(text)
    } else if (event.key === 'Backspace' && !text && value.length) onChange(value.slice(0, -1))
  }
  return (
    <Input.Wrapper label={props.label} description={props.description} error={props.error} id={id}>
      {value.length > 0 && (
        <div className={`tags ${css.chips}`}>
          {value.map((v) => (
            <Tag
              key={v}
              removeLabel={t('remove_named', { name: v })}
              onRemove={() => onChange(value.filter((o) => o !== v))}
            >
              {v}
            </Tag>
          ))}
        </div>
      )}
      <Input
        id={id}
        list={`${id}-known`}
        value={text}
        placeholder={props.placeholder ?? t('tag_placeholder')}
        onChange={(e) => {
          const next = e.currentTarget.value
          // Choosing from the list arrives as one change that is exactly a known name.
          if (known.includes(next) && next.length - text.length > 1) add(next)
          else setText(next)
        }}
        onKeyDown={keys}
        onBlur={() => text.trim() && add(text)}
      />
      <datalist id={`${id}-known`}>
        {known
          .filter((n) => !value.includes(n))
          .map((n) => (
            <option key={n} value={n} />
          ))}
      </datalist>
    </Input.Wrapper>
  )
}

export interface PickedPerson {
  id: string
  name: string
}

/** One person, found by the beginning of a name, an e-mail or a phone number (ARIA combobox with a list). */
export function PersonPicker(props: {
  label: string
  description?: string
  value: PickedPerson | undefined
  onPick: (person: PickedPerson | undefined) => void
}) {
  const id = useId()
  const [open, setOpen] = useState(false)
  const [text, setText] = useState<string>()
  const [active, setActive] = useState(0)
  const [q] = useDebouncedValue(text ?? '', 250)
  const found = useQuery({
    ...listPersonsOptions({ query: { q: q || undefined, limit: 8 } }),
    enabled: open, // The list stays while the next is read: what is about to be clicked does not vanish.
    placeholderData: (old) => old,
  })
  const rows = found.data?.items ?? []
  function pick(i: number) {
    const person = rows[i]
    if (!person) return
    props.onPick({ id: person.id, name: personName(person) })
    setText(undefined)
    setOpen(false)
  }
  function keys(event: KeyboardEvent) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      setActive((a) => (a + (event.key === 'ArrowDown' ? 1 : -1) + rows.length) % Math.max(rows.length, 1))
    } else if (event.key === 'Enter' && open) {
      event.preventDefault()
      pick(active)
    } else if (event.key === 'Escape' && open) {
      event.preventDefault()
      event.stopPropagation()
      setOpen(false)
    }
  }
  return (
    <div className={css.picker}>
      <TextInput
        label={props.label}
        description={props.description}
        placeholder={t('person_placeholder')}
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && rows[active] ? `${id}-${active}` : undefined}
        autoComplete="off"
        value={text ?? props.value?.name ?? ''}
        onChange={(e) => {
          setText(e.currentTarget.value)
          setActive(0)
          setOpen(true)
          if (!e.currentTarget.value) props.onPick(undefined)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => {
          setOpen(false)
          setText(undefined)
        }}
        onKeyDown={keys}
      />
      {open && (
        <div className={css.pickerList} role="listbox" id={`${id}-list`} aria-label={props.label}>
          {rows.map((person, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the input, which keeps the focus
            // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus (aria-activedescendant)
            <div
              key={person.id}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === active}
              className={css.pickerOption}
              onMouseDown={(e) => e.preventDefault()}
              onClick={() => pick(i)}
            >
              {personName(person)} <span className="muted small">{person.email}</span>
            </div>
          ))}
          {!rows.length && (
            <div
              className={`${css.pickerOption} muted`}
              role="option"
              aria-selected={false}
              aria-disabled
              tabIndex={-1}
            >
              {found.isFetching ? t('loading') : t('nobody_found')}
            </div>
          )}
        </div>
      )}
    </div>
  )
}
