import type { Attribute, Person } from '@/client'
import { t } from '@/lib/i18n'
import { formatDate } from '@/lib/time'
import { Card } from '@/ui/card'
import { Facts } from '@/ui/facts'
import { Time } from '@/ui/time'

export function Details({ person, attributes }: { person: Person; attributes: Attribute[] }) {
  const shown = attributes.filter((a) => person.attributes[a.key] !== undefined && person.attributes[a.key] !== null)
  const dash = <span className="muted">–</span>
  return (
    <Card title={t('people:details')}>
      <Facts
        items={[
          [t('people:email'), person.email || dash],
          [t('people:phone'), person.phone || dash],
          [t('people:language'), person.language || dash],
          [t('people:time_zone'), person.time_zone || dash],
          ...shown.map((a): [string, string] => [a.label, showValue(a, person.attributes[a.key] ?? null)]),
          [t('people:since'), <Time key="c" at={person.created_at} />],
          [t('people:updated'), <Time key="u" at={person.updated_at} />],
        ]}
      />
    </Card>
  )
}

export function showValue(a: Attribute, value: string | number | boolean | null): string {
  if (value === null) return '–'
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (a.type === 'date') return formatDate(String(value))
  return String(value)
}
