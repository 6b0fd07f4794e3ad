// Building a segment: conditions on the left, how many and who on the right, counted by the server as one goes.

import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import {
  createSegment,
  getSegmentOptions,
  previewSegmentOptions,
  type Segment,
  type SegmentFieldView,
  updateSegment,
} from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { formatNumber } from '@/lib/time'
import { useParam } from '@/lib/url'
import { Alert, ProblemAlert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { EditAlerts, useEditing } from '@/ui/editing'
import figureCss from '@/ui/figure.module.css'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Skeleton } from '@/ui/skeleton'
import { Builder } from './builder'
import { finished, type Group, incomplete, readTree, toConditions } from './tree'
import { useFields } from './use-fields'

export default function SegmentScreen() {
  const id = useParam()
  const fields = useFields()
  const query = useQuery({ ...getSegmentOptions({ path: { id } }), enabled: Boolean(id) })
  const name = query.data?.name
  return (
    <Page
      title={id ? (name ?? t('segments:one')) : t('segments:new')}
      back={{ href: '/segments', label: t('segments:title') }}
      wide
    >
      <Loaded query={fields} block={240}>
        {(f) =>
          id ? (
            <Loaded query={query} block={240}>
              {(segment) => <Edit key={segment.id} fields={f} segment={segment} />}
            </Loaded>
          ) : (
            <Edit fields={f} />
          )
        }
      </Loaded>
    </Page>
  )
}

const read = (segment: Segment | undefined) => ({
  name: segment?.name ?? '',
  conditions: readTree(segment?.conditions),
})

function Edit({ fields, segment }: { fields: SegmentFieldView[]; segment?: Segment }) {
  const go = useGo()
  const write = useMay()('segments.write')
  const editing = useEditing(segment, {
    query: segment && getSegmentOptions({ path: { id: segment.id } }),
    read,
    draft: `segment-${segment?.id ?? 'new'}`,
    after: ['listSegments'],
    send: async (v, headers) => {
      const body = { name: v.name, conditions: toConditions(v.conditions) }
      if (segment) return ask(updateSegment({ path: { id: segment.id }, body, headers }))
      const { id } = await ask(createSegment({ body }))
      go(`/segments/${id}`, { replace: true })
    },
  })
  const { form } = editing
  const { name, conditions } = form.values
  const missing = incomplete(conditions, fields)
  return (
    <form
      className="split"
      onSubmit={(event) => {
        event.preventDefault()
        void editing.save()
      }}
    >
      <div className="sections">
        <EditAlerts editing={editing} />
        <Card>
          <TextInput label={t('segments:name')} required {...form.text('name')} />
          <Builder tree={conditions} fields={fields} onChange={(tree) => form.set('conditions', tree)} />
          {form.errors.conditions && <Alert tone="bad">{form.errors.conditions}</Alert>}
        </Card>
        {write && (
          <div className="row">
            <Button type="submit" loading={form.busy} disabled={!name || missing.length > 0 || !form.dirty}>
              {t(segment ? 'save' : 'segments:create')}
            </Button>
            {missing.length > 0 && <span className="muted">{t('segments:unfinished', { count: missing.length })}</span>}
          </div>
        )}
      </div>
      <Preview tree={finished(conditions, fields)} segment={segment} />
    </form>
  )
}

function Preview({ tree, segment }: { tree: Group; segment?: Segment }) {
  const [settled] = useDebouncedValue(JSON.stringify(toConditions(tree)), 500)
  const query = useQuery({
    ...previewSegmentOptions({ body: { conditions: JSON.parse(settled) } }),
    placeholderData: keepPreviousData,
  })
  return (
    <Card title={t('segments:who')}>
      {query.isError ? (
        <ProblemAlert problem={query.error} retry={() => void query.refetch()} />
      ) : query.data ? (
        <>
          <div aria-live="polite" style={{ opacity: query.isFetching ? 0.6 : 1 }}>
            <div className={figureCss.value}>{formatNumber(query.data.count)}</div>
            <p className="muted">
              {tree.rules.length ? t('segments:match_count', { count: query.data.count }) : t('segments:match_all')}{' '}
              {t('segments:took', { ms: formatNumber(query.data.took_ms) })}
            </p>
          </div>
          <div>
            <h3>{t('segments:sample')}</h3>
            <ul className="plain-list">
              {query.data.sample.map((p) => (
                <li key={p.id}>
                  <Link href={`/persons/${p.id}`}>{personName(p)}</Link>
                  <div className="muted small wrap">{p.email ?? p.phone}</div>
                </li>
              ))}
            </ul>
          </div>
          {segment && (
            <LinkButton variant="default" href={`/persons?segment=${segment.id}`}>
              {t('segments:see_all')}
            </LinkButton>
          )}
        </>
      ) : (
        <Skeleton lines={6} />
      )}
    </Card>
  )
}
