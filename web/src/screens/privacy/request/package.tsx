import { Button } from '@mantine/core'
import { useState } from 'react'
import { downloadRequestPackage, gatherRequestPackage, type SubjectRequest, sendRequestPackage } from '@/client'
import { ask } from '@/lib/ask'
import { save } from '@/lib/download'
import { t } from '@/lib/i18n'
import { personName } from '@/lib/names'
import { refresh } from '@/lib/queries'
import { formatBytes, formatDate, formatNumber, formatTime } from '@/lib/time'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { IconDownload, IconFileZip, IconSend } from '@/ui/icons'
import { State } from '@/ui/state'
import { toastProblem } from '@/ui/toast'
import { done } from './done'

export function Package({ request, open }: { request: SubjectRequest; open: boolean }) {
  const [busy, setBusy] = useState(false)
  const p = request.package
  const path = { id: request.id }
  const name = request.person ? personName(request.person) : ''
  const run = async (what: () => Promise<unknown>) => {
    setBusy(true)
    try {
      await what()
    } catch (error) {
      toastProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const main = request.kind === 'access' || request.kind === 'portability'
  const gather = (
    <Button
      variant={main && p.state !== 'ready' ? undefined : 'default'}
      leftSection={<IconFileZip size={16} aria-hidden />}
      loading={busy || p.state === 'gathering'}
      onClick={() => void run(() => done(request.id, ask(gatherRequestPackage({ path }))))}
    >
      {t(p.state === 'none' ? 'privacy:gather' : 'privacy:gather_again')}
    </Button>
  )
  return (
    <Card title={t('privacy:answer')} note={t('privacy:package_text')}>
      <div className="stack">
        {p.state === 'gathering' && <State tone="busy">{t('privacy:gathering')}</State>}
        {p.state === 'failed' && <State tone="bad">{t('privacy:gather_failed')}</State>}
        {p.state === 'gone' && <State tone="idle">{t('privacy:package_gone')}</State>}
        {p.state === 'ready' && p.made_at && (
          <State tone="good">
            {t('privacy:gathered', {
              at: formatTime(p.made_at),
              rows: formatNumber(p.rows),
              files: formatNumber(p.files),
              size: formatBytes(p.bytes),
            })}
          </State>
        )}
        {p.sent_at && p.until && (
          <p>
            {t('privacy:package_sent', { at: formatTime(p.sent_at), until: formatDate(p.until) })}
            {p.fetched_at && ` ${t('privacy:package_fetched', { at: formatTime(p.fetched_at) })}.`}
          </p>
        )}
        {p.manifest_sha256 && (
          <p className="small muted">
            {t('privacy:package_hash')}: <code className="wrap">{p.manifest_sha256}</code>
          </p>
        )}
        <div className="row">
          {p.state === 'ready' && (
            <Button
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              loading={busy}
              onClick={() =>
                void run(async () => {
                  const file = await ask(downloadRequestPackage({ path, parseAs: 'blob' }))
                  save(file as unknown as Blob, `${request.number ?? 'request'}.zip`)
                  await refresh(['getRequest', 'listRequestHoldings'], { path: { id: request.id } })
                })
              }
            >
              {t('privacy:look')}
            </Button>
          )}
          {open && p.state === 'ready' && (
            <Button
              leftSection={<IconSend size={16} aria-hidden />}
              onClick={() =>
                confirm({
                  title: t('privacy:send_title', { name }),
                  body: t('privacy:send_body'),
                  label: t('privacy:send'),
                  danger: false,
                  run: () => done(request.id, ask(sendRequestPackage({ path })), t('privacy:sent')),
                })
              }
            >
              {t('privacy:send')}
            </Button>
          )}
          {open && gather}
        </div>
      </div>
    </Card>
  )
}
