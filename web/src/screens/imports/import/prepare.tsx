import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type Attribute, type Import, type ImportMapping, previewImportOptions } from '@/client'
import { useForm } from '@/lib/form'
import { useUrl } from '@/lib/url'
import { FormAlerts } from '@/ui/alert'
import { Loaded } from '@/ui/loaded'
import { namesOf, remap, suggestMapping, targetsOf } from '../mapping'
import { Steps } from '../steps'
import { Columns } from './columns'
import { Options } from './options'
import { Reading } from './reading'

export interface Values {
  encoding: string
  delimiter: string
  header: boolean
  title_lines: string // empty: as the server found out
  mapping: ImportMapping[]
  names: string[] // of the columns that it is of
  list_id: string
  tags: string[]
  purpose_id: string
  consent_source: string
  update_existing: boolean
}

export function Prepare({ item, attributes }: { item: Import; attributes: Attribute[] }) {
  const [{ step }, setUrl] = useUrl()
  const form = useForm<Values>(
    {
      encoding: item.encoding,
      delimiter: item.delimiter,
      header: item.header,
      title_lines: '',
      mapping: suggestMapping(item.columns),
      names: namesOf(item.columns),
      list_id: '',
      tags: [],
      purpose_id: '',
      consent_source: '',
      update_existing: true,
    },
    { draft: `import-${item.id}-${item.sheet ?? ''}` },
  )
  const { encoding, delimiter, header, title_lines, mapping, names, purpose_id } = form.values
  const reading = { encoding, delimiter, header, ...(title_lines === '' ? {} : { title_lines: Number(title_lines) }) }
  const targets = targetsOf(mapping, Math.max(0, ...mapping.map((m) => m.column + 1)))
  const preview = useQuery({
    ...previewImportOptions({
      path: { id: item.id },
      query: { rows: 20, ...reading, mapping: targets, ...(purpose_id ? { purpose_id } : {}) },
    }),
    placeholderData: keepPreviousData,
  })
  // Read in another way, a file has other columns, or the same number with another meaning: what they are is asked anew.
  const read = preview.isPlaceholderData ? undefined : preview.data
  const { set } = form
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read anew counts
  useEffect(() => {
    if (!read) return
    const now = namesOf(read.columns)
    if (JSON.stringify(now) === JSON.stringify(names)) return
    set('mapping', remap(mapping, names, read.columns))
    set('names', now)
  }, [read])
  const onOptions = step === 'options'
  return (
    <>
      <Steps at={onOptions ? 'options' : 'columns'} />
      <FormAlerts form={form} />
      {onOptions ? (
        <Options form={form} item={item} preview={preview.data} back={() => setUrl({ step: undefined })} />
      ) : (
        <>
          <Reading form={form} item={item} titleLines={preview.data?.title_lines ?? item.title_lines} />
          <Loaded query={preview} block={240}>
            {(p) => (
              <Columns
                form={form}
                preview={p}
                attributes={attributes}
                checking={preview.isPlaceholderData}
                next={() => setUrl({ step: 'options' })}
              />
            )}
          </Loaded>
        </>
      )}
    </>
  )
}
