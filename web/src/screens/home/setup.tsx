// From an empty organisation to a test message that arrives, one step after the other.

import { useQuery } from '@tanstack/react-query'
import { getSetupOptions } from '@/client'
import { t, wordOr } from '@/lib/i18n'
import { Alert } from '@/ui/alert'
import { Bar } from '@/ui/bar'
import { Card } from '@/ui/card'
import { IconCircle, IconCircleCheckFilled } from '@/ui/icons'
import { LinkButton } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import css from './setup.module.css'

const places: Record<string, string> = {
  sending_domain: '/sending/domains',
  provider: '/sending/providers',
  import: '/imports/new',
  test_send: '/campaigns',
  invite: '/users',
  totp: '/me',
}

export default function Setup() {
  const query = useQuery({ ...getSetupOptions(), staleTime: 0 })
  return (
    <Page title={t('home:setup')} lead={t('home:setup_lead')}>
      <Loaded query={query} block={320}>
        {({ steps }) => {
          const done = steps.filter((s) => s.done).length
          const next = steps.find((s) => !s.done)
          return (
            <div className="sections narrow">
              {done === steps.length ? (
                <Alert tone="good" title={t('home:setup_done')}>
                  {t('home:setup_done_text')}
                </Alert>
              ) : (
                <div className="stack-s">
                  <p>{t('home:setup_progress', { done, total: steps.length })}</p>
                  <Bar value={done / steps.length} label={t('home:setup_title')} />
                </div>
              )}
              <Card>
                <ol className={css.checklist}>
                  {steps.map((s) => (
                    <li key={s.id} className={s.done ? css.done : undefined}>
                      {s.done ? <IconCircleCheckFilled size={22} aria-hidden /> : <IconCircle size={22} aria-hidden />}
                      <div className="grow">
                        <h2>
                          {wordOr(`home:steps.${s.id}.title`, s.title)}
                          <span className="sr"> ({t(s.done ? 'home:step_done' : 'home:step_open')})</span>
                        </h2>
                        <p className="muted">{wordOr(`home:steps.${s.id}.text`, '')}</p>
                      </div>
                      {!s.done && (
                        <LinkButton variant={s === next ? 'filled' : 'default'} href={places[s.id] ?? '/'}>
                          {wordOr(`home:steps.${s.id}.act`, t('home:do_it'))}
                        </LinkButton>
                      )}
                    </li>
                  ))}
                </ol>
              </Card>
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}
