import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import { getTemplateOptions, type MailTemplate, updateTemplate } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { queries, refresh } from '@/lib/queries'
import { useParam } from '@/lib/url'
import { readMail, toDocument } from '@/screens/composer/blocks'
import { Composer } from '@/screens/composer/composer'
import { FormAlerts, Loaded, Page, State, toast } from '@/ui/kit'

const read = (x: MailTemplate) => ({ name: x.name, mail: readMail(x.document) })

export default function TemplateScreen() {
  const id = useParam()
  const query = useQuery(getTemplateOptions({ path: { id } }))
  if (!query.data) {
    return (
      <Page title={t('campaigns:template')} back={{ href: '/templates', label: t('campaigns:templates') }}>
        <Loaded query={query} block={320}>
          {() => null}
        </Loaded>
      </Page>
    )
  }
  return <Editor key={id} template={query.data} reload={() => query.refetch()} />
}

function Editor({ template, reload }: { template: MailTemplate; reload: () => Promise<unknown> }) {
  const write = useMay()('campaigns.write')
  const form = useForm(read(template), { draft: `template-${template.id}`, fields: ['name', 'document'] })
  async function save(over?: 'over') {
    const ok = await form.submit(async ({ name, mail }) => {
      await ask(
        updateTemplate({
          path: { id: template.id },
          body: { name, document: toDocument(mail) },
          headers: match(over ? undefined : template),
        }),
      )
      await Promise.all([reload(), refresh('listTemplates')])
    })
    if (ok) toast('good', t('saved'))
  }
  return (
    <Page
      title={template.name}
      back={{ href: '/templates', label: t('campaigns:templates') }}
      wide
      actions={
        write && (
          <>
            <State tone={form.dirty ? 'warn' : 'good'}>{t(form.dirty ? 'form.unsaved' : 'form.all_saved')}</State>
            <Button loading={form.busy} disabled={!form.dirty} onClick={() => void save()}>
              {t('save')}
            </Button>
          </>
        )
      }
    >
      <FormAlerts
        form={form}
        overwrite={() => void save('over')}
        reload={async () => {
          const fresh = await queries.fetchQuery({ ...getTemplateOptions({ path: { id: template.id } }), staleTime: 0 })
          form.reset(read(fresh))
        }}
      />
      <TextInput className="narrow" label={t('campaigns:name')} required {...form.text('name')} />
      <Composer mail={form.values.mail} onChange={(mail) => form.set('mail', mail)} />
    </Page>
  )
}
