import type { ReactNode } from 'react'
import type { Form } from '@/client'
import { t } from '@/lib/i18n'
import { Link } from '@/ui/link'
import { Page } from '@/ui/page'
import tabsCss from '@/ui/tabs.module.css'
import { FormStateMark } from './forms'

const parts = [
  ['', 'build'],
  ['/results', 'results'],
  ['/answers', 'all_answers'],
] as const

/** Head and tabs that a form's three screens share. */
export function FormFrame(props: {
  form: Form | undefined
  id: string
  at: 'build' | 'results' | 'all_answers'
  actions?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  const { form, id } = props
  return (
    <Page
      title={form?.name ?? t('forms:one')}
      back={{ href: '/forms', label: t('forms:title') }}
      state={form && <FormStateMark state={form.state} />}
      actions={props.actions}
      wide={props.wide}
    >
      <nav className={tabsCss.tabs} aria-label={t('forms:parts')}>
        {parts.map(([tail, word]) => (
          <Link key={word} href={`/forms/${id}${tail}`} aria-current={word === props.at ? 'page' : undefined}>
            {t(`forms:tabs.${word}`)}
          </Link>
        ))}
      </nav>
      {props.children}
    </Page>
  )
}
