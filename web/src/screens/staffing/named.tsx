// Skills, pools and kinds of documents: names that others refer to, and how many have them.

import { TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import {
  createDocumentKind,
  createPool,
  createSkill,
  deleteDocumentKind,
  deletePool,
  deleteSkill,
  listDocumentKindsOptions,
  listPoolsOptions,
  listSkillsOptions,
  type Named,
  updateDocumentKind,
  updatePool,
  updateSkill,
} from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { queries } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import { IconCertificate, IconFileCertificate, IconUsersGroup } from '@/ui/icons'
import { Link } from '@/ui/link'
import { ListPage } from '@/ui/list-page'
import type { Column } from '@/ui/table'

const calls = {
  skills: {
    one: 'skill',
    icon: IconCertificate,
    list: listSkillsOptions,
    create: createSkill,
    update: updateSkill,
    remove: deleteSkill,
  },
  pools: {
    one: 'pool',
    icon: IconUsersGroup,
    list: listPoolsOptions,
    create: createPool,
    update: updatePool,
    remove: deletePool,
  },
  document_kinds: {
    one: undefined,
    icon: IconFileCertificate,
    list: listDocumentKindsOptions,
    create: createDocumentKind,
    update: updateDocumentKind,
    remove: deleteDocumentKind,
  },
}
type What = keyof typeof calls

export function NamedThings({ what }: { what: What }) {
  const { one, icon: Icon, list, remove } = calls[what]
  const columns: Column<Named>[] = [
    {
      key: 'name',
      header: t('staffing:name'),
      bare: true,
      cell: (n) =>
        one ? <Link href={`/substitutes?${one}=${n.id}`}>{n.name}</Link> : <span className="strong">{n.name}</span>,
    },
    { key: 'persons', header: t('staffing:substitutes.title'), number: true, cell: (n) => formatNumber(n.persons) },
  ]
  return (
    <ListPage
      list={list()}
      title={t(`staffing:named.${what}.title`)}
      lead={t(`staffing:named.${what}.lead`)}
      columns={columns}
      name={(n) => n.name}
      empty={[<Icon key="i" aria-hidden />, t(`staffing:named.${what}.none`), t(`staffing:named.${what}.none_text`)]}
      write={useMay()('staffing.manage')}
      make={t(`staffing:named.${what}.new`)}
      editable
      form={(named, close) => <Edit key={named?.id} what={what} named={named} close={close} />}
      remove={(n) => ({
        title: t(`staffing:named.${what}.delete_title`, { name: n.name }),
        body: t(`staffing:named.${what}.delete_body`, { count: n.persons }),
        label: t(`staffing:named.${what}.delete_label`),
        done: t('staffing:named_deleted', { name: n.name }),
        run: () => ask(remove({ path: { id: n.id } })),
      })}
    />
  )
}

function Edit({ what, named, close }: { what: What; named?: Named; close: () => void }) {
  const { list, create, update } = calls[what]
  const form = useForm({ name: named?.name ?? '' }, { draft: `${what}-${named?.id ?? 'new'}` })
  return (
    <DialogForm
      open
      title={named ? t('edit_named', { name: named.name }) : t(`staffing:named.${what}.new`)}
      label={named ? undefined : t('create')}
      form={form}
      onClose={close}
      send={async (body) => {
        await ask(named ? update({ path: { id: named.id }, body }) : create({ body }))
        await queries.invalidateQueries({ queryKey: list().queryKey })
      }}
    >
      <TextInput label={t('staffing:name')} required autoFocus maxLength={80} {...form.text('name')} />
    </DialogForm>
  )
}
