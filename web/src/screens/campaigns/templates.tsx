import { TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import { createTemplate, deleteTemplate, listTemplatesOptions, type MailTemplate } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { newMail, toDocument } from '@/screens/composer/blocks'
import { DialogForm } from '@/ui/dialog-form'
import { IconTemplate } from '@/ui/icons'
import { Link, useGo } from '@/ui/link'
import { ListPage } from '@/ui/list-page'
import type { Column } from '@/ui/table'
import { Time } from '@/ui/time'

export default function Templates() {
  const columns: Column<MailTemplate>[] = [
    {
      key: 'name',
      header: t('campaigns:name'),
      bare: true,
      cell: (x) => <Link href={`/templates/${x.id}`}>{x.name}</Link>,
    },
    { key: 'blocks', header: t('campaigns:blocks'), number: true, cell: (x) => x.document.blocks?.length ?? 0 },
    { key: 'updated', header: t('campaigns:updated'), cell: (x) => <Time at={x.updated_at} /> },
  ]
  return (
    <ListPage
      list={listTemplatesOptions()}
      title={t('campaigns:templates')}
      lead={t('campaigns:templates_lead')}
      columns={columns}
      name={(x) => x.name}
      empty={[<IconTemplate key="i" aria-hidden />, t('campaigns:no_templates'), t('campaigns:no_templates_text')]}
      write={useMay()('campaigns.write')}
      make={t('campaigns:new_template')}
      form={(_, close) => <New close={close} />}
      remove={(x) => ({
        title: t('campaigns:template_delete', { name: x.name }),
        body: t('campaigns:template_delete_body'),
        label: t('campaigns:template_delete_label'),
        done: t('campaigns:deleted', { name: x.name }),
        run: () => ask(deleteTemplate({ path: { id: x.id } })),
      })}
    />
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
        void refresh('listTemplates')
        go(`/templates/${made.id}`)
      }}
    >
      <TextInput label={t('campaigns:name')} required autoFocus {...form.text('name')} />
    </DialogForm>
  )
}
