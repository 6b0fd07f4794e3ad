import { type DragEvent, useState } from 'react'
import type { BlockType } from '@/client'
import { t } from '@/lib/i18n'
import blockCss from '@/ui/block.module.css'
import { IconButton } from '@/ui/icon-button'
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
} from '@/ui/icons'
import { Menu } from '@/ui/menu'
import { BlockEditor } from './block-editor'
import {
  type Block,
  blockTypes,
  dropBefore,
  duplicateBlock,
  insertBlock,
  moveBlock,
  newBlock,
  type Place,
  removeBlock,
  summary,
  updateBlock,
} from './blocks'

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

export interface ListProps {
  blocks: Block[]
  all: Block[]
  place: Place
  open: string | undefined
  setOpen: (id: string | undefined) => void
  onChange: (blocks: Block[]) => void
}

const DRAG = 'application/x-varde-block'

export function BlockList({ blocks, all, place, open, setOpen, onChange }: ListProps) {
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
      <ul className={blockCss.blocks}>
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
      <div>
        <Menu
          start
          label={t(inColumn ? 'composer:add_to_column' : 'composer:add_block', {
            no: (place.column ?? 0) + 1,
          })}
          framed
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
      className={`${blockCss.block} ${isOpen ? blockCss.open : ''} ${over ? blockCss.over : ''}`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAG)) return
        event.preventDefault()
        event.stopPropagation()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className={blockCss.head}>
        <span
          className={blockCss.grip}
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
          className={`${blockCss.name} ${blockCss.lines}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(isOpen ? undefined : block.id)}
        >
          <Icon size={16} aria-hidden />
          <span className="strong">{t(`composer:types.${block.type}`)}</span>
          <span className={`muted ${blockCss.words}`}>{words}</span>
        </button>
        <span className={`row ${blockCss.handles}`}>
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
        <div className={blockCss.body}>
          <BlockEditor block={block} set={set} nested={{ all, open, setOpen, onChange }} />
        </div>
      )}
    </li>
  )
}
