import { Button, Textarea } from '@mantine/core'
import { addRequestNote, type SubjectRequest } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { FormAlerts } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Time } from '@/ui/time'
import { done } from './done'

export function History({ request }: { request: SubjectRequest }) {
  const form = useForm({ reason: '' }, { draft: `request-note-${request.id}` })
  return (
    <Card title={t('privacy:history')}>
      <div className="stack">
        <ol className="plain-list">
          {request.events.map((e) => (
            <li key={e.id} className="stack-s">
              <div>
                <span className="strong">{t(`privacy:events.${e.kind}`)}</span>{' '}
                <span className="muted small">
                  · <Time at={e.at} /> · {e.by ?? t('privacy:by_person')}
                </span>
              </div>
              {e.text && <div className="pre">{e.text}</div>}
            </li>
          ))}
        </ol>
        {!request.forgotten && (
          <form
            className="stack-s"
            onSubmit={async (event) => {
              event.preventDefault()
              const ok = await form.submit(({ reason }) =>
                done(
                  request.id,
                  ask(addRequestNote({ path: { id: request.id }, body: { reason } })),
                  t('privacy:note_added'),
                ),
              )
              if (ok) form.reset({ reason: '' })
            }}
          >
            <FormAlerts form={form} />
            <Textarea
              label={t('privacy:note')}
              description={t('privacy:note_hint')}
              rows={2}
              required
              maxLength={2000}
              {...form.text('reason')}
            />
            <div>
              <Button type="submit" size="xs" variant="default" loading={form.busy}>
                {t('privacy:note_add')}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Card>
  )
}
