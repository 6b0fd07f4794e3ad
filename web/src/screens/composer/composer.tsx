// The composer: the message's blocks as a list one can reorder by buttons or by dragging, one of them open for
// editing, beside the server's own rendering of it.

import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { t } from '@/lib/i18n'
import { Card } from '@/ui/card'
import colourCss from '@/ui/colour.module.css'
import { Choice } from '@/ui/pick'
import { BlockList } from './block-list'
import type { Block, Mail } from './blocks'
import css from './composer.module.css'
import { Preview } from './preview'

export function Composer(props: { mail: Mail; onChange: (mail: Mail) => void; subject?: string; preheader?: string }) {
  const { mail, onChange } = props
  const [open, setOpen] = useState<string | undefined>(mail.blocks[0]?.id)
  const [pane, setPane] = useState('edit')
  const blocks = (next: Block[]) => onChange({ ...mail, blocks: next })
  return (
    <div className={css.composer} data-pane={pane}>
      <div className={css.switch}>
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
      <div className={`sections ${css.edit}`}>
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
      <div className={css.preview}>
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

function ThemeCard({ mail, onChange }: { mail: Mail; onChange: (mail: Mail) => void }) {
  const { theme } = mail
  const set = (change: Partial<Mail['theme']>) => onChange({ ...mail, theme: { ...theme, ...change } })
  return (
    <Card title={t('composer:look')}>
      <div className="two">
        {(['background', 'surface', 'text', 'accent'] as const).map((key) => (
          <label key={key} className={colourCss.colour}>
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
