// Rich text of one block. A chunk of its own: TipTap is most of what the composer weighs.

import { Button, TextInput } from '@mantine/core'
import { EditorContent, useEditor, useEditorState } from '@tiptap/react'
import StarterKit from '@tiptap/starter-kit'
import { type ReactNode, useState } from 'react'
import { t } from '@/lib/i18n'
import { nonce } from '@/lib/nonce'
import { IconButton } from '@/ui/icon-button'
import { IconBold, IconItalic, IconLink, IconLinkOff, IconList, IconListNumbers } from '@/ui/icons'
import type { RichNode } from './blocks'
import { FieldPicker } from './field-input'
import css from './rich-text.module.css'

export default function RichText({ doc, onChange }: { doc: RichNode; onChange: (doc: RichNode) => void }) {
  const [linking, setLinking] = useState<string>()
  const editor = useEditor({
    extensions: [
      StarterKit.configure({
        heading: false,
        codeBlock: false,
        code: false,
        blockquote: false,
        horizontalRule: false,
        strike: false,
        underline: false,
        link: { openOnClick: false, autolink: false, protocols: ['http', 'https', 'mailto', 'tel'] },
      }),
    ],
    content: doc,
    injectNonce: nonce(),
    editorProps: {
      attributes: {
        'aria-label': t('composer:text'),
        'aria-multiline': 'true',
        role: 'textbox',
        class: css.input!,
      },
    },
    onUpdate: ({ editor: e }) => onChange(e.getJSON() as RichNode),
  })
  const on = useEditorState({
    editor,
    selector: ({ editor: e }) => ({
      bold: e?.isActive('bold') ?? false,
      italic: e?.isActive('italic') ?? false,
      bullet: e?.isActive('bulletList') ?? false,
      ordered: e?.isActive('orderedList') ?? false,
      link: e?.isActive('link') ?? false,
    }),
  })
  if (!editor) return null
  const tool = (label: string, active: boolean, run: () => void, icon: ReactNode) => (
    <button type="button" className={css.tool} aria-pressed={active} aria-label={label} title={label} onClick={run}>
      {icon}
    </button>
  )
  return (
    <div className={css.rich}>
      <div className={css.tools} role="toolbar" aria-label={t('composer:formatting')}>
        {tool(
          t('composer:bold'),
          on.bold,
          () => editor.chain().focus().toggleBold().run(),
          <IconBold size={16} aria-hidden />,
        )}
        {tool(
          t('composer:italic'),
          on.italic,
          () => editor.chain().focus().toggleItalic().run(),
          <IconItalic size={16} aria-hidden />,
        )}
        {tool(
          t('composer:bullets'),
          on.bullet,
          () => editor.chain().focus().toggleBulletList().run(),
          <IconList size={16} aria-hidden />,
        )}
        {tool(
          t('composer:numbers'),
          on.ordered,
          () => editor.chain().focus().toggleOrderedList().run(),
          <IconListNumbers size={16} aria-hidden />,
        )}
        {tool(
          t('composer:link'),
          on.link,
          () => setLinking(String(editor.getAttributes('link').href ?? 'https://')),
          <IconLink size={16} aria-hidden />,
        )}
        {on.link && (
          <IconButton
            label={t('composer:unlink')}
            onClick={() => editor.chain().focus().extendMarkRange('link').unsetLink().run()}
          >
            <IconLinkOff size={16} aria-hidden />
          </IconButton>
        )}
        <FieldPicker
          label={t('composer:insert_into', { name: t('composer:text') })}
          onPick={(text) => editor.chain().focus().insertContent(text).run()}
        />
      </div>
      {linking !== undefined && (
        <div className="row inset">
          <TextInput
            className="grow"
            aria-label={t('composer:link_to')}
            type="url"
            value={linking}
            onChange={(e) => setLinking(e.currentTarget.value)}
            autoFocus
          />
          <Button
            size="xs"
            onClick={() => {
              editor.chain().focus().extendMarkRange('link').setLink({ href: linking }).run()
              setLinking(undefined)
            }}
          >
            {t('composer:set_link')}
          </Button>
          <Button size="xs" variant="default" onClick={() => setLinking(undefined)}>
            {t('cancel')}
          </Button>
        </div>
      )}
      <EditorContent editor={editor} />
    </div>
  )
}
