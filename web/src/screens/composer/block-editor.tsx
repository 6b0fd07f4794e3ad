import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { lazy, type ReactNode, Suspense } from 'react'
import { orLater } from '@/app/later'
import type { BlockAlign } from '@/client'
import { t } from '@/lib/i18n'
import groupCss from '@/ui/group.module.css'
import { Choice } from '@/ui/pick'
import { Skeleton } from '@/ui/skeleton'
import { BlockList, type ListProps } from './block-list'
import { type Block, setColumns } from './blocks'
import { FieldInput } from './field-input'
import { ImageEditor } from './image-editor'

const RichText = lazy(orLater(() => import('./rich-text')))

export function AlignPicker({ value, onPick }: { value: BlockAlign | undefined; onPick: (align: BlockAlign) => void }) {
  return (
    <Choice
      label={t('composer:align')}
      value={value ?? 'left'}
      data={(['left', 'center', 'right'] as const).map((a) => ({
        value: a,
        label: t(`composer:aligns.${a}`),
      }))}
      onPick={(v) => onPick(v as BlockAlign)}
    />
  )
}

export function BlockEditor(props: {
  block: Block
  set: (change: Partial<Block>) => void
  nested: Omit<ListProps, 'blocks' | 'place'>
}): ReactNode {
  const { block, set, nested } = props
  switch (block.type) {
    case 'heading':
      return (
        <>
          <FieldInput label={t('composer:heading')} value={block.text} onText={(text) => set({ text })} />
          <div className="two">
            <Choice
              label={t('composer:level')}
              value={String(block.level)}
              data={['1', '2', '3'].map((l) => ({ value: l, label: t(`composer:levels.${l}`) }))}
              onPick={(v) => set({ level: Number(v) as 1 | 2 | 3 })}
            />
            <AlignPicker value={block.align} onPick={(align) => set({ align })} />
          </div>
        </>
      )
    case 'text':
      return (
        <Suspense fallback={<Skeleton block={120} />}>
          <RichText key={block.id} doc={block.doc} onChange={(doc) => set({ doc })} />
        </Suspense>
      )
    case 'button':
      return (
        <>
          <FieldInput label={t('composer:label')} value={block.label} onText={(label) => set({ label })} />
          <TextInput
            label={t('composer:link_to')}
            type="url"
            placeholder="https://"
            value={block.href}
            onChange={(e) => set({ href: e.currentTarget.value })}
          />
          <AlignPicker value={block.align} onPick={(align) => set({ align })} />
        </>
      )
    case 'image':
      return <ImageEditor block={block} set={set} />
    case 'spacer':
      return (
        <TextInput
          type="number"
          min={4}
          max={200}
          label={t('composer:height')}
          value={block.height}
          onChange={(e) => set({ height: Number(e.currentTarget.value) || 4 })}
        />
      )
    case 'footer':
      return (
        <Textarea
          label={t('composer:footer')}
          description={t('composer:footer_text')}
          rows={2}
          value={block.text ?? ''}
          onChange={(e) => set({ text: e.currentTarget.value })}
        />
      )
    case 'columns':
      return (
        <>
          <NativeSelect
            label={t('composer:how_many')}
            value={String(block.columns.length)}
            data={['2', '3']}
            onChange={(e) => set(setColumns(block, e.currentTarget.value === '3' ? 3 : 2))}
          />
          {block.columns.map((column, i) => (
            <fieldset key={i} className={groupCss.group}>
              <legend className="small strong">{t('composer:column', { no: i + 1 })}</legend>
              <BlockList {...nested} blocks={column.blocks} place={{ columns: block.id, column: i }} />
            </fieldset>
          ))}
        </>
      )
    default:
      return <p className="muted">{t('composer:nothing_to_set')}</p>
  }
}
