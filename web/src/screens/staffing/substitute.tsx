// One substitute: what they can, when they can, how to reach them, and where they have worked.

import { Button } from '@mantine/core'
import { IconCamera, IconDots, IconEdit, IconTrash, IconUserCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { useMay } from '@/app/session'
import { type BookingView, deleteSubstitute, getSubstituteOptions, type Substitute } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { forget, refresh } from '@/lib/queries'
import { currentZone, formatDay, wallToUtc } from '@/lib/time'
import { useParam, useUrl } from '@/lib/url'
import { Card, confirm, Empty, Facts, Loaded, Page, State, Tag, Time, toast } from '@/ui/kit'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Menu } from '@/ui/overlay'
import { DataTable } from '@/ui/table'
import { Availability } from './availability-card'
import { bookingsQuery, useNames, zoneOf } from './data'
import { Documents } from './documents-card'
import { Face } from './face'
import { countedMinutes, hoursIn } from './hours'
import { PictureForm, SubstituteEdit } from './later'
import { Reach } from './reach'
import { ShiftTimes } from './shift-card'
import { BookingStateMark } from './states'
import { duration } from './strategy'
import { addDays, dayIn, mondayOf, monthOf, monthSpan, today } from './week'
import './staffing.css'

export default function SubstituteScreen() {
  const id = useParam()
  const query = useQuery(getSubstituteOptions({ path: { id } }))
  if (!query.data)
    return (
      <Page title={t('staffing:substitute')} back={{ href: '/substitutes', label: t('staffing:substitutes.title') }}>
        <Loaded query={query} block={320}>
          {() => null}
        </Loaded>
      </Page>
    )
  return <View key={id} one={query.data} />
}

/** By what somebody is asked: a fixed line takes no messages. */
const reachWords = (one: Substitute) =>
  one.takes_sms
    ? 'staffing:reach_sms'
    : one.email
      ? one.phone
        ? 'staffing:reach_landline'
        : 'staffing:reach_mail'
      : one.phone
        ? 'staffing:reach_call'
        : 'staffing:reach_none'

function View({ one }: { one: Substitute }) {
  const may = useMay()
  const go = useGo()
  const [{ edit }, setUrl] = useUrl()
  const manage = may('staffing.manage')
  const history = useHistory(one.id)
  const [picture, setPicture] = useState(false)
  const face = <Face id={one.id} name={one.name} at={one.picture_at} large />
  return (
    <Page
      wide
      title={one.name}
      face={
        manage ? (
          <button
            type="button"
            className="face-button"
            aria-label={t(one.picture_at ? 'staffing:picture.change' : 'staffing:picture.add', { name: one.name })}
            title={t(one.picture_at ? 'staffing:picture.change' : 'staffing:picture.add', { name: one.name })}
            onClick={() => setPicture(true)}
          >
            {face}
            <span className="face-mark" aria-hidden>
              <IconCamera size={14} />
            </span>
          </button>
        ) : (
          face
        )
      }
      lead={
        <span className="reach-line">
          <Reach of={one} />
          <span className="small">{t(reachWords(one))}</span>
        </span>
      }
      back={{ href: '/substitutes', label: t('staffing:substitutes.title') }}
      actions={
        <>
          {may('persons.read') && (
            <LinkButton
              variant="default"
              href={`/persons/${one.id}`}
              leftSection={<IconUserCircle size={16} aria-hidden />}
            >
              {t('staffing:person_page')}
            </LinkButton>
          )}
          {manage && (
            <>
              <Button
                variant="default"
                leftSection={<IconEdit size={16} aria-hidden />}
                onClick={() => setUrl({ edit: '1' })}
              >
                {t('edit')}
              </Button>
              <Menu
                label={t('staffing:more')}
                className="menu-button framed"
                button={<IconDots size={18} aria-hidden />}
                items={[
                  {
                    label: t('staffing:substitutes.remove'),
                    danger: true,
                    icon: <IconTrash size={16} aria-hidden />,
                    run: () =>
                      confirm({
                        title: t('staffing:substitutes.remove_title', { name: one.name }),
                        body: t('staffing:substitutes.remove_body'),
                        label: t('staffing:substitutes.remove_label'),
                        run: async () => {
                          await ask(deleteSubstitute({ path: { id: one.id } }))
                          forget('getSubstitute', { path: { id: one.id } })
                          void refresh(['listSubstitutes', 'getSubstitute'])
                          toast('good', t('staffing:substitutes.removed', { name: one.name }))
                          go('/substitutes')
                        },
                      }),
                  },
                ]}
              />
            </>
          )}
        </>
      }
    >
      <div className="split shift-split">
        <div className="sections">
          <Availability id={one.id} write={manage} />
          <History bookings={history} />
        </div>
        <div className="sections">
          <Standing one={one} bookings={history.data?.items ?? []} />
          <Skills one={one} />
          <Documents id={one.id} write={manage} />
          <Places one={one} />
        </div>
      </div>
      <Suspense>
        {edit && manage && <SubstituteEdit one={one} close={() => setUrl({ edit: undefined })} />}
        {picture && <PictureForm one={one} close={() => setPicture(false)} />}
      </Suspense>
    </Page>
  )
}

