import { TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import { createForm, deleteForm, type Form, listFormsOptions } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { Copy } from '@/ui/copy'
import { DialogForm } from '@/ui/dialog-form'
import { IconForms } from '@/ui/icons'
import { Link, useGo } from '@/ui/link'
import { ListPage } from '@/ui/list-page'
import { State, type Tone } from '@/ui/state'
import type { Column } from '@/ui/table'
import { Time } from '@/ui/time'
import { newField } from './fields'
import css from './forms.module.css'

const tones: Record<Form['state'], Tone> = { draft: 'idle', published: 'good', closed: 'warn' }
export const FormStateMark = ({ state }: { state: Form['state'] }) => (
  <State tone={tones[state]}>{t(`forms:states.${state}`)}</State>
)

export default function Forms() {
  const columns: Column<Form>[] = [
    {
      key: 'name',
      header: t('forms:name'),
      bare: true,
      cell: (f) => <Link href={`/forms/${f.id}`}>{f.name}</Link>,
    },
    { key: 'state', header: t('forms:state'), cell: (f) => <FormStateMark state={f.state} /> },
    {
      key: 'answers',
      header: t('forms:answers'),
      number: true,
      cell: (f) => (f.answers ? <Link href={`/forms/${f.id}/results`}>{formatNumber(f.answers)}</Link> : '0'),
    },
    {
      key: 'url',
      header: t('forms:address'),
      cell: (f) =>
        f.state === 'published' ? (
          <span className={`row ${css.address}`}>
            <a href={f.public_url} target="_blank" rel="noreferrer">
              {f.public_url.replace(/^https?:\/\//, '')}
            </a>
            <Copy value={f.public_url} label={t('forms:copy_address', { name: f.name })} />
          </span>
        ) : (
          <span className="muted">–</span>
        ),
    },
    { key: 'updated', header: t('forms:updated'), cell: (f) => <Time at={f.updated_at} /> },
  ]
  return (
    <ListPage
      list={listFormsOptions()}
      title={t('forms:title')}
      lead={t('forms:lead')}
      columns={columns}
      name={(f) => f.name}
      empty={[<IconForms key="i" aria-hidden />, t('forms:empty'), t('forms:empty_text')]}
      write={useMay()('forms.write')}
      make={t('forms:new')}
      form={(_, close) => <New close={close} />}
      remove={(f) => ({
        title: t('forms:delete_title', { name: f.name }),
        body: t('forms:delete_body', { count: f.answers }),
        label: t('forms:delete_label', { count: f.answers }),
        done: t('forms:deleted', { name: f.name }),
        run: () => ask(deleteForm({ path: { id: f.id } })),
      })}
    />
  )
}

function New({ close }: { close: () => void }) {
  const go = useGo()
  const form = useForm({ name: '' })
  return (
    <DialogForm
      open
      title={t('forms:new')}
      label={t('forms:create')}
      form={form}
      onClose={close}
      send={async ({ name }) => {
        const made = await ask(
          createForm({ body: { name, title: name, fields: [newField('email', t('forms:your_email'), [])] } }),
        )
        void refresh('listForms')
        go(`/forms/${made.id}`)
      }}
    >
      <TextInput label={t('forms:name')} description={t('forms:name_text')} required autoFocus {...form.text('name')} />
    </DialogForm>
  )
}
