import { Button, Textarea } from '@mantine/core'
import { addPersonNote, listPersonTimelineInfiniteOptions, type TimelineItem } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { FormAlerts, ProblemAlert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import {
  IconAlertTriangle,
  IconCheckbox,
  IconClick,
  IconEdit,
  IconEyeCheck,
  IconFileImport,
  IconForms,
  IconListCheck,
  IconListDetails,
  IconMail,
  IconMailOff,
  IconNote,
  IconRoute,
  IconSparkles,
  IconTag,
} from '@/ui/icons'
import { Link } from '@/ui/link'
import { Skeleton } from '@/ui/skeleton'
import { usePages } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Time } from '@/ui/time'
import timelineCss from '@/ui/timeline.module.css'

const kindIcon: Record<TimelineItem['kind'], typeof IconMail> = {
  created: IconSparkles,
  imported: IconFileImport,
  changed: IconEdit,
  list_joined: IconListCheck,
  list_left: IconListDetails,
  consent: IconCheckbox,
  sent: IconMail,
  deferred: IconMail,
  bounced: IconMailOff,
  complained: IconAlertTriangle,
  opened: IconEyeCheck,
  clicked: IconClick,
  submitted: IconForms,
  unsubscribed: IconMailOff,
  tagged: IconTag,
  untagged: IconTag,
  journey: IconRoute,
  note: IconNote,
  suppressed: IconMailOff,
  unsuppressed: IconMail,
}

const badKinds = new Set<TimelineItem['kind']>(['bounced', 'complained', 'suppressed'])

export function Timeline({ id, write }: { id: string; write: boolean }) {
  const pages = usePages(listPersonTimelineInfiniteOptions({ path: { id }, query: { limit: 30 } }))
  const form = useForm({ text: '' }, { draft: `note-${id}` })
  return (
    <Card title={t('people:timeline')} id="timeline">
      {write && (
        <form
          className="stack-s"
          onSubmit={async (event) => {
            event.preventDefault()
            const ok = await form.submit(async (body) => {
              await ask(addPersonNote({ path: { id }, body }))
              await refresh('listPersonTimeline', { path: { id } })
            })
            if (ok) form.reset({ text: '' })
          }}
        >
          <FormAlerts form={form} />
          <Textarea label={t('people:note')} rows={2} {...form.text('text')} />
          <div>
            <Button type="submit" size="xs" variant="default" loading={form.busy} disabled={!form.values.text.trim()}>
              {t('people:add_note')}
            </Button>
          </div>
        </form>
      )}
      {pages.rows === undefined ? (
        pages.isError ? (
          <ProblemAlert problem={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <Skeleton lines={6} />
        )
      ) : pages.rows.length === 0 ? (
        <Empty title={t('people:timeline_empty')}>{t('people:timeline_empty_text')}</Empty>
      ) : (
        <ol className={timelineCss.timeline}>
          {pages.rows.map((item) => {
            const Icon = kindIcon[item.kind] ?? IconNote
            return (
              <li key={item.id} className={badKinds.has(item.kind) ? timelineCss.bad : undefined}>
                <span className={timelineCss.icon}>
                  <Icon size={16} aria-hidden />
                </span>
                <div className="grow">
                  <div className="row row-between row-top">
                    <span className="strong grow">
                      {item.href ? <Link href={item.href}>{item.title}</Link> : item.title}
                    </span>
                    <span className="muted small">
                      <Time at={item.at} />
                    </span>
                  </div>
                  {item.detail && <div className="wrap">{item.detail}</div>}
                  {(item.scanner || item.simulated) && (
                    <div className="tags">
                      {item.scanner && <Tag>{t('people:scanner')}</Tag>}
                      {item.simulated && <Tag>{t('simulated')}</Tag>}
                    </div>
                  )}
                </div>
              </li>
            )
          })}
        </ol>
      )}
      {pages.more && (
        <div>
          <Button variant="default" size="xs" loading={pages.more.busy} onClick={pages.more.read}>
            {t('people:older')}
          </Button>
        </div>
      )}
    </Card>
  )
}
