// The frame of every screen before login: mark, notices (maintenance comes first), card, what is stored.

import { type ReactNode, useEffect } from 'react'
import { useSession } from '@/app/session'
import { t } from '@/lib/i18n'
import { formatTime } from '@/lib/time'
import { Alert } from '@/ui/alert'
import cardCss from '@/ui/card.module.css'
import css from './bare.module.css'

export function Bare({ title, children }: { title: string; children: ReactNode }) {
  const { notices } = useSession()
  useEffect(() => {
    document.title = `${title} · Varde`
  }, [title])
  return (
    <main className={css.bare}>
      <div className={css.box}>
        <div className={css.head}>
          <img src="/assets/varde.svg" alt="" width={32} height={32} /> Varde
        </div>
        {notices.map((notice) => (
          <Alert
            key={notice.text}
            tone={notice.kind === 'incident' ? 'bad' : notice.kind === 'maintenance' ? 'warn' : 'info'}
          >
            <p>{notice.text}</p>
            {notice.starts_at && (
              <p className="small">
                {notice.ends_at
                  ? t('login:notice_span', {
                      from: formatTime(notice.starts_at),
                      to: formatTime(notice.ends_at),
                    })
                  : formatTime(notice.starts_at)}
              </p>
            )}
          </Alert>
        ))}
        <section className={cardCss.card}>
          <h1>{title}</h1>
          {children}
        </section>
        <p className={css.privacy}>{t('privacy_note')}</p>
      </div>
    </main>
  )
}
