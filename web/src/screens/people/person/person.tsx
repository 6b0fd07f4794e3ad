// One person: what is known, what was agreed to, and everything that happened, in that order of glance.

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '@/app/session'
import { deletePerson, exportPerson, getPersonOptions, listSubstitutesOptions, type Person } from '@/client'
import { ask } from '@/lib/ask'
import { save } from '@/lib/download'
import { t } from '@/lib/i18n'
import { useAttributes } from '@/lib/lookups'
import { personName } from '@/lib/names'
import { forget, refresh } from '@/lib/queries'
import { useParam, useUrl } from '@/lib/url'
import { confirm } from '@/ui/confirm'
import { LoadedPage } from '@/ui/editing'
import { IconDots, IconDownload, IconEdit, IconHandStop, IconTrash, IconUsersGroup } from '@/ui/icons'
import { LinkButton, useGo } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { Page } from '@/ui/page'
import personSplitCss from '@/ui/person-split.module.css'
import { toast, toastProblem } from '@/ui/toast'
import { PersonState } from '../persons'
import { Consents } from './consents'
import { Details } from './details'
import { AskedFor, EditPerson } from './edit'
import { Lists } from './lists'
import { Restrict } from './restrict'
import { Suppressed } from './suppressed'
import { Tags } from './tags'
import { Timeline } from './timeline'

export default function PersonScreen() {
  const id = useParam()
  const query = useQuery(getPersonOptions({ path: { id } }))
  return (
    <LoadedPage
      query={query}
      title={t('people:person')}
      back={{ href: '/persons', label: t('people:persons') }}
      lines={8}
    >
      {(person) => <PersonView person={person} />}
    </LoadedPage>
  )
}

function PersonView({ person }: { person: Person }) {
  const [{ edit, request }, setUrl] = useUrl()
  const [asking, setAsking] = useState<'restrict' | 'lift'>()
  const attributes = useAttributes()
  const may = useMay()
  const go = useGo()
  const name = personName(person)
  const write = may('persons.write')
  const register = useQuery({
    ...listSubstitutesOptions({ query: { person: person.id } }),
    enabled: may('shifts.write'),
  })
  const substitute = register.data?.items[0]
  return (
    <Page
      title={name}
      back={{ href: '/persons', label: t('people:persons') }}
      state={<PersonState state={person.state} />}
      actions={
        (write || may('persons.export') || may('requests.handle')) && (
          <>
            {substitute && (
              <LinkButton
                variant="default"
                href={`/substitutes/${person.id}`}
                leftSection={<IconUsersGroup size={16} aria-hidden />}
              >
                {t('people:substitute')}
              </LinkButton>
            )}
            {write && !edit && (
              <Button
                variant="default"
                leftSection={<IconEdit size={16} aria-hidden />}
                onClick={() => setUrl({ edit: '1' })}
              >
                {t('people:edit')}
              </Button>
            )}
            <Menu
              label={t('people:more', { name })}
              framed
              button={<IconDots size={18} aria-hidden />}
              items={[
                ...(may('persons.export')
                  ? [
                      {
                        label: t('privacy:export'),
                        icon: <IconDownload size={16} aria-hidden />,
                        run: () =>
                          void ask(exportPerson({ path: { id: person.id }, parseAs: 'blob' }))
                            .then((file) => {
                              save(file as unknown as Blob, `${name}.zip`)
                              toast('good', t('privacy:export_done'))
                            })
                            .catch(toastProblem),
                      },
                    ]
                  : []),
                ...(may('requests.handle')
                  ? [
                      {
                        label: t(person.state === 'active' ? 'privacy:restrict' : 'privacy:lift'),
                        icon: <IconHandStop size={16} aria-hidden />,
                        run: () => setAsking(person.state === 'active' ? 'restrict' : 'lift'),
                      },
                    ]
                  : []),
                {
                  disabled: !write,
                  label: t('people:delete'),
                  danger: true,
                  icon: <IconTrash size={16} aria-hidden />,
                  run: () =>
                    confirm({
                      title: t('people:delete_title', { name }),
                      body: t('people:delete_body'),
                      label: t('people:delete_label'),
                      run: async () => {
                        await ask(deletePerson({ path: { id: person.id } }))
                        forget('getPerson', { path: { id: person.id } })
                        void refresh('listPersons')
                        toast('good', t('people:deleted', { name }))
                        go('/persons')
                      },
                    }),
                },
              ]}
            />
          </>
        )
      }
    >
      {asking && <Restrict person={person} name={name} what={asking} close={() => setAsking(undefined)} />}
      {request && may('requests.handle') && <AskedFor request={request} />}
      <Suppressed person={person} name={name} channel="mail" note={person.suppressed} />
      <Suppressed person={person} name={name} channel="sms" note={person.sms_suppressed} />
      <div className={`split ${personSplitCss.personSplit}`}>
        <div className="sections">
          {edit && attributes.data ? (
            <EditPerson person={person} attributes={attributes.data.items} done={() => setUrl({ edit: undefined })} />
          ) : null}
          <Timeline id={person.id} write={write} />
        </div>
        <div className="sections">
          <Consents person={person} write={write} />
          <Lists person={person} write={write} />
          <Tags person={person} write={write} />
          {!edit && <Details person={person} attributes={attributes.data?.items ?? []} />}
        </div>
      </div>
    </Page>
  )
}
