// Links inside the console: plain `href`s (the server sends such too: "what needs me now"), opened
// without a reload unless the person asks for a new tab.
import { ActionIcon, type ActionIconProps, Button, type ButtonProps } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react'

export function useGo(): (href: string, options?: { replace?: boolean }) => void {
  const router = useRouter()
  return (href, options) => (options?.replace ? router.history.replace(href) : router.history.push(href))
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }

export function Link({ href, onClick, children, ...rest }: LinkProps) {
  const router = useRouter()
  function open(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    if (rest.target === '_blank' || !href.startsWith('/') || rest.download !== undefined) return
    event.preventDefault()
    router.history.push(href)
  }
  const preload = () => {
    if (href.startsWith('/')) void router.preloadRoute({ to: href.split('?')[0] ?? '/' }).catch(() => undefined)
  }
  return (
    <a href={href} onClick={open} onMouseEnter={preload} onFocus={preload} {...rest}>
      {children}
    </a>
  )
}

export function LinkButton({
  href,
  children,
  download,
  ...rest
}: ButtonProps & { href: string; children: ReactNode; download?: boolean }) {
  return (
    <Button
      {...rest}
      renderRoot={(props: Record<string, unknown>) => (
        <Link {...props} href={href} download={download ? '' : undefined} />
      )}
    >
      {children}
    </Button>
  )
}

export function LinkIcon({
  href,
  label,
  children,
  ...rest
}: ActionIconProps & { href: string; label: string; children: ReactNode }) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      {...rest}
      renderRoot={(props: Record<string, unknown>) => <Link {...props} href={href} aria-label={label} title={label} />}
    >
      {children}
    </ActionIcon>
  )
}
