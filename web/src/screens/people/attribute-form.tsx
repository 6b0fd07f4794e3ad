// An attribute: made here, on its own page or while a file's columns are looked at.

import { TextInput } from '@mantine/core'
import { type Attribute, AttributeType, Classification, createAttribute, updateAttribute } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { keyFrom } from '@/lib/keys'
import { refresh } from '@/lib/queries'
import { DialogForm } from '@/ui/dialog-form'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'

const kinds = Object.values(AttributeType)
const classes = Object.values(Classification)

/** The dialog that makes an attribute, or changes one. `like` is what a new one begins with. */
export function AttributeForm(props: {
  attribute?: Attribute
  like?: { label: string; type: Attribute['type'] }
  made?: (attribute: Attribute) => void
  close: () => void
}) {
  const { attribute: a, like, made, close } = props
  const form = useForm(
    {
      label: a?.label ?? like?.label ?? '',
      key: a?.key ?? keyFrom(like?.label ?? ''),
      type: a?.type ?? like?.type ?? ('text' as Attribute['type']),
      classification: a?.classification ?? ('plain' as Attribute['classification']),
      choices: a?.choices ?? [],
    },
    { draft: `attribute-${a?.id ?? (like ? `like-${like.label}` : 'new')}` },
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
        const one = a ? undefined : await ask(createAttribute({ body: { label, key, type, classification, choices } }))
        await refresh('listAttributes')
        if (one) made?.(one)
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
