import { ActionIcon } from '@mantine/core'
import type { ReactNode } from 'react'

export function IconButton(props: {
  label: string
  onClick?: () => void
  disabled?: boolean
  danger?: boolean
  children: ReactNode
}) {
  return (
    <ActionIcon
      variant="subtle"
      color={props.danger ? 'red' : 'gray'}
      size={32}
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.children}
    </ActionIcon>
  )
}
