import { Button } from '@mantine/core'
import { useRef } from 'react'
import { type Attribute, createPerson } from '@/client'
import { ask, newKey, once } from '@/lib/ask'
import { given, useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useAttributes, useLists } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { FormAlerts } from '@/ui/alert'
import { Card } from '@/ui/card'
import { LinkButton, useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Several, TagPicker } from '@/ui/pick-many'
import { toast } from '@/ui/toast'
import { fieldNames, PersonFields, valuesOf } from './fields'

export default function PersonNew() {
  const attributes = useAttributes()
  return (
    <Page
      title={t('people:new_person')}
      lead={t('people:new_lead')}
      back={{ href: '/persons', label: t('people:persons') }}
    >
      <Loaded query={attributes} lines={8}>
        {({ items }) => <NewForm attributes={items} />}
      </Loaded>
    </Page>
  )
}

function NewForm({ attributes }: { attributes: Attribute[] }) {
  const go = useGo()
  const lists = useLists()
  const key = useRef(newKey())
  const form = useForm(
    { ...valuesOf(), tags: [] as string[], lists: [] as string[] },
    { draft: 'person-new', fields: [...fieldNames(attributes), 'tags', 'lists'] },
  )
  return (
    <form
      className="sections narrow"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit(async ({ attributes: extra, tags, lists: chosen, ...contact }) => {
          const person = await once(key, (headers) =>
            ask(createPerson({ body: { ...given(contact), attributes: extra, tags, lists: chosen }, headers })),
          )
          void refresh('listPersons')
          toast('good', t('people:created'))
          go(`/persons/${person.id}`, { replace: true })
        })
      }}
    >
      <FormAlerts form={form} />
      <Card>
        <PersonFields form={form} attributes={attributes} />
      </Card>
      <Card title={t('people:belongs')} note={t('people:belongs_note')}>
        <Several
          label={t('people:lists')}
          data={options(lists.data?.items)}
          value={form.values.lists}
          error={form.errors.lists}
          onChange={(v) => form.set('lists', v)}
        />
        <TagPicker
          label={t('people:tags')}
          value={form.values.tags}
          error={form.errors.tags}
          onChange={(v) => form.set('tags', v)}
        />
      </Card>
      <div className="row">
        <Button type="submit" loading={form.busy}>
          {t('people:create')}
        </Button>
        <LinkButton variant="default" href="/persons">
          {t('cancel')}
        </LinkButton>
      </div>
    </form>
  )
}
