import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useMay } from '@/app/session'
import {
  eraseRequestPerson,
  getRequest,
  liftPersonRestriction,
  objectForRequestPerson,
  restrictRequestPerson,
  type SubjectRequest,
} from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { forget, refresh } from '@/lib/queries'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { IconEdit, IconHandStop, IconMailOff, IconTrash } from '@/ui/icons'
import { LinkButton } from '@/ui/link'
import { done } from './done'
import { Holdings } from './holdings'
import { Say } from './say'

function Deed(props: { text: string; children: ReactNode }) {
  return (
    <div className="stack-s">
      <p className="muted">{props.text}</p>
      <div className="row">{props.children}</div>
    </div>
  )
}

/** What the kind of request asks for. */
export function Deeds({ request }: { request: SubjectRequest }) {
  const [asking, setAsking] = useState<'restrict' | 'lift'>()
  const may = useMay()
  const { person, kind } = request
  if (!person || kind === 'access' || kind === 'portability') return null
  const name = personName(person)
  const path = { id: request.id }
  return (
    <Card title={t('privacy:do')}>
      {kind === 'rectification' && (
        <Deed text={t(may('persons.write') ? 'privacy:rectify_text' : 'privacy:rectify_ended')}>
          {may('persons.write') && (
            <LinkButton
              href={`/persons/${person.id}?edit=1&request=${request.id}`}
              leftSection={<IconEdit size={16} aria-hidden />}
            >
              {t('privacy:rectify')}
            </LinkButton>
          )}
        </Deed>
      )}
      {kind === 'restriction' && person.state === 'active' && (
        <Deed text={t('privacy:restrict_text')}>
          <Button leftSection={<IconHandStop size={16} aria-hidden />} onClick={() => setAsking('restrict')}>
            {t('privacy:restrict')}
          </Button>
        </Deed>
      )}
      {kind === 'restriction' && person.state === 'restricted' && (
        <Deed text={t('privacy:is_restricted')}>
          <Button variant="default" onClick={() => setAsking('lift')}>
            {t('privacy:lift')}
          </Button>
        </Deed>
      )}
      {kind === 'objection' && (
        <Deed text={t('privacy:object_text')}>
          <Button
            leftSection={<IconMailOff size={16} aria-hidden />}
            onClick={() =>
              confirm({
                title: t('privacy:object_title', { name }),
                body: t('privacy:object_body'),
                label: t('privacy:object_label'),
                run: () => done(request.id, ask(objectForRequestPerson({ path })), t('privacy:objected', { name })),
              })
            }
          >
            {t('privacy:object')}
          </Button>
        </Deed>
      )}
      {kind === 'erasure' && (
        <Deed text={t('privacy:erase_text')}>
          <Button
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() =>
              confirm({
                title: t('privacy:erase_title', { name }),
                body: <Holdings id={request.id} />,
                label: t('privacy:erase_label', { name }),
                run: async () => {
                  await done(request.id, ask(eraseRequestPerson({ path })), t('privacy:erased'))
                  forget('getPerson', { path: { id: person.id } })
                  void refresh('listPersons')
                },
              })
            }
          >
            {t('privacy:erase')}
          </Button>
        </Deed>
      )}
      {asking === 'restrict' && (
        <Say
          title={t('privacy:restrict_title', { name })}
          body={t('privacy:restrict_text')}
          field={t('privacy:reason')}
          label={t('privacy:restrict_label')}
          close={() => setAsking(undefined)}
          send={(reason) =>
            done(request.id, ask(restrictRequestPerson({ path, body: { reason } })), t('privacy:restricted', { name }))
          }
        />
      )}
      {asking === 'lift' && (
        <Say
          title={t('privacy:lift_title', { name })}
          field={t('privacy:reason')}
          label={t('privacy:lift_label')}
          close={() => setAsking(undefined)}
          send={async (reason) => {
            await ask(liftPersonRestriction({ path: { id: person.id }, body: { reason } }))
            await done(request.id, ask(getRequest({ path })), t('privacy:lifted', { name }))
          }}
        />
      )}
    </Card>
  )
}
