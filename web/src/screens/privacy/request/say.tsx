import { Textarea } from '@mantine/core'
import type { ReactNode } from 'react'
import { useForm } from '@/lib/form'
import { DialogForm } from '@/ui/dialog-form'

/** One text that goes with a step. */
export function Say(props: {
  title: string
  body?: ReactNode
  field: string
  hint?: string
  label: string
  optional?: boolean
  close: () => void
  send: (reason: string) => Promise<unknown>
  children?: ReactNode
}) {
  const form = useForm({ reason: '' }, { fields: ['reason', 'text'] })
  return (
    <DialogForm
      open
      title={props.title}
      label={props.label}
      form={form}
      onClose={props.close}
      send={({ reason }) => props.send(reason.trim())}
    >
      {props.body && <p>{props.body}</p>}
      {props.children}
      <Textarea
        label={props.field}
        description={props.hint}
        rows={4}
        required={!props.optional}
        maxLength={2000}
        autoFocus
        {...form.text('reason')}
        error={form.errors.reason ?? form.errors.text}
      />
    </DialogForm>
  )
}
