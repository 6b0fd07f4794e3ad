// Who works when: a month of bookings by workplace or by person, and the hours that were worked.

import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '@/app/session'
import type { BookingView, Separator } from '@/client'
import { every } from '@/lib/every'
import { t } from '@/lib/i18n'
import { options, useWorkplaces } from '@/lib/lookups'
import { currentZone, formatDay, formatNumber, utcToWall } from '@/lib/time'
import { oneOf, useUrl } from '@/lib/url'
import { Card } from '@/ui/card'
import cardCss from '@/ui/card.module.css'
import { Empty } from '@/ui/empty'
import { Figure } from '@/ui/figure'
import figureCss from '@/ui/figure.module.css'
import filtersCss from '@/ui/filters.module.css'
import gridTableCss from '@/ui/grid-table.module.css'
import { IconCalendarOff, IconDownload } from '@/ui/icons'
import { Link, LinkButton } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Menu } from '@/ui/menu'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { DataTable } from '@/ui/table'
import tabsCss from '@/ui/tabs.module.css'
import css from './calendar.module.css'
import { bookingsQuery, useLiveBoard, useNames, zoneOf } from './data'
import { MonthHead } from './day-picker'
import { awaitsOffice, countedMinutes, type MonthRow, monthRows, plannedMinutes, workedMinutes } from './hours'
import { HoursTable } from './hours-table'
import { ShiftTimes } from './shift-card'
import { duration } from './strategy'
import { dayIn, daysOfMonth, isMonth, monthOf, monthSpan, today, weekday } from './week'

const separators = every<Separator>()(['semicolon', 'comma', 'tab'])
const views = ['workplace', 'person', 'hours'] as const

