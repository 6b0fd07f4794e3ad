// Something that people are told about, with the reason that they are told.
import { Button, Textarea } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { FormAlerts } from '@/ui/alert'
import { Dialog } from '@/ui/dialog'

export function ReasonDialog(props: {
  title: string
  body: ReactNode
  label: string
  hint?: string
  required?: boolean
  danger?: boolean
  most?: number
  close: () => void
  send: (reason: string | undefined) => Promise<unknown>
}) {
  const form = useForm({ reason: '' }, { fields: ['reason', 'override_reason'] })
  async function submit(event: FormEvent) {
    event.preventDefault()
    event.stopPropagation()
    if (await form.submit(({ reason }) => props.send(reason.trim() || undefined))) props.close()
  }
  return (
    <Dialog open onClose={props.close} title={props.title}>
      <form onSubmit={submit} className="stack">
        <FormAlerts form={form} />
        <div>{props.body}</div>
        <Textarea
          label={t('staffing:reason')}
          description={props.hint}
          rows={2}
          required={props.required}
          minLength={props.required ? 3 : undefined}
          maxLength={props.most ?? 300}
          autoFocus
          {...form.text('reason')}
          error={form.errors.reason ?? form.errors.override_reason}
        />
        <div className="row row-end">
          <Button variant="default" onClick={props.close}>
            {t('staffing:keep_it')}
          </Button>
          <Button type="submit" color={props.danger === false ? undefined : 'red'} loading={form.busy}>
            {props.label}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
