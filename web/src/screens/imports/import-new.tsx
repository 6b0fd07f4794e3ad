// Upload with a progress bar. XMLHttpRequest, because fetch does not tell how much has been sent.

import { Button } from '@mantine/core'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import type { Import } from '@/client'
import { spokenLanguage, t } from '@/lib/i18n'
import { Problem, toProblem } from '@/lib/problem'
import { refresh } from '@/lib/queries'
import { formatBytes, formatPercent } from '@/lib/time'
import { ProblemAlert } from '@/ui/alert'
import { Bar } from '@/ui/bar'
import { Card } from '@/ui/card'
import { IconUpload } from '@/ui/icons'
import { useGo } from '@/ui/link'
import { Page } from '@/ui/page'
import css from './import-new.module.css'
import { Steps } from './steps'

const MAX = 2_000_000_000

interface Upload {
  name: string
  sent: number
  total: number
}

function send(file: File, onProgress: (sent: number) => void): { done: Promise<Import>; stop: () => void } {
  const request = new XMLHttpRequest()
  const done = new Promise<Import>((resolve, reject) => {
    request.open('POST', `/api/v1/imports?filename=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Accept-Language', spokenLanguage())
    request.upload.onprogress = (event) => onProgress(event.loaded)
    request.onerror = () => reject(new Problem({ status: 0 }))
    request.onload = () => {
      let body: unknown
      try {
        body = JSON.parse(request.responseText)
      } catch {
        body = { status: request.status, title: request.statusText }
      }
      if (request.status < 300) resolve(body as Import)
      else reject(toProblem(body))
    }
    request.send(file)
  })
  return { done, stop: () => request.abort() }
}

export default function ImportNew() {
  const go = useGo()
  const input = useRef<HTMLInputElement>(null)
  const stop = useRef<() => void>(undefined)
  const [upload, setUpload] = useState<Upload>()
  const [problem, setProblem] = useState<unknown>()
  const [over, setOver] = useState(false)

  useEffect(() => {
    if (!upload) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [upload])

  async function take(file: File | undefined) {
    if (!file || upload) return
    setProblem(undefined)
    if (file.size > MAX) {
      setProblem(new Problem({ status: 413, title: t('imports:too_big', { size: formatBytes(file.size) }) }))
      return
    }
    setUpload({ name: file.name, sent: 0, total: file.size })
    const request = send(file, (sent) => setUpload({ name: file.name, sent, total: file.size }))
    stop.current = request.stop
    try {
      const made = await request.done
      void refresh('listImports')
      go(`/imports/${made.id}`)
    } catch (error) {
      setProblem(error)
      setUpload(undefined)
    }
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    void take(event.dataTransfer.files[0])
  }
  return (
    <Page title={t('imports:new')} lead={t('imports:new_lead')} back={{ href: '/imports', label: t('imports:title') }}>
      <Steps at="file" />
      {problem !== undefined && <ProblemAlert problem={problem} />}
      <Card>
        {upload ? (
          <div className="stack">
            <div className="row row-between">
              <strong className="wrap">{upload.name}</strong>
              <span className="num" aria-live="polite">
                {t('imports:sent_of', {
                  sent: formatBytes(upload.sent),
                  total: formatBytes(upload.total),
                  percent: formatPercent(upload.sent, upload.total),
                })}
              </span>
            </div>
            {upload.sent >= upload.total && <p className="muted">{t('imports:being_read')}</p>}
            <Bar value={upload.total ? upload.sent / upload.total : 1} label={t('imports:uploading')} />
            <div>
              <Button
                variant="default"
                onClick={() => {
                  stop.current?.()
                  setUpload(undefined)
                }}
              >
                {t('imports:stop_upload')}
              </Button>
            </div>
          </div>
        ) : (
          // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button does the same
          <div
            className={over ? `${css.drop} ${css.dropOver}` : css.drop}
            onDragOver={(e) => {
              e.preventDefault()
              setOver(true)
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
          >
            <IconUpload size={32} aria-hidden />
            <p className="strong">{t('imports:drop')}</p>
            <p className="muted">{t('imports:drop_text')}</p>
            <input
              ref={input}
              type="file"
              accept=".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
              className="sr"
              tabIndex={-1}
              aria-label={t('imports:choose')}
              onChange={(e) => void take(e.currentTarget.files?.[0])}
            />
            <Button onClick={() => input.current?.click()}>{t('imports:choose')}</Button>
          </div>
        )}
      </Card>
    </Page>
  )
}
