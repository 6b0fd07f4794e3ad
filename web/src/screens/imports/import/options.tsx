import { Button, Switch, TextInput } from '@mantine/core'
import { getImportQueryKey, type Import, type ImportPreview, startImport } from '@/client'
import { ask } from '@/lib/ask'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useLists, usePurposes } from '@/lib/lookups'
import { queries } from '@/lib/queries'
import { formatBytes } from '@/lib/time'
import { Card } from '@/ui/card'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import { consentOf, leftOut } from '../mapping'
import { listOf } from './columns'
import type { Values } from './prepare'

export function Options(props: {
  form: FormState<Values>
  item: Import
  preview: ImportPreview | undefined
  back: () => void
}) {
  const { form, item, preview, back } = props
  const lists = useLists()
  const purposes = usePurposes()
  const { values, set } = form
  const kept = values.mapping.filter((m) => m.target !== 'ignore').length
  const out = leftOut(values.mapping, preview?.columns ?? item.columns)
  const byColumn = values.mapping.flatMap((m) => consentOf(m.target) ?? [])
  const asksSource = values.purpose_id !== '' || byColumn.length > 0
  return (
    <form
      className="sections narrow"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit(async (v) => {
          const started = await ask(
            startImport({
              path: { id: item.id },
              body: {
                encoding: v.encoding,
                delimiter: v.delimiter,
                header: v.header,
                ...(v.title_lines === '' ? {} : { title_lines: Number(v.title_lines) }),
                mapping: v.mapping,
                options: {
                  tags: v.tags,
                  update_existing: v.update_existing,
                  ...(v.list_id ? { list_id: v.list_id } : {}),
                  ...(v.purpose_id ? { purpose_id: v.purpose_id } : {}),
                  ...(asksSource ? { consent_source: v.consent_source } : {}),
                },
              },
            }),
          )
          queries.setQueryData(getImportQueryKey({ path: { id: item.id } }), started)
        })
      }}
    >
      <Card title={t('imports:options')}>
        <Choice
          label={t('imports:add_to_list')}
          empty={t('none')}
          value={values.list_id}
          error={form.errors.list_id}
          data={options(lists.data?.items)}
          onPick={(v) => set('list_id', v)}
        />
        <TagPicker
          label={t('imports:add_tags')}
          value={values.tags}
          error={form.errors.tags}
          onChange={(v) => set('tags', v)}
        />
        <Choice
          label={t('imports:consent_to')}
          description={t('imports:consent_note')}
          empty={t('imports:no_consent')}
          value={values.purpose_id}
          error={form.errors.purpose_id}
          data={(purposes.data?.items ?? [])
            .filter((p) => !byColumn.includes(p.id))
            .map((p) => ({ value: p.id, label: p.label }))}
          onPick={(v) => set('purpose_id', v)}
        />
        {byColumn.length > 0 && <p className="muted">{t('imports:consent_by_column')}</p>}
        {asksSource && (
          <TextInput
            label={t('imports:consent_source')}
            description={t('imports:consent_source_note')}
            required
            {...form.text('consent_source')}
          />
        )}
        <Switch
          label={t('imports:update_existing')}
          description={t('imports:update_note')}
          {...form.check('update_existing')}
        />
      </Card>
      <p className="muted">
        {t('imports:summary', { count: kept, file: item.filename, size: formatBytes(item.bytes) })}
        {out.length > 0 && ` ${t('imports:left_out', { count: out.length, names: listOf(out) })}`}
      </p>
      <div className="row">
        <Button type="submit" loading={form.busy}>
          {t('imports:start')}
        </Button>
        <Button variant="default" onClick={back}>
          {t('imports:back')}
        </Button>
      </div>
    </form>
  )
}
