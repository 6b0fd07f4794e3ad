// The register of those who can be asked: find one fast, by name or number, pool or skill.

import { Button } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import { addSubstitutes, listSubstitutesInfiniteOptions, type Substitute } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, usePools, useSkills } from '@/lib/lookups'
import { Problem } from '@/lib/problem'
import { refresh } from '@/lib/queries'
import { formatDate } from '@/lib/time'
import { useUrl } from '@/lib/url'
import { DialogForm } from '@/ui/dialog-form'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconPlus, IconUsersGroup } from '@/ui/icons'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Page } from '@/ui/page'
import { Choice, SearchBox } from '@/ui/pick'
import { PersonPicker, type PickedPerson, Several } from '@/ui/pick-many'
import { type Column, Pages, usePages } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { toast } from '@/ui/toast'
import { useNames } from './data'
import { Face } from './face'
import { Reach } from './reach'
import css from './substitutes.module.css'
import { today } from './week'

const SHOWN = 3

export default function Substitutes() {
  const may = useMay()
  const [url, setUrl] = useUrl()
  const pools = usePools()
  const skills = useSkills()
  const names = useNames()
  const [adding, setAdding] = useState(false)
  const filter = { q: url.q, pool: url.pool, skill: url.skill }
  const filtered = Object.values(filter).some(Boolean)
  const pages = usePages(listSubstitutesInfiniteOptions({ query: { ...filter, limit: 50 } }))
  const now = today()
  const columns: Column<Substitute>[] = [
    {
      key: 'name',
      header: t('staffing:person'),
      bare: true,
      width: 200,
      cell: (s) => (
        <span className={css.withFace}>
          <Face id={s.id} name={s.name} at={s.picture_at} />
          <Link href={`/substitutes/${s.id}`}>{s.name}</Link>
        </span>
      ),
    },
    { key: 'reach', header: t('staffing:reach'), cell: (s) => <Reach of={s} /> },
    {
      key: 'skills',
      header: t('staffing:named.skills.title'),
      cell: (s) => (
        <Some
          words={s.skills.map((k) => ({
            key: k.skill_id,
            text: `${names.skills.get(k.skill_id) ?? '…'}${k.expires_on && k.expires_on < now ? ` (${t('staffing:expired')})` : ''}`,
          }))}
        />
      ),
    },
    {
      key: 'pools',
      header: t('staffing:named.pools.title'),
      cell: (s) => <Some words={s.pools.map((p) => ({ key: p, text: names.pools.get(p) ?? '…' }))} />,
    },
    {
      key: 'percent',
      header: t('staffing:percent'),
      number: true,
      cell: (s) => (s.percent ? t('staffing:percent_of', { n: s.percent }) : <span className="muted">–</span>),
    },
    {
      key: 'asked',
      header: t('staffing:last_asked'),
      cell: (s) =>
        s.last_asked_at ? (
          <span className="nowrap">{formatDate(s.last_asked_at)}</span>
        ) : (
          <span className="muted">{t('never')}</span>
        ),
    },
  ]
  const add = may('staffing.manage') && may('persons.read') && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      {t('staffing:substitutes.add')}
    </Button>
  )
  return (
    <Page wide title={t('staffing:substitutes.title')} lead={t('staffing:substitutes.lead')} actions={add}>
      <div className={filtersCss.filters}>
        <SearchBox
          label={t('staffing:substitutes.find')}
          placeholder={t('person_placeholder')}
          value={url.q}
          onSearch={(q) => setUrl({ q })}
        />
        <Choice
          label={t('staffing:pool')}
          empty={t('any')}
          value={url.pool}
          data={options(pools.data?.items)}
          onPick={(pool) => setUrl({ pool })}
        />
        <Choice
          label={t('staffing:skill')}
          empty={t('any')}
          value={url.skill}
          data={options(skills.data?.items)}
          onPick={(skill) => setUrl({ skill })}
        />
      </div>
      <Pages
        pages={pages}
        label={t('staffing:substitutes.title')}
        columns={columns}
        rowKey={(s) => s.id}
        empty={
          filtered ? (
            <Empty
              icon={<IconUsersGroup aria-hidden />}
              title={t('nobody_found')}
              action={
                <LinkButton variant="default" href="/substitutes">
                  {t('staffing:clear_filters')}
                </LinkButton>
              }
            >
              {t('staffing:substitutes.none_such')}
            </Empty>
          ) : (
            <Empty
              icon={<IconUsersGroup aria-hidden />}
              title={t('staffing:substitutes.none')}
              action={add || undefined}
            >
              {t('staffing:substitutes.none_text')}
            </Empty>
          )
        }
      />
      {adding && <Add close={() => setAdding(false)} />}
    </Page>
  )
}

function Some({ words }: { words: { key: string; text: string }[] }) {
  if (!words.length) return <span className="muted">–</span>
  return (
    <span className="tags">
      {words.slice(0, SHOWN).map((w) => (
        <Tag key={w.key}>{w.text}</Tag>
      ))}
      {words.length > SHOWN && (
        <span
          className="muted"
          title={words
            .slice(SHOWN)
            .map((w) => w.text)
            .join(', ')}
        >
          +{words.length - SHOWN}
        </span>
      )}
    </span>
  )
}

function Add({ close }: { close: () => void }) {
  const go = useGo()
  const pools = usePools()
  const form = useForm({ persons: [] as PickedPerson[], pools: [] as string[] }, { fields: ['pools'] })
  const { persons } = form.values
  return (
    <DialogForm
      open
      title={t('staffing:substitutes.add')}
      label={t('staffing:substitutes.add_label')}
      form={form}
      onClose={close}
      send={async (v) => {
        const only = v.persons[0]
        if (!only) throw new Problem({ status: 422, detail: t('staffing:substitutes.choose') })
        await ask(addSubstitutes({ body: { person_ids: v.persons.map((p) => p.id), pools: v.pools } }))
        await refresh(['listSubstitutes', 'getSubstitute'])
        toast('good', t('staffing:substitutes.added', { count: v.persons.length, name: only.name }))
        if (v.persons.length === 1) go(`/substitutes/${only.id}`)
      }}
    >
      <PersonPicker
        key={persons.length}
        label={t('staffing:person')}
        description={t('staffing:substitutes.add_text')}
        value={undefined}
        onPick={(p) => p && !persons.some((o) => o.id === p.id) && form.set('persons', [...persons, p])}
      />
      {persons.length > 0 && (
        <div className="tags">
          {persons.map((p) => (
            <Tag
              key={p.id}
              removeLabel={t('remove_named', { name: p.name })}
              onRemove={() =>
                form.set(
                  'persons',
                  persons.filter((o) => o.id !== p.id),
                )
              }
            >
              {p.name}
            </Tag>
          ))}
        </div>
      )}
      <Several
        label={t('staffing:named.pools.title')}
        data={options(pools.data?.items)}
        value={form.values.pools}
        empty={t('none')}
        onChange={(ids) => form.set('pools', ids)}
      />
    </DialogForm>
  )
}
