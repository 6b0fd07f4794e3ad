import { Button, NativeSelect } from '@mantine/core'
import { type Person, setPersonList } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { useLists } from '@/lib/lookups'
import { Card } from '@/ui/card'
import { Link } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { State } from '@/ui/state'
import { Time } from '@/ui/time'
import { toast, toastProblem } from '@/ui/toast'
import { refreshPerson } from './refresh'

const listTone = { subscribed: 'good', pending: 'warn', unsubscribed: 'idle' } as const

export function Lists({ person, write }: { person: Person; write: boolean }) {
  const lists = useLists()
  const free = (lists.data?.items ?? []).filter((l) => !person.lists.some((m) => m.id === l.id))
  async function set(listId: string, state: 'subscribed' | 'pending' | 'unsubscribed') {
    try {
      await ask(setPersonList({ path: { id: person.id, list_id: listId }, body: { state } }))
      await refreshPerson(person.id)
      return true
    } catch (error) {
      toastProblem(error)
      return false
    }
  }
  return (
    <Card title={t('people:lists')}>
      {person.lists.length > 0 ? (
        <ul className="plain-list">
          {person.lists.map((l) => (
            <li key={l.id} className="row row-between row-top">
              <div className="grow">
                <Link href={`/persons?list=${l.id}`}>{l.name}</Link>
                <div className="small">
                  <State tone={listTone[l.state]}>{t(`people:membership.${l.state}`)}</State>{' '}
                  <span className="muted">
                    · <Time at={l.since} />
                  </span>
                </div>
              </div>
              {write && l.state === 'pending' && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('people:ask_again_named', { name: l.name })}
                  onClick={() => void set(l.id, 'pending').then((ok) => ok && toast('good', t('people:asked_again')))}
                >
                  {t('people:ask_again')}
                </Button>
              )}
              {write && (
                <NativeSelect
                  size="xs"
                  aria-label={t('people:membership_of', { name: l.name })}
                  value={l.state}
                  data={(['subscribed', 'pending', 'unsubscribed'] as const).map((s) => ({
                    value: s,
                    label: t(`people:membership.${s}`),
                  }))}
                  onChange={(e) => void set(l.id, e.currentTarget.value as typeof l.state)}
                />
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="muted">{t('people:no_lists')}</p>
      )}
      {write && free.length > 0 && (
        <Choice
          label={t('people:add_to_list')}
          empty={t('choose')}
          value=""
          data={free.map((l) => ({ value: l.id, label: l.name }))}
          onPick={(id) => id && void set(id, 'subscribed')}
        />
      )}
    </Card>
  )
}
