import { Button, TextInput } from '@mantine/core'
import { IconAdjustments, IconEdit, IconLock, IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { queries, useMay } from '@/app/session'
import { type Attribute, createAttribute, deleteAttribute, listAttributes, updateAttribute } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { keyFrom } from '@/lib/keys'
import { DialogForm } from '@/ui/dialog-form'
import { confirm, Empty, IconButton, Page, Tag, toast } from '@/ui/kit'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import { type Column, Pages, usePages } from '@/ui/table'

const kinds = ['text', 'number', 'date', 'boolean', 'choice'] as const
const classes = ['plain', 'identifying', 'sensitive'] as const
const changed = () => queries.invalidateQueries({ queryKey: ['attributes'] })

export default function Attributes() {
  const write = useMay()('persons.write')
  const [open, setOpen] = useState<Attribute | 'new'>()
  const pages = usePages(['attributes', 'pages'], (cursor) =>
    ask(listAttributes({ query: { cursor, limit: 100 } })),
  )
  const columns: Column<Attribute>[] = [
    {
      key: 'label',
      header: t('people:attributes_page.label'),
      bare: true,
      cell: (a) => (
        <>
          <span className="strong">{a.label}</span> <code className="muted">{a.key}</code>
        </>
      ),
    },
    { key: 'type', header: t('people:attributes_page.type'), cell: (a) => t(`people:types.${a.type}`) },
    {
      key: 'class',
      header: t('people:attributes_page.class'),
      cell: (a) => (
        <span className="row">
          {a.classification !== 'plain' && <IconLock size={15} aria-hidden />}
          {t(`people:class.${a.classification}`)}
        </span>
      ),
    },
    {
      key: 'choices',
      header: t('people:attributes_page.choices'),
      cell: (a) =>
        a.choices.length ? (
          <span className="tags">
            {a.choices.map((c) => (
              <Tag key={c}>{c}</Tag>
            ))}
          </span>
        ) : (
          <span className="muted">–</span>
        ),
    },
  ]
  if (write) {
    columns.push({
      key: 'do',
      header: '',
      bare: true,
      width: 96,
      cell: (a) => (
        <span className="row">
          <IconButton label={t('people:edit_named', { name: a.label })} onClick={() => setOpen(a)}>
            <IconEdit size={18} aria-hidden />
          </IconButton>
          <IconButton
            danger
            label={t('people:delete_named', { name: a.label })}
            onClick={() =>
              confirm({
                title: t('people:attributes_page.delete_title', { name: a.label }),
                body: t('people:attributes_page.delete_body'),
                label: t('people:attributes_page.delete_label'),
                run: async () => {
                  await ask(deleteAttribute({ path: { id: a.id } }))
                  await changed()
                  toast('good', t('people:attributes_page.deleted', { name: a.label }))
                },
              })
            }
          >
            <IconTrash size={18} aria-hidden />
          </IconButton>
        </span>
      ),
    })
  }
  const create = write && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
      {t('people:attributes_page.new')}
    </Button>
  )
  return (
    <Page title={t('people:attributes')} lead={t('people:attributes_page.lead')} actions={create}>
      <Pages
        pages={pages}
        label={t('people:attributes')}
        columns={columns}
        rowKey={(a) => a.id}
        empty={
          <Empty
            icon={<IconAdjustments aria-hidden />}
            title={t('people:attributes_page.empty')}
            action={create}
          >
            {t('people:attributes_page.empty_text')}
          </Empty>
        }
      />
      {open && (
        <Edit
          key={open === 'new' ? 'new' : open.id}
          attribute={open === 'new' ? undefined : open}
          close={() => setOpen(undefined)}
        />
      )}
    </Page>
  )
}

function Edit({ attribute: a, close }: { attribute?: Attribute; close: () => void }) {
  const form = useForm(
    {
      label: a?.label ?? '',
      key: a?.key ?? '',
      type: a?.type ?? ('text' as Attribute['type']),
      classification: a?.classification ?? ('plain' as Attribute['classification']),
      choices: a?.choices ?? [],
    },
    { draft: `attribute-${a?.id ?? 'new'}` },
  )
  const { values, errors, set, patch } = form
  return (
    <DialogForm
      open
      title={a ? t('people:edit_named', { name: a.label }) : t('people:attributes_page.new')}
      form={form}
      onClose={close}
      send={async ({ label, key, type, classification, choices }) => {
        if (a)
          await ask(
            updateAttribute({
              path: { id: a.id },
              body: { label, choices },
              headers: match(),
            }),
          )
        else await ask(createAttribute({ body: { label, key, type, classification, choices } }))
        await changed()
      }}
    >
      <TextInput
        label={t('people:attributes_page.label')}
        required
        autoFocus
        {...form.text('label')}
        onChange={(e) => {
          const label = e.currentTarget.value
          const follow = !a && values.key === keyFrom(values.label)
          patch(follow ? { label, key: keyFrom(label) } : { label })
        }}
      />
      <TextInput
        label={t('people:attributes_page.key')}
        description={t('people:attributes_page.key_text')}
        required
        disabled={Boolean(a)}
        {...form.text('key')}
      />
      <Choice
        label={t('people:attributes_page.type')}
        disabled={Boolean(a)}
        value={values.type}
        error={errors.type}
        data={kinds.map((k) => ({ value: k, label: t(`people:types.${k}`) }))}
        onPick={(v) => set('type', v as Attribute['type'])}
      />
      {values.type === 'choice' && (
        <TagPicker
          label={t('people:attributes_page.choices')}
          suggestions={[]}
          value={values.choices}
          error={errors.choices}
          onChange={(v) => set('choices', v)}
        />
      )}
      <Choice
        label={t('people:attributes_page.class')}
        description={t('people:attributes_page.class_text')}
        disabled={Boolean(a)}
        value={values.classification}
        error={errors.classification}
        data={classes.map((k) => ({ value: k, label: t(`people:class.${k}`) }))}
        onPick={(v) => set('classification', v as Attribute['classification'])}
      />
    </DialogForm>
  )
}
