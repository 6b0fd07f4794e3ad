import { Button, TextInput } from '@mantine/core'
import { IconPlus, IconTemplate, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { queries, useMay } from '@/app/session'
import { createTemplate, deleteTemplate, listTemplates, type Template } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { newMail, toDocument } from '@/screens/composer/blocks'
import { DialogForm } from '@/ui/dialog-form'
import { confirm, Empty, IconButton, Page, Time, toast } from '@/ui/kit'
import { Link, useGo } from '@/ui/link'
import { type Column, Pages, usePages } from '@/ui/table'

export default function Templates() {
  const write = useMay()('campaigns.write')
  const [open, setOpen] = useState(false)
  const pages = usePages(['templates', 'pages'], (cursor) =>
    ask(listTemplates({ query: { cursor, limit: 50 } })),
  )
  const columns: Column<Template>[] = [
    {
      key: 'name',
      header: t('campaigns:name'),
      bare: true,
      cell: (x) => <Link href={`/templates/${x.id}`}>{x.name}</Link>,
    },
    { key: 'blocks', header: t('campaigns:blocks'), number: true, cell: (x) => x.document.blocks.length },
    { key: 'updated', header: t('campaigns:updated'), cell: (x) => <Time at={x.updated_at} /> },
  ]
  if (write) {
    columns.push({
      key: 'do',
      header: '',
      bare: true,
      width: 56,
      cell: (x) => (
        <IconButton
          danger
          label={t('campaigns:delete_named', { name: x.name })}
          onClick={() =>
            confirm({
              title: t('campaigns:template_delete', { name: x.name }),
              body: t('campaigns:template_delete_body'),
              label: t('campaigns:template_delete_label'),
              run: async () => {
                await ask(deleteTemplate({ path: { id: x.id } }))
                await queries.invalidateQueries({ queryKey: ['templates'] })
                toast('good', t('campaigns:deleted', { name: x.name }))
              },
            })
          }
        >
          <IconTrash size={18} aria-hidden />
        </IconButton>
      ),
    })
  }
  const create = write && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
      {t('campaigns:new_template')}
    </Button>
  )
  return (
    <Page title={t('campaigns:templates')} lead={t('campaigns:templates_lead')} actions={create}>
      <Pages
        pages={pages}
        label={t('campaigns:templates')}
        columns={columns}
        rowKey={(x) => x.id}
        empty={
          <Empty icon={<IconTemplate aria-hidden />} title={t('campaigns:no_templates')} action={create}>
            {t('campaigns:no_templates_text')}
          </Empty>
        }
      />
      {open && <New close={() => setOpen(false)} />}
    </Page>
  )
}

function New({ close }: { close: () => void }) {
  const go = useGo()
  const form = useForm({ name: '' })
  return (
    <DialogForm
      open
      title={t('campaigns:new_template')}
      label={t('create')}
      form={form}
      onClose={close}
      send={async ({ name }) => {
        const made = await ask(createTemplate({ body: { name, document: toDocument(newMail()) } }))
        void queries.invalidateQueries({ queryKey: ['templates'] })
        go(`/templates/${made.id}`)
      }}
    >
      <TextInput label={t('campaigns:name')} required autoFocus {...form.text('name')} />
    </DialogForm>
  )
}
