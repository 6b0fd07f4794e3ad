// Dialogs and menus on what the browser brings: <dialog> keeps focus inside and closes on Escape by itself.
// Mantine's Modal, Drawer and Menu do the same with 25 kB of positioning and scroll locking on every route.
import { ActionIcon } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { t } from '@/lib/i18n'

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
      className={`dialog ${props.side ? 'dialog-side' : ''} ${props.wide ? 'dialog-wide' : ''}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      {open && (
        <div className="dialog-box">
          <header className="dialog-head">
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
