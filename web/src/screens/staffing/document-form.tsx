import { Switch, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { createDocument, type Paper, updateDocument } from '@/client'
import { ask, match, newKey, once } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useDocumentKinds } from '@/lib/lookups'
import { DialogForm } from '@/ui/dialog-form'
import { Link } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { toast } from '@/ui/toast'
import { refreshDocuments } from './documents-card'

export function DocumentForm({ id, paper, close }: { id: string; paper?: Paper; close: () => void }) {
  const kinds = useDocumentKinds().data?.items
  const key = useRef(newKey())
  const form = useForm({
    kind_id: paper?.kind_id ?? '',
    valid_from: paper?.valid_from ?? '',
    valid_until: paper?.valid_until ?? '',
    seen: Boolean(paper?.seen_at ?? !paper),
  })
  return (
    <DialogForm
      open
      title={paper ? t('edit_named', { name: paper.kind }) : t('staffing:documents.add')}
      form={form}
      onClose={close}
      send={async (v) => {
        const rest = { valid_from: v.valid_from || null, valid_until: v.valid_until || null, seen: v.seen }
        await (paper
          ? ask(updateDocument({ path: { id, document: paper.id }, body: rest, headers: match(paper) }))
          : once(key, (headers) =>
              ask(createDocument({ path: { id }, body: { kind_id: v.kind_id, ...rest }, headers })),
            ))
        await refreshDocuments(id)
        toast('good', t('saved'))
      }}
    >
      {!paper && (
        <Choice
          label={t('staffing:documents.kind')}
          required
          empty={t('choose')}
          value={form.values.kind_id}
          error={form.errors.kind_id}
          data={options(kinds)}
          onPick={(kind) => form.set('kind_id', kind)}
        />
      )}
      {kinds?.length === 0 && (
        <p>
          {t('staffing:documents.no_kinds')}{' '}
          <Link href="/staffing/documents">{t('staffing:named.document_kinds.title')}</Link>
        </p>
      )}
      <div className="two">
        <TextInput type="date" label={t('staffing:documents.valid_from')} {...form.text('valid_from')} />
        <TextInput type="date" label={t('staffing:expires')} {...form.text('valid_until')} />
      </div>
      <Switch
        label={t('staffing:documents.seen')}
        description={t('staffing:documents.seen_text')}
        {...form.check('seen')}
      />
    </DialogForm>
  )
}
