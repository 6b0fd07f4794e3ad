// Choosing: several of a set, tags that may be new, one person by name, and the search box of a list.
import { Combobox, NativeSelect, type NativeSelectProps, MultiSelect, type MultiSelectProps, TagsInput, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { listPersons } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { useTags } from '@/lib/lookups'
import { personName } from '@/lib/names'

export interface Option {
  value: string
  label: string
}

/** A native select with an empty first choice: small, and the phone's own picker on a phone. */
export function Choice(props: Omit<NativeSelectProps, 'data' | 'onChange' | 'value'> & {
  value: string | null | undefined
  onPick: (value: string) => void
  data: Option[]
  empty?: string
}) {
  const { value, onPick, data, empty, ...rest } = props
  return (
    <NativeSelect
      {...rest}
      value={value ?? ''}
      onChange={(e) => onPick(e.currentTarget.value)}
      data={empty === undefined ? data : [{ value: '', label: empty }, ...data]}
    />
  )
}

export const Several = (props: MultiSelectProps) => (
  <MultiSelect searchable clearable hidePickedOptions nothingFoundMessage={t('none')} clearButtonProps={{ 'aria-label': t('clear') }} {...props} />
)

export function TagPicker(props: { label: string; value: string[]; onChange: (tags: string[]) => void; description?: string; error?: string }) {
  const tags = useTags()
  return (
    <TagsInput
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      data={tags.data?.items.map((i) => i.name) ?? []}
      {...props}
    />
  )
}

/** The search box of a list; the address follows half a second after the last key. */
export function SearchBox(props: { label: string; value: string | undefined; onSearch: (q: string) => void; placeholder?: string }) {
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
      className="wide"
      type="search"
      label={props.label}
      placeholder={props.placeholder}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={text}
      onChange={(e) => setText(e.currentTarget.value)}
    />
  )
}

export interface PickedPerson {
  id: string
  name: string
}

/** One person, found by the beginning of a name, an e-mail or a phone number. */
export function PersonPicker(props: {
  label: string
  description?: string
  value: PickedPerson | undefined
  onPick: (person: PickedPerson | undefined) => void
}) {
  const combobox = useCombobox()
  const [text, setText] = useState(props.value?.name ?? '')
  const [q] = useDebouncedValue(text, 250)
  const found = useQuery({
    queryKey: ['persons', 'pick', q],
    queryFn: () => ask(listPersons({ query: { q, limit: 8 } })),
    enabled: combobox.dropdownOpened,
  })
  const rows = found.data?.items ?? []
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => {
        const person = rows.find((r) => r.id === id)
        if (!person) return
        const picked = { id, name: personName(person) }
        setText(picked.name)
        props.onPick(picked)
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target>
        <TextInput
          label={props.label}
          description={props.description}
          placeholder={t('person_placeholder')}
          value={text}
          onChange={(e) => {
            setText(e.currentTarget.value)
            if (!e.currentTarget.value) props.onPick(undefined)
            combobox.openDropdown()
            combobox.updateSelectedOptionIndex()
          }}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => {
            combobox.closeDropdown()
            setText(props.value?.name ?? '')
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options>
          {rows.map((person) => (
            <Combobox.Option key={person.id} value={person.id}>
              {personName(person)} <span className="muted small">{person.email}</span>
            </Combobox.Option>
          ))}
          {!rows.length && <Combobox.Empty>{found.isFetching ? t('loading') : t('nobody_found')}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
