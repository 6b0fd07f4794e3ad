// Building a form: questions on the left, the page as people will see it on the right.

import { Button, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { orLater } from '@/app/later'
import { useMay } from '@/app/session'
import { closeForm, type Form, getFormOptions, publishForm, updateForm } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { useParam } from '@/lib/url'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Copy } from '@/ui/copy'
import { EditAlerts, SaveButton, SavedMark, useEditing } from '@/ui/editing'
import { Loaded } from '@/ui/loaded'
import { Skeleton } from '@/ui/skeleton'
import { toast, toastProblem } from '@/ui/toast'
import { formFaults } from '../fields'
import { FormFrame } from '../form-frame'
import css from './form.module.css'
import { Questions } from './questions'
import { Settings } from './settings'
import { read } from './values'

const Preview = lazy(orLater(() => import('../preview')))

export default function FormScreen() {
  const id = useParam()
  const query = useQuery(getFormOptions({ path: { id } }))
  if (!query.data) {
    return (
      <FormFrame form={undefined} id={id} at="build">
        <Loaded query={query} block={320}>
          {() => null}
        </Loaded>
      </FormFrame>
    )
  }
  return <Edit key={id} form={query.data} />
}

function Edit({ form: saved }: { form: Form }) {
  const write = useMay()('forms.write')
  const { id } = saved
  const editing = useEditing(saved, {
    query: getFormOptions({ path: { id } }),
    read,
    draft: `form-${id}`,
    after: ['listForms'],
    send: (v, headers) =>
      ask(
        updateForm({
          path: { id },
          body: { ...v, list_id: v.list_id || null, purpose_id: v.purpose_id || null },
          headers,
        }),
      ),
  })
  const { form, save } = editing
  const { values } = form
  const faults = formFaults(values.fields, values.purpose_id)
  async function turn(run: () => Promise<unknown>, said: string) {
    try {
      await run()
      await refresh(['getForm', 'listForms'])
      toast('good', said)
    } catch (error) {
      toastProblem(error)
    }
  }
  return (
    <FormFrame
      form={saved}
      id={saved.id}
      at="build"
      wide
      actions={
        write && (
          <>
            <SavedMark form={form} />
            <SaveButton editing={editing} second={saved.state !== 'published'} />
            {saved.state === 'published' ? (
              <Button
                variant="default"
                onClick={() =>
                  confirm({
                    title: t('forms:close_title', { name: saved.name }),
                    body: t('forms:close_body'),
                    label: t('forms:close_label'),
                    run: () => turn(() => ask(closeForm({ path: { id: saved.id } })), t('forms:closed')),
                  })
                }
              >
                {t('forms:close')}
              </Button>
            ) : (
              <Button
                disabled={faults.length > 0}
                onClick={async () => {
                  if (!form.dirty || (await save()))
                    await turn(() => ask(publishForm({ path: { id: saved.id } })), t('forms:published'))
                }}
              >
                {t('forms:publish')}
              </Button>
            )}
          </>
        )
      }
    >
      {saved.state === 'published' && (
        <Alert
          tone="good"
          title={t('forms:is_open')}
          actions={<Copy value={saved.public_url} label={t('forms:copy_address', { name: saved.name })} />}
        >
          <a href={saved.public_url} target="_blank" rel="noreferrer">
            {saved.public_url}
          </a>
        </Alert>
      )}
      {saved.state === 'published' && saved.answers > 0 && (
        <Alert tone="info">{t('forms:has_answers', { count: saved.answers })}</Alert>
      )}
      <EditAlerts editing={editing} />
      <div className="halves">
        <div className="sections">
          <Card title={t('forms:page')}>
            <TextInput label={t('forms:page_title')} required {...form.text('title')} />
            <Textarea label={t('forms:intro')} rows={2} {...form.text('intro')} />
          </Card>
          <Questions form={form} />
          <Card title={t('forms:afterwards')}>
            <Textarea label={t('forms:thanks')} rows={2} required {...form.text('thanks_text')} />
            <Settings form={form} />
          </Card>
          <Card title={t('forms:naming')}>
            <TextInput label={t('forms:name')} description={t('forms:name_text')} required {...form.text('name')} />
            <TextInput label={t('forms:slug')} description={t('forms:slug_text')} required {...form.text('slug')} />
          </Card>
        </div>
        <section className={css.sticky} tabIndex={0} aria-label={t('preview')}>
          <Suspense fallback={<Skeleton block={320} />}>
            <Preview values={values} />
          </Suspense>
        </section>
      </div>
    </FormFrame>
  )
}
