// Choosing one of a set with the browser's own control, and the search box of a list.

import { NativeSelect, type NativeSelectProps, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import filtersCss from './filters.module.css'
import { IconSearch } from './icons'

export interface Option<V extends string = string> {
  value: V
  label: string
}

/** A native select with an empty first choice: small, and the phone's own picker on a phone. */
export function Choice<V extends string, E extends string | undefined = undefined>(
  props: Omit<NativeSelectProps, 'data' | 'onChange' | 'value'> & {
    value: V | '' | null | undefined
    onPick: (value: E extends string ? V | '' : V) => void
    data: Option<V>[]
    empty?: E
  },
) {
  const { value, onPick, data, empty, ...rest } = props
  return (
    <NativeSelect
      {...rest}
      value={value ?? ''}
      onChange={(e) => onPick(e.currentTarget.value as V)}
      data={empty === undefined ? data : [{ value: '', label: empty }, ...data]}
    />
  )
}

/** The search box of a list; the address follows half a second after the last key. */
export function SearchBox(props: {
  label: string
  value: string | undefined
  onSearch: (q: string) => void
  placeholder?: string
}) {
  const [text, setText] = useState(props.value ?? '')
  const [settled] = useDebouncedValue(text, 350)
  const { onSearch, value } = props
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a settled text is a new search
  useEffect(() => {
    if (settled !== (value ?? '')) onSearch(settled)
  }, [settled])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only an address that changed from outside is taken over
  useEffect(() => {
    if ((value ?? '') !== settled) setText(value ?? '')
  }, [value])
  return (
    <TextInput
      className={filtersCss.wide}
      type="search"
      label={props.label}
      placeholder={props.placeholder}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={text}
      onChange={(e) => setText(e.currentTarget.value)}
    />
  )
}
