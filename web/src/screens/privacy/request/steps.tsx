import { Button } from '@mantine/core'
import { useState } from 'react'
import { extendRequest, finishRequest, refuseRequest, type SubjectRequest, startRequest } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Card } from '@/ui/card'
import { Choice } from '@/ui/pick'
import { toastProblem } from '@/ui/toast'
import { done } from './done'
import { Say } from './say'

export function Steps({ request }: { request: SubjectRequest }) {
  const [asking, setAsking] = useState<'finish' | 'extend' | 'refuse'>()
  const [months, setMonths] = useState<'1' | '2'>('2')
  const path = { id: request.id }
  const close = () => setAsking(undefined)
  return (
    <Card title={t('privacy:more')}>
      <div className="row">
        {request.state === 'confirmed' && (
          <Button
            variant="default"
            onClick={() => void done(request.id, ask(startRequest({ path })), t('privacy:started')).catch(toastProblem)}
          >
            {t('privacy:start')}
          </Button>
        )}
        <Button variant="default" onClick={() => setAsking('finish')}>
          {t('privacy:finish')}
        </Button>
        {!request.extended && !request.overdue && (
          <Button variant="default" onClick={() => setAsking('extend')}>
            {t('privacy:extend')}
          </Button>
        )}
        <Button variant="default" onClick={() => setAsking('refuse')}>
          {t('privacy:refuse')}
        </Button>
      </div>
      {asking === 'finish' && (
        <Say
          title={t('privacy:finish_title')}
          body={t('privacy:finish_text')}
          field={t('privacy:message')}
          label={t('privacy:finish_label')}
          optional
          close={close}
          send={(text) => done(request.id, ask(finishRequest({ path, body: { text } })), t('privacy:finished'))}
        />
      )}
      {asking === 'extend' && (
        <Say
          title={t('privacy:extend_title')}
          body={t('privacy:extend_text')}
          field={t('privacy:reason')}
          label={t('privacy:extend_label')}
          close={close}
          send={(reason) =>
            done(
              request.id,
              ask(extendRequest({ path, body: { months: Number(months), reason } })),
              t('privacy:extended_done'),
            )
          }
        >
          <Choice
            label={t('privacy:extend_months')}
            value={months}
            data={(['1', '2'] as const).map((m) => ({
              value: m,
              label: t('privacy:months', { count: Number(m) }),
            }))}
            onPick={setMonths}
          />
        </Say>
      )}
      {asking === 'refuse' && (
        <Say
          title={t('privacy:refuse_title')}
          body={t('privacy:refuse_text')}
          field={t('privacy:reason')}
          label={t('privacy:refuse_label')}
          close={close}
          send={(reason) => done(request.id, ask(refuseRequest({ path, body: { reason } })), t('privacy:refused'))}
        />
      )}
    </Card>
  )
}
