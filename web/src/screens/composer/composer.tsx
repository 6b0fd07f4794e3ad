// The composer: the message's blocks as a list one can reorder by buttons or by dragging, one of them open for
// editing, beside the server's own rendering of it.
import { Button, NativeSelect, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconColumns,
  IconCopy,
  IconGripVertical,
  IconHeading,
  IconLetterT,
  IconLineDashed,
  IconPhoto,
  IconPlus,
  IconRectangle,
  IconSpacingVertical,
  IconTrash,
  IconWritingSign,
} from '@tabler/icons-react'
import { type DragEvent, lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { type BlockAlign, type BlockType, uploadImage } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { Card, IconButton, ProblemAlert, Skeleton } from '@/ui/kit'
import { Menu } from '@/ui/overlay'
import { Choice } from '@/ui/pick'
import {
  type Block,
  blockTypes,
  dropBefore,
  duplicateBlock,
  insertBlock,
  type Mail,
  moveBlock,
  newBlock,
  type Place,
  removeBlock,
  setColumns,
  summary,
  updateBlock,
} from './blocks'
import { FieldInput } from './field-input'
import { Preview } from './preview'

const RichText = lazy(() => import('./rich-text'))

const icons: Record<BlockType, typeof IconHeading> = {
  heading: IconHeading,
  text: IconLetterT,
  image: IconPhoto,
  button: IconRectangle,
  columns: IconColumns,
  divider: IconLineDashed,
  spacer: IconSpacingVertical,
  footer: IconWritingSign,
}

export function Composer(props: { mail: Mail; onChange: (mail: Mail) => void; subject?: string; preheader?: string }) {
  const { mail, onChange } = props
  const [open, setOpen] = useState<string | undefined>(mail.blocks[0]?.id)
  const [pane, setPane] = useState('edit')
  const blocks = (next: Block[]) => onChange({ ...mail, blocks: next })
  return (
    <div className="composer" data-pane={pane}>
      <div className="composer-switch">
        <SegmentedControl
          fullWidth
          aria-label={t('composer:pane')}
          value={pane}
          data={[
            { value: 'edit', label: t('edit') },
            { value: 'preview', label: t('preview') },
          ]}
          onChange={setPane}
        />
      </div>
      <div className="sections composer-edit">
        <Card title={t('composer:content')}>
          <BlockList
            blocks={mail.blocks}
            all={mail.blocks}
            place={{}}
            open={open}
            setOpen={setOpen}
            onChange={blocks}
          />
        </Card>
        <ThemeCard mail={mail} onChange={onChange} />
      </div>
      <div className="composer-preview">
        <Preview
          mail={mail}
          subject={props.subject}
          preheader={props.preheader}
          onSelect={(id) => {
            setOpen(id)
            setPane('edit')
          }}
        />
      </div>
    </div>
  )
}

interface ListProps {
  blocks: Block[]
  all: Block[]
  place: Place
  open: string | undefined
  setOpen: (id: string | undefined) => void
  onChange: (blocks: Block[]) => void
}

const DRAG = 'application/x-varde-block'

function BlockList({ blocks, all, place, open, setOpen, onChange }: ListProps) {
  const inColumn = place.columns !== undefined
  function add(type: BlockType) {
    const block = newBlock(type)
    // A new block goes above the footer, where it is nearly always wanted.
    const footer = blocks.findIndex((b) => b.type === 'footer')
    const index = footer >= 0 && type !== 'footer' ? footer : undefined
    onChange(insertBlock(all, block, place, index))
    setOpen(block.id)
  }
  return (
    <div className="stack-s">
      {blocks.length === 0 && <p className="muted">{t(inColumn ? 'composer:column_empty' : 'composer:empty')}</p>}
      <ul className="blocks">
        {blocks.map((block, i) => (
          <BlockItem
            key={block.id}
            block={block}
            first={i === 0}
            last={i === blocks.length - 1}
            all={all}
            open={open}
            setOpen={setOpen}
            onChange={onChange}
          />
        ))}
      </ul>
      <div className="left-menu">
        <Menu
          label={t(inColumn ? 'composer:add_to_column' : 'composer:add_block', {
            no: (place.column ?? 0) + 1,
          })}
          className="menu-button framed"
          button={
            <>
              <IconPlus size={16} aria-hidden /> {t('composer:add')}
            </>
          }
          items={blockTypes
            .filter((type) => !inColumn || (type !== 'columns' && type !== 'footer'))
            .map((type) => {
              const Icon = icons[type]
              return {
                label: t(`composer:types.${type}`),
                icon: <Icon size={16} aria-hidden />,
                run: () => add(type),
              }
            })}
        />
      </div>
    </div>
  )
}

function BlockItem(props: { block: Block; first: boolean; last: boolean } & Omit<ListProps, 'blocks' | 'place'>) {
  const { block, all, open, setOpen, onChange } = props
  const [over, setOver] = useState(false)
  const Icon = icons[block.type]
  const words = summary(block)
  const name = `${t(`composer:types.${block.type}`)}${words ? `: ${words.slice(0, 40)}` : ''}`
  const isOpen =
    open === block.id || (block.type === 'columns' && block.columns.some((c) => c.blocks.some((b) => b.id === open)))
  const set = (change: Partial<Block>) => onChange(updateBlock(all, block.id, (b) => ({ ...b, ...change }) as Block))

  function drop(event: DragEvent) {
    const id = event.dataTransfer.getData(DRAG)
    if (!id) return
    event.preventDefault()
    event.stopPropagation()
    setOver(false)
    onChange(dropBefore(all, id, block.id))
  }
  return (
    <li
      className={`block ${isOpen ? 'block-open' : ''} ${over ? 'block-over' : ''}`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAG)) return
        event.preventDefault()
        event.stopPropagation()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="block-head">
        <span
          className="grip"
          draggable
          aria-hidden
          onDragStart={(event) => {
            event.dataTransfer.setData(DRAG, block.id)
            event.dataTransfer.effectAllowed = 'move'
          }}
        >
          <IconGripVertical size={16} />
        </span>
        <button
          type="button"
          className="block-name"
          aria-expanded={isOpen}
          onClick={() => setOpen(isOpen ? undefined : block.id)}
        >
          <Icon size={16} aria-hidden />
          <span className="strong">{t(`composer:types.${block.type}`)}</span>
          <span className="muted block-words">{words}</span>
        </button>
        <span className="row handles">
          <IconButton
            label={t('move_named.up', { name })}
            disabled={props.first}
            onClick={() => onChange(moveBlock(all, block.id, -1))}
          >
            <IconArrowUp size={16} aria-hidden />
          </IconButton>
          <IconButton
            label={t('move_named.down', { name })}
            disabled={props.last}
            onClick={() => onChange(moveBlock(all, block.id, 1))}
          >
            <IconArrowDown size={16} aria-hidden />
          </IconButton>
          <IconButton label={t('composer:duplicate', { name })} onClick={() => onChange(duplicateBlock(all, block.id))}>
            <IconCopy size={16} aria-hidden />
          </IconButton>
          <IconButton label={t('remove_named', { name })} onClick={() => onChange(removeBlock(all, block.id))}>
            <IconTrash size={16} aria-hidden />
          </IconButton>
        </span>
      </div>
      {isOpen && (
        <div className="block-body">
          <BlockEditor block={block} set={set} nested={{ all, open, setOpen, onChange }} />
        </div>
      )}
    </li>
  )
}

function AlignPicker({ value, onPick }: { value: BlockAlign | undefined; onPick: (align: BlockAlign) => void }) {
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

function BlockEditor(props: {
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
            <fieldset key={i} className="group">
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

function ImageEditor({
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

function ThemeCard({ mail, onChange }: { mail: Mail; onChange: (mail: Mail) => void }) {
  const { theme } = mail
  const set = (change: Partial<Mail['theme']>) => onChange({ ...mail, theme: { ...theme, ...change } })
  return (
    <Card title={t('composer:look')}>
      <div className="two">
        {(['background', 'surface', 'text', 'accent'] as const).map((key) => (
          <label key={key} className="colour">
            <input
              type="color"
              value={theme[key] ?? undefined}
              onChange={(e) => set({ [key]: e.currentTarget.value })}
            />
            <span>
              {t(`composer:colours.${key}`)} <code className="muted">{theme[key]}</code>
            </span>
          </label>
        ))}
        <Choice
          label={t('composer:font')}
          value={theme.font}
          data={['sans', 'serif', 'mono'].map((f) => ({ value: f, label: t(`composer:fonts.${f}`) }))}
          onPick={(font) => set({ font })}
        />
      </div>
    </Card>
  )
}
