import { useState } from 'react'
import type { FormField } from '@/client'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { Alert } from '@/ui/alert'
import blockCss from '@/ui/block.module.css'
import { Card } from '@/ui/card'
import { IconButton } from '@/ui/icon-button'
import { IconPlus, IconTrash } from '@/ui/icons'
import { Menu } from '@/ui/menu'
import { State } from '@/ui/state'
import { fieldTypes, formFaults, moveField, newField } from '../fields'
import { QuestionEditor } from './question-editor'
import { PurposePick } from './settings'
import type { Values } from './values'

const DRAG = 'application/x-varde-question'

export function Questions({ form }: { form: FormState<Values> }) {
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
      <ul className={blockCss.blocks}>
        {fields.map((field, i) => {
          const name = field.label || t(`forms:types.${field.type}`)
          const wrong = faults.filter((f) => f.index === i)
          const isOpen = open === i
          return (
            <li
              key={i}
              className={`${blockCss.block} ${isOpen ? blockCss.open : ''} ${over === i ? blockCss.over : ''}`}
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
              <div className={blockCss.head}>
                <span
                  className={blockCss.grip}
                  draggable
                  aria-hidden
                  onDragStart={(e) => e.dataTransfer.setData(DRAG, String(i))}
                >
                  <span aria-hidden>⠿</span>
                </span>
                <button
                  type="button"
                  className={`${blockCss.name} ${blockCss.lines}`}
                  aria-expanded={isOpen}
                  onClick={() => setOpen(isOpen ? -1 : i)}
                >
                  <span className={`strong ${blockCss.words}`}>{name}</span>
                  <span className="muted nowrap small">{t(`forms:types.${field.type}`)}</span>
                  {wrong.length > 0 && <State tone="warn">{t('forms:unfinished')}</State>}
                </button>
                <span className={`row ${blockCss.handles}`}>
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
                <div className={blockCss.body}>
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
      <div>
        <Menu
          start
          label={t('forms:add_question')}
          framed
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
