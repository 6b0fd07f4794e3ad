import { Button, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { uploadImage } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { ProblemAlert } from '@/ui/alert'
import { AlignPicker } from './block-editor'
import type { Block } from './blocks'

export function ImageEditor({
  block,
  set,
}: {
  block: Extract<Block, { type: 'image' }>
  set: (change: Partial<Block>) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  async function take(file: File | undefined) {
    if (!file) return
    setBusy(true)
    setProblem(undefined)
    try {
      const image = await ask(uploadImage({ body: file, headers: { 'Content-Type': file.type } }))
      set({ image_id: image.id, src: image.url, width: Math.min(image.width, 536) })
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      {problem !== undefined && <ProblemAlert problem={problem} />}
      <div className="row">
        <input
          ref={input}
          type="file"
          accept="image/png,image/jpeg,image/webp,image/gif"
          className="sr"
          tabIndex={-1}
          aria-label={t('composer:choose_image')}
          onChange={(e) => void take(e.currentTarget.files?.[0])}
        />
        <Button variant="default" loading={busy} onClick={() => input.current?.click()}>
          {t(block.src ? 'composer:other_image' : 'composer:choose_image')}
        </Button>
        <span className="muted small">{t('composer:image_text')}</span>
      </div>
      <TextInput
        label={t('composer:alt')}
        description={t('composer:alt_text')}
        value={block.alt}
        onChange={(e) => set({ alt: e.currentTarget.value })}
      />
      <div className="two">
        <TextInput
          type="number"
          min={16}
          max={600}
          label={t('composer:width')}
          value={block.width ?? ''}
          onChange={(e) => set({ width: e.currentTarget.value ? Number(e.currentTarget.value) : undefined })}
        />
        <AlignPicker value={block.align} onPick={(align) => set({ align })} />
      </div>
      <TextInput
        label={t('composer:image_link')}
        type="url"
        placeholder="https://"
        value={block.href ?? ''}
        onChange={(e) => set({ href: e.currentTarget.value || undefined })}
      />
    </>
  )
}
