import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import { getTemplateOptions, type MailTemplate, updateTemplate } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { useParam } from '@/lib/url'
import { readMail, toDocument } from '@/screens/composer/blocks'
import { Composer } from '@/screens/composer/composer'
import { EditAlerts, LoadedPage, SaveButton, SavedMark, useEditing } from '@/ui/editing'
import { Page } from '@/ui/page'

const read = (x: MailTemplate) => ({ name: x.name, mail: readMail(x.document) })

export default function TemplateScreen() {
  const id = useParam()
  const query = useQuery(getTemplateOptions({ path: { id } }))
  return (
    <LoadedPage
      query={query}
      title={t('campaigns:template')}
      back={{ href: '/templates', label: t('campaigns:templates') }}
    >
      {(template) => <Editor key={id} template={template} />}
    </LoadedPage>
  )
}

function Editor({ template }: { template: MailTemplate }) {
  const write = useMay()('campaigns.write')
  const { id } = template
  const editing = useEditing(template, {
    query: getTemplateOptions({ path: { id } }),
    read,
    draft: `template-${id}`,
    fields: ['name', 'document'],
    after: ['listTemplates'],
    send: ({ name, mail }, headers) =>
      ask(updateTemplate({ path: { id }, body: { name, document: toDocument(mail) }, headers })),
  })
  const { form } = editing
  return (
    <Page
      title={template.name}
      back={{ href: '/templates', label: t('campaigns:templates') }}
      wide
      actions={
        write && (
          <>
            <SavedMark form={form} />
            <SaveButton editing={editing} />
          </>
        )
      }
    >
      <EditAlerts editing={editing} />
      <TextInput className="narrow" label={t('campaigns:name')} required {...form.text('name')} />
      <Composer mail={form.values.mail} onChange={(mail) => form.set('mail', mail)} />
    </Page>
  )
}
