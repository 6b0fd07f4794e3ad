import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import {
  type Attribute,
  getPersonOptions,
  getRequestOptions,
  type Person,
  type PersonUpdate,
  updatePerson,
} from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { EditAlerts, useEditing } from '@/ui/editing'
import { Link } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { contactFields, fieldNames, PersonFields, valuesOf } from '../fields'

/** What the person asked to have put right, beside the form. */
export function AskedFor({ request: id }: { request: string }) {
  const query = useQuery(getRequestOptions({ path: { id } }))
  return (
    <Loaded query={query} lines={2}>
      {(request) => (
        <Alert
          tone="info"
          title={t('privacy:rectify_beside', { number: request.number })}
          actions={<Link href={`/privacy/requests/${id}`}>{t('privacy:rectify_back')}</Link>}
        >
          <blockquote className="pre">{request.words ?? '–'}</blockquote>
        </Alert>
      )}
    </Loaded>
  )
}

export function EditPerson(props: { person: Person; attributes: Attribute[]; done: () => void }) {
  const { person, attributes } = props
  const { id } = person
  const editing = useEditing(person, {
    query: getPersonOptions({ path: { id } }),
    read: (p) => valuesOf(p),
    draft: `person-${id}`,
    fields: fieldNames(attributes),
    after: ['listPersonTimeline', 'listPersons'],
    done: props.done,
    send: async (values, headers) => {
      const before = valuesOf(person)
      const body: PersonUpdate = {}
      for (const key of contactFields) if (values[key] !== before[key]) body[key] = values[key] || null
      const changed = Object.entries(values.attributes).filter(([k, v]) => v !== (before.attributes[k] ?? null))
      if (changed.length) body.attributes = Object.fromEntries(changed)
      await ask(updatePerson({ path: { id }, body, headers }))
    },
  })
  const { form } = editing
  return (
    <Card title={t('people:edit_title')} id="edit">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void editing.save()
        }}
      >
        <EditAlerts editing={editing} />
        <PersonFields form={form} attributes={attributes} />
        <div className="row">
          <Button type="submit" loading={form.busy} disabled={!form.dirty}>
            {t('save')}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              form.reset()
              props.done()
            }}
          >
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
