import { Button, Textarea, TextInput } from '@mantine/core'
import { IconCheckbox, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { queries, useMay } from '@/app/session'
import { createPurpose, listPurposes, type Purpose } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { keyFrom } from '@/lib/keys'
import { DialogForm } from '@/ui/dialog-form'
import { Empty, Page } from '@/ui/kit'
import { type Column, Pages, usePages } from '@/ui/table'

export default function Purposes() {
  const write = useMay()('persons.write')
  const [open, setOpen] = useState(false)
  const pages = usePages(['purposes', 'pages'], (cursor) =>
    ask(listPurposes({ query: { cursor, limit: 100 } })),
  )
  const columns: Column<Purpose>[] = [
    {
      key: 'label',
      header: t('people:name'),
      bare: true,
      cell: (p) => <span className="strong">{p.label}</span>,
    },
    { key: 'key', header: t('people:attributes_page.key'), cell: (p) => <code>{p.key}</code> },
    {
      key: 'text',
      header: t('people:description'),
      cell: (p) => p.description || <span className="muted">–</span>,
    },
  ]
  const create = write && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
      {t('people:purposes_page.new')}
    </Button>
  )
  return (
    <Page title={t('people:purposes')} lead={t('people:purposes_page.lead')} actions={create}>
      <Pages
        pages={pages}
        label={t('people:purposes')}
        columns={columns}
        rowKey={(p) => p.id}
        empty={
          <Empty icon={<IconCheckbox aria-hidden />} title={t('people:purposes_page.empty')} action={create}>
            {t('people:purposes_page.empty_text')}
          </Empty>
        }
      />
      {open && <New close={() => setOpen(false)} />}
    </Page>
  )
}

function New({ close }: { close: () => void }) {
  const form = useForm({ label: '', key: '', description: '' }, { draft: 'purpose-new' })
  return (
    <DialogForm
      open
      title={t('people:purposes_page.new')}
      form={form}
      onClose={close}
      send={async (body) => {
        await ask(createPurpose({ body: { ...body, key: body.key || keyFrom(body.label) } }))
        await queries.invalidateQueries({ queryKey: ['purposes'] })
      }}
    >
      <TextInput label={t('people:name')} required autoFocus {...form.text('label')} />
      <TextInput
        label={t('people:attributes_page.key')}
        description={t('people:attributes_page.key_text')}
        placeholder={keyFrom(form.values.label)}
        {...form.text('key')}
      />
      <Textarea
        label={t('people:description')}
        description={t('people:purposes_page.description')}
        rows={2}
        {...form.text('description')}
      />
    </DialogForm>
  )
}
