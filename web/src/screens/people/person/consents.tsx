import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { type Person, setPersonConsent } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { usePurposes } from '@/lib/lookups'
import { FormAlerts } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Link } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { State } from '@/ui/state'
import { Time } from '@/ui/time'
import { refreshPerson } from './refresh'

export function Consents({ person, write }: { person: Person; write: boolean }) {
  const purposes = usePurposes()
  const [asking, setAsking] = useState<{ id: string; label: string; state: 'given' | 'withdrawn' }>()
  const form = useForm({ source: '' })
  return (
    <Card title={t('people:consents')} id="consents">
      <Loaded query={purposes} lines={3}>
        {({ items }) =>
          items.length ? (
            <ul className="plain-list">
              {items.map((p) => {
                const consent = person.consents.find((c) => c.purpose_id === p.id)
                const given = consent?.state === 'given'
                return (
                  <li key={p.id} className="stack-s">
                    <div className="row row-between row-top">
                      <div className="grow">
                        <div className="strong">{p.label}</div>
                        <State tone={given ? 'good' : consent ? 'bad' : 'idle'}>
                          {t(`people:consent.${consent?.state ?? 'unknown'}`)}
                        </State>
                        {consent && (
                          <div className="muted small">
                            {consent.source}
                            {'\u00a0· '}
                            <Time at={consent.at} />
                          </div>
                        )}
                      </div>
                      {write && (
                        <Button
                          size="xs"
                          variant="default"
                          onClick={() => setAsking({ id: p.id, label: p.label, state: given ? 'withdrawn' : 'given' })}
                        >
                          {t(given ? 'people:consent.withdraw' : 'people:consent.record')}
                        </Button>
                      )}
                    </div>
                    {asking?.id === p.id && (
                      <form
                        className="stack-s inset"
                        onSubmit={async (event) => {
                          event.preventDefault()
                          const ok = await form.submit(async ({ source }) => {
                            await ask(
                              setPersonConsent({
                                path: { id: person.id, purpose_id: p.id },
                                body: { state: asking.state, source },
                              }),
                            )
                            await refreshPerson(person.id)
                          })
                          if (ok) {
                            setAsking(undefined)
                            form.reset({ source: '' })
                          }
                        }}
                      >
                        <FormAlerts form={form} />
                        <Textarea
                          label={t('people:consent.source')}
                          description={t(`people:consent.source_${asking.state}`)}
                          required
                          autosize={false}
                          rows={2}
                          {...form.text('source')}
                        />
                        <div className="row">
                          <Button size="xs" type="submit" loading={form.busy}>
                            {t(
                              asking.state === 'given' ? 'people:consent.save_given' : 'people:consent.save_withdrawn',
                            )}
                          </Button>
                          <Button size="xs" variant="default" onClick={() => setAsking(undefined)}>
                            {t('cancel')}
                          </Button>
                        </div>
                      </form>
                    )}
                  </li>
                )
              })}
            </ul>
          ) : (
            <p className="muted">
              {t('people:no_purposes')} <Link href="/purposes">{t('people:purposes')}</Link>
            </p>
          )
        }
      </Loaded>
    </Card>
  )
}
