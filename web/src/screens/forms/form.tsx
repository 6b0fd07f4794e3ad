// Building a form: questions on the left, the page as people will see it on the right.

import { Button, Switch, Textarea, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '@/app/session'
import { closeForm, type Form, type FormField, getFormOptions, publishForm, updateForm } from '@/client'
import { ask } from '@/lib/ask'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useAttributes, useLists, usePurposes } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { useParam } from '@/lib/url'
import { EditAlerts, SaveButton, SavedMark, useEditing } from '@/ui/editing'
import { Alert, Card, Copy, confirm, IconButton, Loaded, Skeleton, State, toast, toastProblem } from '@/ui/kit'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/overlay'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import { fieldTypes, formFaults, freeKey, hasChoices, moveField, newField } from './fields'
import { FormFrame } from './form-frame'

const Preview = lazy(() => import('./preview'))

interface Values {
  name: string
  slug: string
  title: string
  intro: string
  thanks_text: string
  list_id: string
  purpose_id: string
  tags: string[]
  fields: FormField[]
}

const read = (f: Form): Values => ({
  name: f.name,
  slug: f.slug,
  title: f.title,
  intro: f.intro ?? '',
  thanks_text: f.thanks_text,
  list_id: f.list_id ?? '',
  purpose_id: f.purpose_id ?? '',
  tags: f.tags,
  fields: f.fields,
})

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
        <section className="sticky" tabIndex={0} aria-label={t('preview')}>
          <Suspense fallback={<Skeleton block={320} />}>
            <Preview values={values} />
          </Suspense>
        </section>
      </div>
    </FormFrame>
  )
}

function Settings({ form }: { form: FormState<Values> }) {
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
function PurposePick({ form }: { form: FormState<Values> }) {
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

const DRAG = 'application/x-varde-question'

function Questions({ form }: { form: FormState<Values> }) {
  const { fields } = form.values
  const [open, setOpen] = useState(0)
  const [over, setOver] = useState<number>()
  const faults = formFaults(fields, form.values.purpose_id)
  const set = (next: FormField[]) => form.set('fields', next)
  const move = (from: number, to: number) => {
    set(moveField(fields, from, to))
    setOpen(to)
  }
  return (
    <Card title={t('forms:questions')}>
      {fields.length === 0 && <p className="muted">{t('forms:no_questions')}</p>}
      <ul className="blocks">
        {fields.map((field, i) => {
          const name = field.label || t(`forms:types.${field.type}`)
          const wrong = faults.filter((f) => f.index === i)
          const isOpen = open === i
          return (
            <li
              key={i}
              className={`block ${isOpen ? 'block-open' : ''} ${over === i ? 'block-over' : ''}`}
              onDragOver={(e) => {
                if (!e.dataTransfer.types.includes(DRAG)) return
                e.preventDefault()
                setOver(i)
              }}
              onDragLeave={() => setOver(undefined)}
              onDrop={(e) => {
                const from = e.dataTransfer.getData(DRAG)
                setOver(undefined)
                if (from === '') return
                e.preventDefault()
                move(Number(from), i)
              }}
            >
              <div className="block-head">
                <span
                  className="grip"
                  draggable
                  aria-hidden
                  onDragStart={(e) => e.dataTransfer.setData(DRAG, String(i))}
                >
                  <span aria-hidden>⠿</span>
                </span>
                <button
                  type="button"
                  className="block-name"
                  aria-expanded={isOpen}
                  onClick={() => setOpen(isOpen ? -1 : i)}
                >
                  <span className="strong block-words">{name}</span>
                  <span className="muted nowrap small">{t(`forms:types.${field.type}`)}</span>
                  {wrong.length > 0 && <State tone="warn">{t('forms:unfinished')}</State>}
                </button>
                <span className="row handles">
                  <IconButton label={t('move_named.up', { name })} disabled={i === 0} onClick={() => move(i, i - 1)}>
                    <span aria-hidden>↑</span>
                  </IconButton>
                  <IconButton
                    label={t('move_named.down', { name })}
                    disabled={i === fields.length - 1}
                    onClick={() => move(i, i + 1)}
                  >
                    <span aria-hidden>↓</span>
                  </IconButton>
                  <IconButton label={t('remove_named', { name })} onClick={() => set(fields.filter((_, k) => k !== i))}>
                    <IconTrash size={16} aria-hidden />
                  </IconButton>
                </span>
              </div>
              {isOpen && (
                <div className="block-body">
                  {wrong.map((w) => (
                    <State key={w.fault} tone="warn">
                      {t(`forms:faults.${w.fault}`)}
                    </State>
                  ))}
                  <QuestionEditor
                    field={field}
                    fields={fields}
                    index={i}
                    errors={form.errors}
                    onChange={(next) => set(fields.map((f, k) => (k === i ? next : f)))}
                  />
                  {field.type === 'consent' && <PurposePick form={form} />}
                </div>
              )}
            </li>
          )
        })}
      </ul>
      {form.errors.fields && <Alert tone="bad">{form.errors.fields}</Alert>}
      <div className="left-menu">
        <Menu
          label={t('forms:add_question')}
          className="menu-button framed"
          button={
            <>
              <IconPlus size={16} aria-hidden /> {t('forms:add_question')}
            </>
          }
          items={fieldTypes.map((type) => ({
            label: t(`forms:types.${type}`),
            run: () => {
              set([...fields, newField(type, t(`forms:types.${type}`), fields)])
              setOpen(fields.length)
            },
          }))}
        />
      </div>
    </Card>
  )
}

const contact = ['first_name', 'last_name'] as const

function QuestionEditor(props: {
  field: FormField
  fields: FormField[]
  index: number
  errors: Record<string, string>
  onChange: (field: FormField) => void
}) {
  const { field, fields, index, onChange } = props
  const attributes = useAttributes()
  const set = (change: Partial<FormField>) => onChange({ ...field, ...change })
  return (
    <>
      <TextInput
        label={t('forms:question')}
        required
        value={field.label}
        onChange={(e) => {
          const label = e.currentTarget.value
          const follow = field.key === freeKey(field.label, fields, index)
          set(follow ? { label, key: freeKey(label, fields, index) } : { label })
        }}
      />
      <TextInput
        label={t('forms:help')}
        value={field.help ?? ''}
        onChange={(e) => set({ help: e.currentTarget.value || undefined })}
      />
      {hasChoices(field.type) && (
        <TagPicker
          label={t('forms:choices')}
          placeholder={t('forms:choices_hint')}
          suggestions={[]}
          value={field.choices ?? []}
          onChange={(choices) => set({ choices })}
        />
      )}
      <div className="two">
        {field.type === 'rating' && (
          <TextInput
            type="number"
            min={3}
            max={10}
            label={t('forms:max')}
            value={field.max ?? 5}
            onChange={(e) => set({ max: Number(e.currentTarget.value) || 5 })}
          />
        )}
        {field.type !== 'consent' && field.type !== 'email' && field.type !== 'phone' && (
          <Choice
            label={t('forms:store_as')}
            empty={t('forms:only_answer')}
            value={field.attribute}
            data={[
              ...contact.map((c) => ({ value: c as string, label: t(`forms:contact.${c}`) })),
              ...(attributes.data?.items ?? []).map((a) => ({ value: a.key, label: a.label })),
            ]}
            onPick={(v) => set({ attribute: v || undefined })}
          />
        )}
      </div>
      <Switch
        label={t('forms:required')}
        checked={field.required}
        onChange={(e) => set({ required: e.currentTarget.checked })}
      />
    </>
  )
}