export default function Calendar() {
  const [url, setUrl] = useUrl()
  const may = useMay()
  const workplaces = useWorkplaces()
  const view = oneOf(views, url.view) ?? 'workplace'
  const month = isMonth(url.month) ? url.month : monthOf(today())
  const span = monthSpan(month, currentZone())
  const bookings = useQuery(bookingsQuery({ ...span, workplace: url.workplace }))
  useLiveBoard()
  const csv = `/api/v1/bookings.csv?${new URLSearchParams({ ...span, ...(url.workplace ? { workplace: url.workplace } : {}) })}`
  const href = (v: (typeof views)[number]) => {
    const search = new URLSearchParams({ view: v })
    for (const key of ['month', 'workplace'] as const) if (url[key]) search.set(key, url[key])
    return `/staffing/calendar?${search}`
  }
  return (
    <Page
      wide
      title={t('staffing:calendar.title')}
      lead={t('staffing:calendar.lead')}
      actions={
        may('persons.export') && (
          <Menu
            label={t('staffing:calendar.export')}
            framed
            button={
              <>
                <IconDownload size={16} aria-hidden /> {t('staffing:calendar.export')}
              </>
            }
            items={separators.map((separator) => ({
              label: t(`staffing:calendar.separators.${separator}`),
              run: () => location.assign(`${csv}&separator=${separator}`),
            }))}
          />
        )
      }
    >
      <div className={filtersCss.filters}>
        <MonthHead
          month={month}
          onPick={(m) => setUrl({ month: m === monthOf(today()) ? undefined : m, row: undefined })}
        />
        <Choice
          label={t('staffing:workplace')}
          empty={t('any')}
          value={url.workplace}
          data={options(workplaces.data?.items)}
          onPick={(workplace) => setUrl({ workplace, row: undefined })}
        />
      </div>
      <nav className={tabsCss.tabs} aria-label={t('staffing:calendar.views')}>
        {views.map((v) => (
          <Link key={v} href={href(v)} aria-current={v === view ? 'page' : undefined}>
            {t(`staffing:calendar.view.${v}`)}
          </Link>
        ))}
      </nav>
      <Loaded query={bookings} block={420}>
        {({ items }) =>
          items.length ? (
            <>
              <Sums bookings={items} />
              {view === 'hours' ? <HoursTable bookings={items} /> : <Month month={month} by={view} bookings={items} />}
            </>
          ) : (
            <div className={cardCss.card}>
              <Empty
                icon={<IconCalendarOff aria-hidden />}
                title={t('staffing:calendar.none')}
                action={
                  <LinkButton variant="default" href="/shifts">
                    {t('staffing:board.title')}
                  </LinkButton>
                }
              >
                {t('staffing:calendar.none_text')}
              </Empty>
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}

function Sums({ bookings }: { bookings: BookingView[] }) {
  const booked = bookings.filter((b) => b.state === 'booked')
  const sum = (of: (b: BookingView) => number) => duration(booked.reduce((n, b) => n + of(b), 0))
  const due = booked.filter((b) => awaitsOffice(b, Date.now())).length
  return (
    <div className={figureCss.figures}>
      <Figure label={t('staffing:bookings.title')} value={formatNumber(booked.length)} />
      <Figure label={t('staffing:calendar.planned')} value={sum(plannedMinutes)} />
      <Figure
        label={t('staffing:calendar.worked')}
        value={sum((b) => workedMinutes(b, Date.now()))}
        note={t('staffing:calendar.worked_note')}
      />
      <Figure label={t('staffing:calendar.due')} value={formatNumber(due)} />
    </div>
  )
}

function Month({ month, by, bookings }: { month: string; by: 'workplace' | 'person'; bookings: BookingView[] }) {
  const [url, setUrl] = useUrl()
  const names = useNames()
  const phone = useMediaQuery('(max-width: 859px)', undefined, { getInitialValueInEffect: false })
  const days = daysOfMonth(month)
  const rows = monthRows(
    bookings,
    days.length,
    (b) => (by === 'workplace' ? b.workplace_id : b.person_id),
    (b) => (by === 'workplace' ? names.places.get(b.workplace_id)?.name : b.name) ?? '…',
    (b) => {
      const day = dayIn(b.starts_at, zoneOf(names.places, b))
      return monthOf(day) === month ? Number(day.slice(8)) : undefined
    },
  )
  const open = rows.find((r) => r.key === url.row)
  const pick = (row: MonthRow) => setUrl({ row: row.key === url.row ? undefined : row.key })
  const now = today()
  return (
    <>
      {phone ? (
        <div className={`${cardCss.card} ${cardCss.flush}`}>
          <ul className={`plain-list ${css.sums}`}>
            {rows.map((r) => (
              <li key={r.key}>
                <button type="button" className={css.sum} aria-expanded={r === open} onClick={() => pick(r)}>
                  <span className="grow wrap">{r.name}</span>
                  <span className="num muted">{t('staffing:calendar.shifts', { count: r.count })}</span>
                  <strong className="num nowrap">{duration(r.minutes)}</strong>
                </button>
                {r === open && <Details row={r} by={by} />}
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <section
          className={`${cardCss.card} ${cardCss.flush} ${gridTableCss.scroller}`}
          tabIndex={0}
          aria-label={t('staffing:calendar.title')}
        >
          <table className={css.matrix} aria-label={t('staffing:calendar.title')}>
            <thead>
              <tr>
                <th scope="col" className={css.name}>
                  {t(by === 'workplace' ? 'staffing:workplace' : 'staffing:person')}
                </th>
                {days.map((d) => (
                  <th key={d} scope="col" className={`${weekday(d) > 5 ? css.rest : ''} ${d === now ? css.today : ''}`}>
                    <span aria-hidden>{Number(d.slice(8))}</span>
                    <span className="sr">{formatDay(d)}</span>
                  </th>
                ))}
                <th scope="col" className="num">
                  {t('staffing:hours_title')}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((r) => (
                <tr key={r.key} className={r === open ? css.open : undefined}>
                  <th scope="row" className={css.name}>
                    <button type="button" className="link-button" aria-expanded={r === open} onClick={() => pick(r)}>
                      {r.name}
                    </button>
                  </th>
                  {r.days.map((cell, i) => (
                    <td
                      key={days[i]}
                      className={`${cell.length ? css.on : ''} ${weekday(days[i]!) > 5 ? css.rest : ''}`}
                      title={cell.map((b) => titleOf(b, by, names)).join('\n') || undefined}
                    >
                      {cell.length > 0 && cell.length}
                    </td>
                  ))}
                  <td className="num nowrap">{duration(r.minutes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {!phone && open && (
        <Card title={open.name} flush>
          <Details row={open} by={by} />
        </Card>
      )}
      {!phone && !open && <p className="muted small">{t('staffing:calendar.open_row')}</p>}
    </>
  )
}

function titleOf(b: BookingView, by: 'workplace' | 'person', names: ReturnType<typeof useNames>): string {
  const zone = zoneOf(names.places, b)
  const other = by === 'workplace' ? b.name : names.places.get(b.workplace_id)?.name
  const clock = (at: string) => utcToWall(at, zone).slice(11)
  return `${clock(b.starts_at)}–${clock(b.ends_at)} ${other ?? ''}`
}

function Details({ row, by }: { row: MonthRow; by: 'workplace' | 'person' }) {
  const names = useNames()
  return (
    <DataTable
      label={row.name}
      rows={row.days.flat()}
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
        by === 'workplace'
          ? {
              key: 'who',
              header: t('staffing:person'),
              cell: (b) => <Link href={`/substitutes/${b.person_id}`}>{b.name ?? t('no_name')}</Link>,
            }
          : {
              key: 'where',
              header: t('staffing:workplace'),
              cell: (b) => names.places.get(b.workplace_id)?.name ?? '…',
            },
        { key: 'hours', header: t('staffing:hours_title'), number: true, cell: (b) => duration(countedMinutes(b)) },
      ]}
    />
  )
}
