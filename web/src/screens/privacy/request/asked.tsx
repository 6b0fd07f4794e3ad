import type { ReactNode } from 'react'
import { useMay } from '@/app/session'
import type { PersonRow, SubjectRequest } from '@/client'
import { t } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Facts } from '@/ui/facts'
import { Link } from '@/ui/link'
import { Time } from '@/ui/time'
import { Due } from '../words'

export function Asked({ request }: { request: SubjectRequest }) {
  const dash = <span className="muted">–</span>
  return (
    <Card title={t('privacy:who')} id="asked">
      {request.forgotten && <Alert tone="info">{t('privacy:person_gone')}</Alert>}
      <Facts
        items={[
          [t('privacy:kind'), t(`privacy:kinds.${request.kind}`)],
          ...(request.forgotten
            ? []
            : ([
                [t('privacy:name'), request.name || dash],
                [t('privacy:contact'), request.contact || dash],
              ] as [string, ReactNode][])),
          [t('privacy:channel'), t(`privacy:channels.${request.channel}`)],
          [t('privacy:received'), <Time key="r" at={request.received_at} />],
          ...(request.due_at && !request.ended_at
            ? ([[t('privacy:due'), <Due key="d" request={request} />]] as [string, ReactNode][])
            : []),
          ...(request.ended_at
            ? ([[t('privacy:ended'), <Time key="e" at={request.ended_at} />]] as [string, ReactNode][])
            : []),
        ]}
      />
      {request.words && (
        <>
          <h3>{t('privacy:words')}</h3>
          <blockquote className="pre">{request.words}</blockquote>
        </>
      )}
    </Card>
  )
}

/** Leads to the person, where there is a way: when the contract has ended there is none. */
export function Named({ person }: { person: PersonRow }) {
  const may = useMay()
  const name = personName(person)
  return may('persons.read') ? <Link href={`/persons/${person.id}`}>{name}</Link> : <span>{name}</span>
}
