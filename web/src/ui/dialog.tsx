// Dialogs and menus on what the browser brings: <dialog> keeps focus inside and closes on Escape by itself.
// Mantine's Modal, Drawer and Menu do the same with 25 kB of positioning and scroll locking on every route.

import { ActionIcon } from '@mantine/core'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { t } from '@/lib/i18n'
import css from './dialog.module.css'
import { IconX } from './icons'

export function Dialog(props: {
  open: boolean
  onClose: () => void
  title: ReactNode
  side?: boolean
  wide?: boolean
  children: ReactNode
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const { open, onClose } = props
  useEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    if (open && !dialog.open) dialog.showModal()
    if (!open && dialog.open) dialog.close()
  }, [open])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; this is the click beside it
    <dialog
      ref={ref}
      className={`${css.dialog} ${props.side ? css.side : ''} ${props.wide ? css.wide : ''}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      {open && (
        <div className={css.box}>
          <header className={css.head}>
            <h2 id={heading}>{props.title}</h2>
            <ActionIcon variant="subtle" color="gray" aria-label={t('close')} onClick={onClose}>
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </header>
          {props.children}
        </div>
      )}
    </dialog>
  )
}
