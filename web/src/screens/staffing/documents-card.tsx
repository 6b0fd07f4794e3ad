// What a substitute has shown: until when it counts, whether the office has seen it, and its file, kept encrypted.

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useRef, useState } from 'react'
import { deleteDocument, listDocumentsOptions, type Paper, putDocumentFile } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatBytes, formatDay } from '@/lib/time'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { IconButton } from '@/ui/icon-button'
import { IconDownload, IconEdit, IconPlus, IconTrash, IconUpload } from '@/ui/icons'
import { LinkIcon } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { State, type Tone } from '@/ui/state'
import { toast, toastProblem } from '@/ui/toast'
import { DocumentForm } from './later'
import { type Day, today } from './week'

const MOST = 10_000_000
const date = { day: 'numeric', month: 'short', year: 'numeric' } as const

/** What a document counts for on a day. */
export function standingOf(
  paper: Pick<Paper, 'seen_at' | 'valid_from' | 'valid_until'>,
  day: Day,
): 'unseen' | 'over' | 'not_yet' | 'valid' {
  if (!paper.seen_at) return 'unseen'
  if (paper.valid_until && paper.valid_until < day) return 'over'
  if (paper.valid_from && paper.valid_from > day) return 'not_yet'
  return 'valid'
}
const tones: Record<ReturnType<typeof standingOf>, Tone> = {
  unseen: 'warn',
  over: 'bad',
  not_yet: 'warn',
  valid: 'good',
}

export const refreshDocuments = (id: string) =>
  Promise.all([
    refresh('listDocuments', { path: { id } }),
    refresh(['getShift', 'listShiftBookings', 'listOffers', 'listCandidates']),
  ])

export function Documents({ id, write }: { id: string; write: boolean }) {
  const [open, setOpen] = useState<Paper | 'new'>()
  const papers = useQuery(listDocumentsOptions({ path: { id } }))
  return (
    <Card
      title={t('staffing:documents.title')}
      actions={
        write && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setOpen('new')}
          >
            {t('staffing:documents.add')}
          </Button>
        )
      }
    >
      <Loaded query={papers} lines={3}>
        {({ items }) =>
          items.length ? (
            <ul className="plain-list">
              {items.map((p) => (
                <Line key={p.id} id={id} paper={p} write={write} edit={() => setOpen(p)} />
              ))}
            </ul>
          ) : (
            <p className="muted">{t('staffing:documents.none')}</p>
          )
        }
      </Loaded>
      <Suspense>
        {open && <DocumentForm id={id} paper={open === 'new' ? undefined : open} close={() => setOpen(undefined)} />}
      </Suspense>
    </Card>
  )
}

function Line({ id, paper, write, edit }: { id: string; paper: Paper; write: boolean; edit: () => void }) {
  const input = useRef<HTMLInputElement>(null)
  const standing = standingOf(paper, today())
  const path = { id, document: paper.id }
  async function keep(file: File | undefined) {
    if (!file) return
    if (file.size > MOST) {
      toast('bad', t('staffing:documents.too_big', { size: formatBytes(file.size) }))
      return
    }
    try {
      await ask(putDocumentFile({ path, body: file }))
      await refreshDocuments(id)
      toast('good', t('staffing:documents.kept'))
    } catch (error) {
      toastProblem(error)
    }
  }
  return (
    <li className="stack-s">
      <div>
        <div className="strong wrap">{paper.kind}</div>
        <State tone={tones[standing]}>{t(`staffing:documents.standing.${standing}`)}</State>
        <div className="muted small">
          {paper.valid_until
            ? t('staffing:valid_until', { day: formatDay(paper.valid_until, date) })
            : t('staffing:documents.no_end')}
          {paper.bytes > 0 && ` · ${formatBytes(paper.bytes)}`}
        </div>
      </div>
      {write && (
        <div className="row">
          {paper.bytes > 0 && (
            <LinkIcon
              href={`/api/v1/substitutes/${id}/documents/${paper.id}/file`}
              label={t('staffing:documents.open', { name: paper.kind })}
              size={32}
            >
              <IconDownload size={16} aria-hidden />
            </LinkIcon>
          )}
          <input
            ref={input}
            type="file"
            accept="application/pdf,image/jpeg,image/png"
            className="sr"
            tabIndex={-1}
            aria-label={t('staffing:documents.upload', { name: paper.kind })}
            onChange={(e) => {
              void keep(e.currentTarget.files?.[0])
              e.currentTarget.value = ''
            }}
          />
          <IconButton
            label={t('staffing:documents.upload', { name: paper.kind })}
            onClick={() => input.current?.click()}
          >
            <IconUpload size={16} aria-hidden />
          </IconButton>
          <IconButton label={t('edit_named', { name: paper.kind })} onClick={edit}>
            <IconEdit size={16} aria-hidden />
          </IconButton>
          <IconButton
            danger
            label={t('delete_named', { name: paper.kind })}
            onClick={() =>
              confirm({
                title: t('staffing:documents.delete_title', { name: paper.kind }),
                body: t('staffing:documents.delete_body'),
                label: t('staffing:documents.delete_label'),
                run: async () => {
                  await ask(deleteDocument({ path }))
                  await refreshDocuments(id)
                  toast('good', t('staffing:named_deleted', { name: paper.kind }))
                },
              })
            }
          >
            <IconTrash size={16} aria-hidden />
          </IconButton>
        </div>
      )}
    </li>
  )
}
