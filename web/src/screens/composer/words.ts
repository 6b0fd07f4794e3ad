// Where in a message something is wrong, in the words of the composer's own screen.
import { t } from '@/lib/i18n'
import { type Block, ordinal } from './blocks'

const fields: Record<string, string> = {
  text: 'composer:text',
  label: 'composer:label',
  href: 'composer:link_to',
  alt: 'composer:alt',
  width: 'composer:width',
  height: 'composer:height',
  level: 'composer:level',
}

/** `/document/blocks/0/href` as “Button block 1, Link to”; nothing where the pointer leads to no block. */
export function placeInWords(blocks: Block[], pointer: string): string | undefined {
  const block = ordinal(blocks, pointer)
  if (!block) return undefined
  const place = t('composer:nth', { type: t(`composer:types.${block.type}`), no: block.no })
  const field = fields[block.field]
  return field ? `${place}, ${t(field)}` : place
}
