// A short form in a dialog: make or change one small thing (a list, a tag, a provider) without leaving the table.

import { Button } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { FormAlerts } from './alert'
import { Dialog } from './dialog'
import dialogCss from './dialog.module.css'

export function DialogForm<T extends object>(props: {
  open: boolean
  title: string
  form: FormState<T>
  label?: string
  wide?: boolean
  onClose: () => void
  send: (values: T) => Promise<unknown>
  children: ReactNode
}) {
  const { form, onClose } = props
  async function submit(event: FormEvent) {
    event.preventDefault()
    event.stopPropagation()
    if (await form.submit(props.send)) onClose()
  }
  return (
    <Dialog open={props.open} onClose={onClose} title={props.title} wide={props.wide}>
      <form onSubmit={submit} className="stack">
        <FormAlerts form={form} />
        {props.children}
        <div className={props.wide ? `row row-end ${dialogCss.foot}` : 'row row-end'}>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={form.busy}>
            {props.label ?? t('save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
