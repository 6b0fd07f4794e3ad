// A form as people will see it, beside the questions that make it.

import { Button, Checkbox, Radio, Textarea, TextInput } from '@mantine/core'
import type { Form, FormField } from '@/client'
import { t } from '@/lib/i18n'
import { Card } from '@/ui/card'
import css from './preview.module.css'

/** What the public page asks, roughly as it will look. It takes no answers. */
export default function Preview({ values }: { values: Pick<Form, 'title' | 'intro' | 'fields'> }) {
  return (
    <Card title={t('preview')} note={t('forms:preview_text')}>
      <div className={css.formPreview} inert>
        <h3 className={css.formTitle}>{values.title}</h3>
        {values.intro && <p>{values.intro}</p>}
        {values.fields.map((f, i) => (
          <PreviewField key={i} field={f} />
        ))}
        <Button fullWidth>{t('forms:send_answer')}</Button>
      </div>
    </Card>
  )
}

function PreviewField({ field: f }: { field: FormField }) {
  const common = { label: f.label || '…', description: f.help, required: f.required, readOnly: true }
  switch (f.type) {
    case 'long_text':
      return <Textarea {...common} rows={3} />
    case 'choice':
      return (
        <Radio.Group {...common}>
          <div className="stack-s">
            {(f.choices ?? []).map((c) => (
              <Radio key={c} value={c} label={c} />
            ))}
          </div>
        </Radio.Group>
      )
    case 'multiple_choice':
      return (
        <Checkbox.Group {...common}>
          <div className="stack-s">
            {(f.choices ?? []).map((c) => (
              <Checkbox key={c} value={c} label={c} />
            ))}
          </div>
        </Checkbox.Group>
      )
    case 'rating': {
      const from = (f.max ?? 5) === 10 ? 0 : 1
      return (
        <Radio.Group {...common}>
          <div className="row">
            {Array.from({ length: (f.max ?? 5) - from + 1 }, (_, i) => String(i + from)).map((n) => (
              <Radio key={n} value={n} label={n} />
            ))}
          </div>
        </Radio.Group>
      )
    }
    case 'consent':
      return <Checkbox label={f.label} description={f.help} readOnly />
    default:
      return <TextInput {...common} type={f.type === 'date' ? 'date' : 'text'} />
  }
}
