// Work in the background that was given up: what, when, why; to be tried again or forgotten.

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { dropJob, type FailedJob, listJobsOptions, retryJob } from '@/client'
import { ask } from '@/lib/ask'
import { t, wordOr } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Time } from '@/ui/time'
import { toast, toastProblem } from '@/ui/toast'

export default function Jobs() {
  const query = useQuery(listJobsOptions({ query: { state: 'failed' } }))
  return (
    <Page title={t('operate:jobs.title')} lead={t('operate:jobs.lead')}>
      <Loaded query={query} block={160}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('operate:jobs.none')}>{t('operate:jobs.none_text')}</Empty>
          ) : (
            <div className="sections narrow">
              {items.map((job) => (
                <Job key={job.id} job={job} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}

function Job({ job }: { job: FailedJob }) {
  async function act(what: Promise<unknown>, said: string) {
    try {
      await what
      toast('good', said)
      await refresh(['listJobs', 'getHome'])
    } catch (error) {
      toastProblem(error)
    }
  }
  const path = { id: job.id }
  return (
    <Card
      title={wordOr(`operate:jobs.kinds.${job.kind.replace('.', '_')}`, job.kind)}
      note={
        <>
          {t('operate:jobs.given_up')} <Time at={job.failed_at} />
        </>
      }
      actions={
        <>
          <Button onClick={() => void act(ask(retryJob({ path })), t('operate:jobs.retried'))}>
            {t('operate:jobs.retry')}
          </Button>
          <Button variant="default" onClick={() => void act(ask(dropJob({ path })), t('operate:jobs.dropped'))}>
            {t('operate:jobs.drop')}
          </Button>
        </>
      }
    >
      <p>{job.error}</p>
    </Card>
  )
}