/** Ten months back and two ahead: the most that one question may ask for. */
function useHistory(person: string) {
  const now = today()
  const from = wallToUtc(`${addDays(now, -300)}T00:00`)
  const until = wallToUtc(`${addDays(now, 65)}T00:00`)
  return useQuery(bookingsQuery({ from, until, person }))
}

function Standing({ one, bookings }: { one: Substitute; bookings: BookingView[] }) {
  const now = today()
  const zone = currentZone()
  const monday = mondayOf(now)
  const week = { from: wallToUtc(`${monday}T00:00`, zone), until: wallToUtc(`${addDays(monday, 7)}T00:00`, zone) }
  return (
    <Card title={t('staffing:standing')}>
      <Facts
        items={[
          [t('staffing:percent'), t('staffing:percent_of', { n: one.percent })],
          [
            t('staffing:hours_week'),
            <span key="w" className="num">
              {duration(hoursIn(bookings, week))}
            </span>,
          ],
          [
            t('staffing:hours_month'),
            <span key="m" className="num">
              {duration(hoursIn(bookings, monthSpan(monthOf(now), zone)))}
            </span>,
          ],
          [t('staffing:last_asked'), <Time key="a" at={one.last_asked_at} never={t('never')} />],
          [t('staffing:home'), t(one.latitude === undefined ? 'staffing:home_unknown' : 'staffing:home_known')],
        ]}
      />
    </Card>
  )
}

function Skills({ one }: { one: Substitute }) {
  const names = useNames()
  const now = today()
  return (
    <Card title={t('staffing:skills_and_pools')}>
      {one.skills.length ? (
        <ul className="plain-list">
          {one.skills.map((s) => {
            const over = s.expires_on && s.expires_on < now
            const soon = s.expires_on && !over && s.expires_on < addDays(now, 60)
            return (
              <li key={s.skill_id} className="row row-between">
                <span className="grow wrap">
                  {names.skills.get(s.skill_id) ?? '…'}{' '}
                  <span className="muted">{t('staffing:needs.level', { level: s.level ?? 1 })}</span>
                </span>
                {s.expires_on && (
                  <State tone={over ? 'bad' : soon ? 'warn' : 'good'}>
                    {t(over ? 'staffing:ran_out' : 'staffing:valid_until', {
                      day: formatDay(s.expires_on, { day: 'numeric', month: 'short', year: 'numeric' }),
                    })}
                  </State>
                )}
              </li>
            )
          })}
        </ul>
      ) : (
        <p className="muted">{t('staffing:no_skills')}</p>
      )}
      <div>
        <h3>{t('staffing:named.pools.title')}</h3>
        {one.pools.length ? (
          <span className="tags">
            {one.pools.map((p) => (
              <Tag key={p}>{names.pools.get(p) ?? '…'}</Tag>
            ))}
          </span>
        ) : (
          <p className="muted">{t('staffing:no_pools')}</p>
        )}
      </div>
    </Card>
  )
}

function Places({ one }: { one: Substitute }) {
  const names = useNames()
  if (!one.workplaces.length) return null
  return (
    <Card title={t('staffing:choices.title')}>
      <ul className="plain-list">
        {[...new Set(one.workplaces.map((w) => w.workplace_id))].map((id) => (
          <li key={id}>
            <div className="wrap">{names.places.get(id)?.name ?? '…'}</div>
            {one.workplaces
              .filter((w) => w.workplace_id === id)
              .map((w) => (
                <div key={w.kind}>
                  <State tone={w.kind === 'favourite' ? 'good' : 'warn'}>{t(`staffing:choices.${w.kind}`)}</State>
                </div>
              ))}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function History({ bookings }: { bookings: ReturnType<typeof useHistory> }) {
  const names = useNames()
  return (
    <Card title={t('staffing:history')} note={t('staffing:history_note')} flush>
      <Loaded query={bookings} block={160}>
        {({ items }) =>
          items.length ? (
            <DataTable
              label={t('staffing:history')}
              rows={[...items].reverse().slice(0, 100)}
              rowKey={(b) => b.id}
              columns={[
                {
                  key: 'when',
                  header: t('staffing:when'),
                  bare: true,
                  cell: (b) => (
                    <Link href={`/shifts/${b.shift_id}`}>
                      {formatDay(dayIn(b.starts_at, zoneOf(names.places, b)))}{' '}
                      <ShiftTimes shift={b} zone={zoneOf(names.places, b)} />
                    </Link>
                  ),
                },
                {
                  key: 'where',
                  header: t('staffing:workplace'),
                  cell: (b) => names.places.get(b.workplace_id)?.name ?? '…',
                },
                { key: 'state', header: t('staffing:state'), cell: (b) => <BookingStateMark state={b.state} /> },
                {
                  key: 'hours',
                  header: t('staffing:hours_title'),
                  number: true,
                  cell: (b) => duration(countedMinutes(b)),
                },
              ]}
            />
          ) : (
            <Empty title={t('staffing:history_none')}>{t('staffing:history_none_text')}</Empty>
          )
        }
      </Loaded>
    </Card>
  )
}
