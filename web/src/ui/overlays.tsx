import { Button } from '@mantine/core'
import { useState } from 'react'
import { t } from '@/lib/i18n'
import { ProblemAlert } from './alert'
import { question } from './confirm'
import { Dialog } from './dialog'
import { IconButton } from './icon-button'
import { IconX } from './icons'
import css from './overlays.module.css'
import { State } from './state'
import { toasts } from './toast'

export function Overlays() {
  const items = toasts.use()
  const asked = question.use()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const close = () => {
    question.set(undefined)
    setError(undefined)
  }
  const cancel = () => {
    close()
    asked?.cancel?.()
  }
  return (
    <>
      <div className={css.toasts} aria-live="polite">
        {items.map((item) => (
          <div key={item.id} className={css.toast}>
            <State tone={item.tone}>{item.text}</State>
            <IconButton label={t('close')} onClick={() => toasts.set(toasts.get().filter((i) => i.id !== item.id))}>
              <IconX size={16} aria-hidden />
            </IconButton>
          </div>
        ))}
      </div>
      <Dialog open={asked !== undefined} onClose={cancel} title={asked?.title ?? ''}>
        <div className="stack">
          <div>{asked?.body}</div>
          {error !== undefined && <ProblemAlert problem={error} />}
          <div className="row row-end">
            <Button variant="default" onClick={cancel} autoFocus>
              {t('cancel')}
            </Button>
            <Button
              color={asked?.danger === false ? undefined : 'red'}
              loading={busy}
              onClick={async () => {
                setBusy(true)
                setError(undefined)
                try {
                  await asked?.run()
                  close()
                } catch (e) {
                  setError(e)
                } finally {
                  setBusy(false)
                }
              }}
            >
              {asked?.label}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
