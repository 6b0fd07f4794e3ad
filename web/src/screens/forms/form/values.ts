import type { Form, FormField } from '@/client'

export interface Values {
  name: string
  slug: string
  title: string
  intro: string
  thanks_text: string
  list_id: string
  purpose_id: string
  tags: string[]
  fields: FormField[]
}

export const read = (f: Form): Values => ({
  name: f.name,
  slug: f.slug,
  title: f.title,
  intro: f.intro ?? '',
  thanks_text: f.thanks_text,
  list_id: f.list_id ?? '',
  purpose_id: f.purpose_id ?? '',
  tags: f.tags,
  fields: f.fields,
})
