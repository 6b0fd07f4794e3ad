import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import css from './menu.module.css'

export interface MenuItem {
  label: ReactNode
  run?: () => void
  icon?: ReactNode
  danger?: boolean
  disabled?: boolean
  /** One of a set of which one is chosen. */
  checked?: boolean
  /** A heading over the items that follow. */
  heading?: boolean
  stay?: boolean
}

/** A button that opens a list of actions; arrow keys, Home, End and Escape as in the ARIA menu pattern. */
export function Menu(props: {
  label: string
  button: ReactNode
  items: MenuItem[] /** With an outline, beside other buttons. */
  framed?: boolean
  /** The list begins where the button begins, not where it ends. */
  start?: boolean
}) {
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const trigger = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const buttons = () => [...(list.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])]

  useEffect(() => {
    if (!open) return
    list.current?.querySelector<HTMLButtonElement>('button:not(:disabled)')?.focus()
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('focusin', outside)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('focusin', outside)
    }
  }, [open])

  function shut() {
    setOpen(false)
    trigger.current?.focus()
  }
  function keys(event: KeyboardEvent) {
    const all = buttons()
    const here = all.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      all.at(to % all.length)?.focus()
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      if (event.key === 'Escape') event.preventDefault()
      shut()
    }
  }
  return (
    <div className={props.start ? `${css.menu} ${css.start}` : css.menu} ref={box}>
      <button
        type="button"
        ref={trigger}
        className={props.framed ? `${css.button} ${css.framed}` : css.button}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={props.label}
        title={props.label}
        onClick={() => setOpen(!open)}
      >
        {props.button}
      </button>
      {open && (
        <div className={css.list} role="menu" aria-label={props.label} tabIndex={-1} ref={list} onKeyDown={keys}>
          {props.items.map((item, i) =>
            item.heading ? (
              <div key={i} className={css.heading} role="presentation">
                {item.label}
              </div>
            ) : (
              // biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked is undefined for a plain item
              <button
                key={i}
                type="button"
                role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
                aria-checked={item.checked}
                className={item.danger ? `${css.item} ${css.danger}` : css.item}
                disabled={item.disabled}
                tabIndex={-1}
                onClick={() => {
                  if (!item.stay) shut()
                  item.run?.()
                }}
              >
                {item.icon}
                <span className="grow">{item.label}</span>
                {item.checked && <span aria-hidden>✓</span>}
              </button>
            ),
          )}
        </div>
      )}
    </div>
  )
}
