import { changePersonTags, type Person } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { Card } from '@/ui/card'
import { TagPicker } from '@/ui/pick-many'
import { Tag } from '@/ui/tag'
import { toastProblem } from '@/ui/toast'
import { refreshPerson } from './refresh'

export function Tags({ person, write }: { person: Person; write: boolean }) {
  async function change(next: string[]) {
    try {
      await ask(
        changePersonTags({
          path: { id: person.id },
          body: {
            add: next.filter((n) => !person.tags.includes(n)),
            remove: person.tags.filter((n) => !next.includes(n)),
          },
        }),
      )
      await refreshPerson(person.id)
      void refresh('listTags')
    } catch (error) {
      toastProblem(error)
    }
  }
  return (
    <Card title={t('people:tags')}>
      {write ? (
        <TagPicker label={t('people:tags_edit')} value={person.tags} onChange={(v) => void change(v)} />
      ) : (
        <div className="tags">
          {person.tags.map((name) => (
            <Tag key={name}>{name}</Tag>
          ))}
        </div>
      )}
    </Card>
  )
}
