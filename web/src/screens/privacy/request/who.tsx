import { Button } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import { chooseRequestPerson, type SubjectRequest } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { Card } from '@/ui/card'
import { PersonPicker } from '@/ui/pick-many'
import { State } from '@/ui/state'
import { toastProblem } from '@/ui/toast'
import { PersonState } from '../../people/persons'
import { Named } from './asked'
import { done } from './done'

export function Who({ request, open }: { request: SubjectRequest; open: boolean }) {
  const [finding, setFinding] = useState(false)
  const searching = useMay()('persons.read')
  const choose = async (id: string, name: string) => {
    try {
      await done(
        request.id,
        ask(chooseRequestPerson({ path: { id: request.id }, body: { person_id: id } })),
        t('privacy:person_chosen', { name }),
      )
      setFinding(false)
    } catch (error) {
      toastProblem(error)
    }
  }
  const { person, candidates } = request
  return (
    <Card title={t('privacy:person')} id="who">
      {person ? (
        <div className="row row-between row-top">
          <div className="grow">
            <Named person={person} />
            <div className="muted small">{[person.email, person.phone].filter(Boolean).join(' · ')}</div>
          </div>
          <PersonState state={person.state} />
        </div>
      ) : (
        <>
          <State tone="warn">{t('privacy:person_none')}</State>
          <p className="muted">{t(candidates.length ? 'privacy:person_none_text' : 'privacy:person_no_match')}</p>
          <ul className="plain-list">
            {candidates.map((c) => (
              <li key={c.id} className="row row-between row-top">
                <div className="grow">
                  <Named person={c} />
                  <div className="muted small">{[c.email, c.phone].filter(Boolean).join(' · ')}</div>
                </div>
                {open && (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t('privacy:person_choose_named', { name: personName(c) })}
                    onClick={() => void choose(c.id, personName(c))}
                  >
                    {t('privacy:person_choose')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {open &&
        searching &&
        (finding || (!person && !candidates.length) ? (
          <PersonPicker
            label={t(person ? 'privacy:person_find' : 'privacy:person_find_first')}
            value={undefined}
            onPick={(p) => p && void choose(p.id, p.name)}
          />
        ) : (
          <div>
            <Button size="xs" variant="default" onClick={() => setFinding(true)}>
              {t('privacy:person_find')}
            </Button>
          </div>
        ))}
    </Card>
  )
}
