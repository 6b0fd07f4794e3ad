// Shows a mail as it looks, in a frame that runs no script and follows no link.

import { useEffect, useMemo, useRef, useState } from 'react'
import { useSession } from '@/app/session'
import { t } from '@/lib/i18n'
import { prepareMail, STYLE } from '@/lib/mail-html'
import { nonce } from '@/lib/nonce'
import css from './mail-frame.module.css'

export function MailFrame({ html, width, title }: { html: string; width: number; title: string }) {
  const ref = useRef<HTMLIFrameElement>(null)
  const box = useRef<HTMLElement>(null)
  const [height, setHeight] = useState(320)
  const [room, setRoom] = useState(width)
  const [link, setLink] = useState<string>()
  const tenant = useSession().tenant?.id
  const prepared = useMemo(() => prepareMail(html, nonce(), tenant), [html, tenant])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another width or text needs another height
  useEffect(() => {
    const frame = ref.current
    if (!frame) return
    let watcher: ResizeObserver | undefined
    function dress() {
      const inside = frame?.contentDocument
      if (!inside?.body) return
      for (const element of inside.querySelectorAll<HTMLElement>(`[${STYLE}]`)) {
        element.style.cssText = element.getAttribute(STYLE) ?? ''
        element.removeAttribute(STYLE)
      }
      // Scanners of the outer page look inside too: a mail is no page with landmarks of its own.
      inside.documentElement.style.colorScheme = 'light'
      inside.addEventListener('click', (event) => {
        const anchor = (event.target as Element | null)?.closest?.('a')
        if (!anchor) return
        event.preventDefault()
        setLink(anchor.getAttribute('href') ?? '')
      })
      const resize = () => setHeight(Math.min(4000, Math.max(160, inside.documentElement.offsetHeight)))
      resize()
      watcher = new ResizeObserver(resize)
      watcher.observe(inside.body)
    }
    frame.addEventListener('load', dress)
    if (frame.contentDocument?.readyState === 'complete') dress()
    return () => {
      frame.removeEventListener('load', dress)
      watcher?.disconnect()
    }
  }, [prepared.html, width])

  useEffect(() => {
    const element = box.current
    if (!element) return
    const watcher = new ResizeObserver(() => setRoom(element.clientWidth))
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  // A wide mail in a narrow place is shown smaller rather than cut off.
  const scale = room > 0 ? Math.min(1, room / width) : 1

  return (
    <div className={css.mailFrame}>
      <section ref={box} className={css.scroll} aria-label={title} style={{ height: height * scale }}>
        <iframe
          ref={ref}
          sandbox="allow-same-origin"
          srcDoc={prepared.html}
          title={title}
          style={{
            width,
            height,
            transform: `scale(${scale})`,
            marginLeft: Math.max(0, (room - width * scale) / 2),
          }}
        />
      </section>
      <p className="muted small wrap" aria-live="polite">
        {link !== undefined ? t('mail.link', { url: link }) : t('mail.links_rest')}
        {prepared.blocked > 0 && ` ${t('mail.blocked', { count: prepared.blocked })}`}
      </p>
    </div>
  )
}
