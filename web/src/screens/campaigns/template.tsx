import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { queries, useMay } from '@/app/session'
import { getTemplate, type MailTemplate, updateTemplate } from '@/client'
import { ask, askTagged, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { useParam } from '@/lib/url'
import { readMail, toDocument } from '@/screens/composer/blocks'
import { Composer } from '@/screens/composer/composer'
import { FormAlerts, Loaded, Page, State, toast } from '@/ui/kit'

const read = (x: MailTemplate) => ({ name: x.name, mail: readMail(x.document) })

export default function TemplateScreen() {
  const id = useParam()
  const query = useQuery({
    queryKey: ['template', id],
    queryFn: () => askTagged(getTemplate({ path: { id } })),
  })
  if (!query.data) {
    return (
      <Page title={t('campaigns:template')} back={{ href: '/templates', label: t('campaigns:templates') }}>
        <Loaded query={query} block={320}>
          {() => null}
        </Loaded>
      </Page>
    )
  }
  return <Editor key={id} template={query.data.data} etag={query.data.etag} reload={() => query.refetch()} />
}

function Editor({ template, etag, reload }: { template: MailTemplate; etag: string; reload: () => Promise<unknown> }) {
  const write = useMay()('campaigns.write')
  const form = useForm(read(template), { draft: `template-${template.id}`, fields: ['name', 'document'] })
  async function save(tag: string) {
    const ok = await form.submit(async ({ name, mail }) => {
      await ask(
        updateTemplate({
          path: { id: template.id },
          body: { name, document: toDocument(mail) },
          headers: match(tag),
        }),
      )
      await Promise.all([reload(), queries.invalidateQueries({ queryKey: ['templates'] })])
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
            <Button loading={form.busy} disabled={!form.dirty} onClick={() => void save(etag)}>
              {t('save')}
            </Button>
          </>
        )
      }
    >
      <FormAlerts
        form={form}
        overwrite={() => void save('*')}
        reload={async () => {
          const fresh = await queries.fetchQuery({
            queryKey: ['template', template.id],
            queryFn: () => askTagged(getTemplate({ path: { id: template.id } })),
            staleTime: 0,
          })
          form.reset(read(fresh.data))
        }}
      />
      <TextInput className="narrow" label={t('campaigns:name')} required {...form.text('name')} />
      <Composer mail={form.values.mail} onChange={(mail) => form.set('mail', mail)} />
    </Page>
  )
}
