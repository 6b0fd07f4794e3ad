// Setting up a second factor: the secret as a QR code, a first code, the recovery codes. At login for those whose role
// demands one, in the profile for everybody else.

import { Button, Checkbox, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { renderSVG } from 'uqr'
import { keepSession } from '@/app/session'
import { confirmTotp, getSession, setUpTotpOptions } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { forget } from '@/lib/queries'
import { FormAlerts } from '@/ui/alert'
import { Copy } from '@/ui/copy'
import { Loaded } from '@/ui/loaded'
import css from './factor.module.css'

/** The secret as a QR code; drawn here, so that it never leaves the browser. */
function Qr({ text }: { text: string }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([renderSVG(text, { border: 0 })], { type: 'image/svg+xml' }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [text])
  return <div className={css.qr}>{url && <img src={url} alt={t('login:setup.qr')} width={184} height={184} />}</div>
}

export function SetUpFactor({ text, done }: { text: string; done: (codes: string[]) => void }) {
  const secret = useQuery({ ...setUpTotpOptions(), staleTime: Number.POSITIVE_INFINITY })
  const form = useForm({ code: '' })
  return (
    <>
      <p className="muted">{text}</p>
      <Loaded query={secret} block={208}>
        {({ uri, secret: key }) => (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault()
              void form.submit(async ({ code }) => {
                const { recovery_codes } = await ask(confirmTotp({ body: { code: code.trim() } }))
                done(recovery_codes)
                forget('setUpTotp')
              })
            }}
          >
            <Qr text={uri} />
            <div className="row row-between">
              <div className="grow">
                <p className="muted small">{t('login:setup.by_hand')}</p>
                <code className="wrap">{key}</code>
              </div>
              <Copy value={key} label={t('login:setup.copy')} />
            </div>
            <FormAlerts form={form} />
            <TextInput
              label={t('login:totp.code')}
              autoComplete="one-time-code"
              inputMode="numeric"
              required
              {...form.text('code')}
            />
            <Button type="submit" loading={form.busy} fullWidth>
              {t('login:setup.submit')}
            </Button>
          </form>
        )}
      </Loaded>
    </>
  )
}

export function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }) {
  const [kept, setKept] = useState(false)
  const [busy, setBusy] = useState(false)
  return (
    <>
      <p className="muted">{t('login:codes.text')}</p>
      <ul className={css.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="row">
        <Copy value={codes.join('\n')} label={t('login:codes.copy')} />
        <a download="varde-recovery-codes.txt" href={`data:text/plain,${encodeURIComponent(codes.join('\n'))}`}>
          {t('login:codes.download')}
        </a>
      </div>
      <Checkbox label={t('login:codes.kept')} checked={kept} onChange={(e) => setKept(e.currentTarget.checked)} />
      <Button
        disabled={!kept}
        loading={busy}
        fullWidth
        onClick={async () => {
          setBusy(true)
          keepSession(await ask(getSession()))
          done()
        }}
      >
        {t('login:codes.submit')}
      </Button>
    </>
  )
}
