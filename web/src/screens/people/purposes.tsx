import { Textarea, TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import { createPurpose, listPurposesOptions, type Purpose } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { keyFrom } from '@/lib/keys'
import { refresh } from '@/lib/queries'
import { DialogForm } from '@/ui/dialog-form'
import { IconCheckbox } from '@/ui/icons'
import { ListPage } from '@/ui/list-page'
import type { Column } from '@/ui/table'

export default function Purposes() {
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
  return (
    <ListPage
      list={listPurposesOptions()}
      title={t('people:purposes')}
      lead={t('people:purposes_page.lead')}
      columns={columns}
      name={(p) => p.label}
      empty={[
        <IconCheckbox key="i" aria-hidden />,
        t('people:purposes_page.empty'),
        t('people:purposes_page.empty_text'),
      ]}
      write={useMay()('persons.write')}
      make={t('people:purposes_page.new')}
      form={(_, close) => <New close={close} />}
    />
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
        await refresh('listPurposes')
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
