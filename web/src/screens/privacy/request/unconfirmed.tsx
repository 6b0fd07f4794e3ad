import { Button } from '@mantine/core'
import { useState } from 'react'
import { confirmRequest, type SubjectRequest } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Alert } from '@/ui/alert'
import { done } from './done'
import { Say } from './say'

export function Unconfirmed({ request }: { request: SubjectRequest }) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Alert
        tone="warn"
        title={t('privacy:unconfirmed_title')}
        actions={
          <Button size="xs" variant="default" onClick={() => setAsking(true)}>
            {t('privacy:confirm')}
          </Button>
        }
      >
        {t('privacy:unconfirmed_text')}
      </Alert>
      {asking && (
        <Say
          title={t('privacy:confirm_title')}
          field={t('privacy:identity')}
          hint={t('privacy:identity_hint')}
          label={t('privacy:confirm_label')}
          close={() => setAsking(false)}
          send={(reason) =>
            done(
              request.id,
              ask(confirmRequest({ path: { id: request.id }, body: { reason } })),
              t('privacy:confirmed'),
            )
          }
        />
      )}
    </>
  )
}
