import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useLists, usePurposes } from '@/lib/lookups'
import { Link } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import type { Values } from './values'

export function Settings({ form }: { form: FormState<Values> }) {
  const lists = useLists()
  const { values, errors, set } = form
  return (
    <>
      <Choice
        label={t('forms:to_list')}
        empty={t('none')}
        value={values.list_id}
        error={errors.list_id}
        data={options(lists.data?.items)}
        onPick={(v) => set('list_id', v)}
      />
      <TagPicker
        label={t('forms:give_tags')}
        value={values.tags}
        error={errors.tags}
        onChange={(v) => set('tags', v)}
      />
    </>
  )
}

/** What the form's consent questions are about: one purpose for all of them, shown at each. */
export function PurposePick({ form }: { form: FormState<Values> }) {
  const purposes = usePurposes()
  return (
    <>
      <Choice
        label={t('forms:purpose')}
        description={t('forms:purpose_text')}
        required
        empty={t('choose')}
        value={form.values.purpose_id}
        error={form.errors.purpose_id}
        data={(purposes.data?.items ?? []).map((p) => ({ value: p.id, label: p.label }))}
        onPick={(v) => form.set('purpose_id', v)}
      />
      {purposes.data?.items.length === 0 && (
        <p className="muted small">
          {t('forms:no_purposes')} <Link href="/purposes">{t('forms:make_purpose')}</Link>
        </p>
      )}
    </>
  )
}
