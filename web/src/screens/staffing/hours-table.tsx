// Hours as planned, as the person said, and as the office confirmed them. Both have to say the same: whoever changes
// them takes the other's confirmation back.

import { Button, Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import { type BookingView, confirmHours, confirmManyHours } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { formatDay, utcToWall, wallToUtc } from '@/lib/time'
import { oneOf, useUrl } from '@/lib/url'
import cardCss from '@/ui/card.module.css'
import { DialogForm } from '@/ui/dialog-form'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import { IconClockCheck } from '@/ui/icons'
import { Link } from '@/ui/link'
import { Choice } from '@/ui/pick'
import { State, type Tone } from '@/ui/state'
import { DataTable } from '@/ui/table'
import tableCss from '@/ui/table.module.css'
import { toast, toastProblem } from '@/ui/toast'
import { useNames, zoneOf } from './data'
import { awaitsOffice, countedMinutes, type HoursState, hoursState } from './hours'
import css from './hours-table.module.css'
import { ShiftTimes } from './shift-card'
import { duration } from './strategy'
import { dayIn } from './week'

const tones: Record<HoursState, Tone> = { coming: 'idle', none: 'warn', person: 'warn', office: 'busy', both: 'good' }
const which = ['due', 'all'] as const
const STEP = 100

export function HoursTable({ bookings }: { bookings: BookingView[] }) {
  const may = useMay()
  const [url, setUrl] = useUrl()
  const names = useNames()
  const [shown, setShown] = useState(STEP)
  const [editing, setEditing] = useState<BookingView>()
  const [busy, setBusy] = useState<string>()
  const [many, setMany] = useState(false)
  const now = Date.now()
  const filter = oneOf(which, url.hours) ?? 'due'
  const booked = bookings.filter((b) => b.state === 'booked')
  const due = booked.filter((b) => awaitsOffice(b, now))
  const rows = filter === 'all' ? booked : due
  async function confirmAsSaid(b: BookingView) {
    setBusy(b.id)
    try {
      await ask(
        confirmHours({
          path: { id: b.id },
          body: { from: b.worked_from ?? b.starts_at, until: b.worked_until ?? b.ends_at },
        }),
      )
      await refresh('listBookings')
      toast('good', t('staffing:hours_page.confirmed'))
    } catch (error) {
      toastProblem(error)
    } finally {
      setBusy(undefined)
    }
  }
  return (
    <>
      <div className={filtersCss.filters}>
        <Choice
          className={filtersCss.wide}
          label={t('staffing:hours_page.show')}
          value={filter}
          data={which.map((w) => ({ value: w, label: t(`staffing:hours_page.which.${w}`) }))}
          onPick={(w) => setUrl({ hours: w === 'due' ? undefined : w })}
        />
        {may('shifts.write') && due.length > 1 && (
          <Button variant="default" onClick={() => setMany(true)}>
            {t('staffing:hours_page.many')}
          </Button>
        )}
      </div>
      <div className={`${cardCss.card} ${cardCss.flush}`}>
        {rows.length ? (
          <>
            <DataTable
              label={t('staffing:calendar.view.hours')}
              rows={rows.slice(0, shown)}
              rowKey={(b) => b.id}
              columns={[
                {
                  key: 'who',
                  header: t('staffing:person'),
                  bare: true,
                  cell: (b) => <Link href={`/substitutes/${b.person_id}`}>{b.name ?? t('no_name')}</Link>,
                },
                {
                  key: 'planned',
                  header: t('staffing:calendar.planned'),
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
                {
                  key: 'worked',
                  header: t('staffing:calendar.worked'),
                  cell: (b) =>
                    b.worked_from && b.worked_until ? (
                      <ShiftTimes
                        shift={{ starts_at: b.worked_from, ends_at: b.worked_until }}
                        zone={zoneOf(names.places, b)}
                      />
                    ) : (
                      <span className="muted">{t('staffing:hours_page.nothing_said')}</span>
                    ),
                },
                {
                  key: 'sum',
                  header: t('staffing:hours_title'),
                  number: true,
                  cell: (b) => duration(countedMinutes(b)),
                },
                {
                  key: 'state',
                  header: t('staffing:state'),
                  cell: (b) => {
                    const state = hoursState(b, now)
                    return <State tone={tones[state]}>{t(`staffing:hours_page.states.${state}`)}</State>
                  },
                },
                {
                  key: 'do',
                  header: '',
                  bare: true,
                  width: 200,
                  cell: (b) =>
                    may('shifts.write') && Date.parse(b.starts_at) < now ? (
                      <span className={css.buttons}>
                        {awaitsOffice(b, now) && (
                          <Button
                            size="xs"
                            variant="default"
                            aria-label={t('staffing:hours_page.confirm_named', { name: b.name })}
                            loading={busy === b.id}
                            onClick={() => void confirmAsSaid(b)}
                          >
                            {t('staffing:hours_page.confirm')}
                          </Button>
                        )}
                        <Button
                          size="xs"
                          variant="default"
                          aria-label={t('staffing:hours_page.change_named', { name: b.name })}
                          onClick={() => setEditing(b)}
                        >
                          {t('staffing:hours_page.change')}
                        </Button>
                      </span>
                    ) : null,
                },
              ]}
            />
            {rows.length > shown && (
              <footer className={tableCss.foot}>
                <span>{t('shown_of', { shown, total: rows.length })}</span>
                <Button variant="default" size="xs" onClick={() => setShown(shown + STEP)}>
                  {t('show_more')}
                </Button>
              </footer>
            )}
          </>
        ) : (
          <Empty icon={<IconClockCheck aria-hidden />} title={t('staffing:hours_page.none')}>
            {t('staffing:hours_page.none_text')}
          </Empty>
        )}
      </div>
      {many && <Many due={due} close={() => setMany(false)} />}
      {editing && <Edit booking={editing} zone={zoneOf(names.places, editing)} close={() => setEditing(undefined)} />}
    </>
  )
}

const MOST = 1000

/** Those that the person confirmed; and, when wanted, those of whom nobody said anything, as planned. */
function Many({ due, close }: { due: BookingView[]; close: () => void }) {
  const said = due.filter((b) => b.person_confirmed_at)
  const form = useForm({ all: said.length === 0 })
  const silent = due.length - said.length
  return (
    <DialogForm
      open
      title={t('staffing:hours_page.many_title')}
      label={t('staffing:hours_page.many_do', { count: Math.min(MOST, form.values.all ? due.length : said.length) })}
      form={form}
      onClose={close}
      send={async (v) => {
        const seen = (v.all ? due : said)
          .slice(0, MOST)
          .map((b) => ({ id: b.id, from: b.worked_from ?? b.starts_at, until: b.worked_until ?? b.ends_at }))
        const { confirmed } = await ask(confirmManyHours({ body: { bookings: seen } }))
        await refresh('listBookings')
        const left = seen.length - confirmed
        toast(
          left ? 'warn' : 'good',
          t('staffing:hours_page.many_done', { count: confirmed }) +
            (left ? ` ${t('staffing:hours_page.many_left', { count: left })}` : ''),
        )
      }}
    >
      <p>
        {said.length
          ? t('staffing:hours_page.many_said', { count: said.length })
          : t('staffing:hours_page.many_planned', { count: silent })}
      </p>
      {said.length > 0 && silent > 0 && (
        <Checkbox label={t('staffing:hours_page.many_silent', { count: silent })} {...form.check('all')} />
      )}
    </DialogForm>
  )
}

function Edit({ booking, zone, close }: { booking: BookingView; zone: string; close: () => void }) {
  const form = useForm({
    from: utcToWall(booking.worked_from ?? booking.starts_at, zone),
    until: utcToWall(booking.worked_until ?? booking.ends_at, zone),
  })
  return (
    <DialogForm
      open
      title={t('staffing:hours_page.title', { name: booking.name ?? t('no_name') })}
      label={t('staffing:hours_page.confirm')}
      form={form}
      onClose={close}
      send={async (v) => {
        await ask(
          confirmHours({
            path: { id: booking.id },
            body: { from: wallToUtc(v.from, zone), until: wallToUtc(v.until, zone) },
          }),
        )
        await refresh('listBookings')
        toast('good', t('staffing:hours_page.confirmed'))
      }}
    >
      <p className="muted">
        {t(booking.person_confirmed_at ? 'staffing:hours_page.takes_back' : 'staffing:hours_page.text')}
      </p>
      <div className="two">
        <TextInput
          type="datetime-local"
          required
          label={t('staffing:dialog.from')}
          description={t('staffing:dialog.zone', { zone })}
          {...form.text('from')}
        />
        <TextInput type="datetime-local" required label={t('staffing:dialog.until')} {...form.text('until')} />
      </div>
    </DialogForm>
  )
}
