import { TextInput } from '@mantine/core'
import { IconAdjustments, IconLock } from '@tabler/icons-react'
import { queries, useMay } from '@/app/session'
import { type Attribute, createAttribute, deleteAttribute, listAttributes, updateAttribute } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { keyFrom } from '@/lib/keys'
import { DialogForm } from '@/ui/dialog-form'
import { Tag } from '@/ui/kit'
import { ListPage } from '@/ui/list-page'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import type { Column } from '@/ui/table'

const kinds = ['text', 'number', 'date', 'boolean', 'choice'] as const
const classes = ['plain', 'identifying', 'sensitive'] as const

export default function Attributes() {
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
  return (
    <ListPage
      things="attributes"
      load={() => ask(listAttributes())}
      title={t('people:attributes')}
      lead={t('people:attributes_page.lead')}
      columns={columns}
      name={(a) => a.label}
      empty={[
        <IconAdjustments key="i" aria-hidden />,
        t('people:attributes_page.empty'),
        t('people:attributes_page.empty_text'),
      ]}
      write={useMay()('persons.write')}
      make={t('people:attributes_page.new')}
      editable
      form={(attribute, close) => <Edit key={attribute?.id} attribute={attribute} close={close} />}
      remove={(a) => ({
        title: t('people:attributes_page.delete_title', { name: a.label }),
        body: t('people:attributes_page.delete_body'),
        label: t('people:attributes_page.delete_label'),
        done: t('people:attributes_page.deleted', { name: a.label }),
        run: () => ask(deleteAttribute({ path: { id: a.id } })),
      })}
    />
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
      title={a ? t('edit_named', { name: a.label }) : t('people:attributes_page.new')}
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
        await queries.invalidateQueries({ queryKey: ['attributes'] })
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
