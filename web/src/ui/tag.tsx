import type { ReactNode } from 'react'
import { IconX } from './icons'
import css from './tag.module.css'

export const Tag = ({
  children,
  onRemove,
  removeLabel,
}: {
  children: ReactNode
  onRemove?: () => void
  removeLabel?: string
}) => (
  <span className={css.tag}>
    {children}
    {onRemove && (
      <button type="button" aria-label={removeLabel} onClick={onRemove}>
        <IconX size={13} aria-hidden />
      </button>
    )}
  </span>
)
