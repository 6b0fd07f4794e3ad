import { useQuery } from '@tanstack/react-query'
import { type FormAnswer, type FormField, getFormOptions, listFormAnswersInfiniteOptions } from '@/client'
import { t } from '@/lib/i18n'
import { listOf } from '@/lib/intl'
import { formatDate } from '@/lib/time'
import { useParam } from '@/lib/url'
import { Empty } from '@/ui/empty'
import { IconDownload, IconForms } from '@/ui/icons'
import { Link, LinkButton } from '@/ui/link'
import { type Column, Pages, usePages } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Time } from '@/ui/time'
import { FormFrame } from './form-frame'

function shown(field: FormField, value: unknown): string {
  if (value === undefined || value === null || value === '') return '–'
  if (Array.isArray(value)) return listOf(value.map(String))
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (field.type === 'date') return formatDate(String(value))
  return String(value)
}

export default function Answers() {
  const id = useParam()
  const form = useQuery(getFormOptions({ path: { id } }))
  const pages = usePages(listFormAnswersInfiniteOptions({ path: { id }, query: { limit: 50 } }))
  const columns: Column<FormAnswer>[] = [
    {
      key: 'who',
      header: t('forms:who'),
      bare: true,
      cell: (a) => (
        <>
          {a.person ? (
            <Link href={`/persons/${a.person.id}`}>{a.person.name}</Link>
          ) : (
            <span className="muted">{t('forms:unknown_person')}</span>
          )}
          {a.simulated && (
            <>
              {' '}
              <Tag>{t('simulated')}</Tag>
            </>
          )}
        </>
      ),
    },
    { key: 'at', header: t('forms:when'), cell: (a) => <Time at={a.at} /> },
    ...(form.data?.fields ?? [])
      .filter((f) => f.type !== 'email')
      .slice(0, 6)
      .map((f): Column<FormAnswer> => ({ key: f.key, header: f.label, cell: (a) => shown(f, a.values[f.key]) })),
  ]
  return (
    <FormFrame
      form={form.data}
      id={id}
      at="all_answers"
      wide
      actions={
        <LinkButton
          variant="default"
          download
          href={`/api/v1/forms/${id}/answers.csv`}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('forms:download')}
        </LinkButton>
      }
    >
      <Pages
        pages={pages}
        label={t('forms:all_answers')}
        columns={columns}
        rowKey={(a) => a.id}
        empty={
          <Empty icon={<IconForms aria-hidden />} title={t('forms:no_answers')}>
            {t(form.data?.state === 'published' ? 'forms:no_answers_open' : 'forms:no_answers_closed')}
          </Empty>
        }
      />
    </FormFrame>
  )
}
