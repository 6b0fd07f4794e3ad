// One shift while it is being filled: what and where, how it stands and what comes next, who is booked, who was asked
// and what they said, and who could be asked, each with the reason. Everything follows live.

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect, useRef, useState } from 'react'
import { useMay } from '@/app/session'
import {
  cancelShift,
  deleteShift,
  getShiftOptions,
  listCandidatesOptions,
  listOffersOptions,
  listShiftBookingsOptions,
  publishShift,
  type Shift,
} from '@/client'
import { ask } from '@/lib/ask'
import { useLive } from '@/lib/events'
import { t } from '@/lib/i18n'
import { forget, refresh } from '@/lib/queries'
import { formatDay, zoneShort } from '@/lib/time'
import { useParam } from '@/lib/url'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Facts } from '@/ui/facts'
import { IconCopy, IconDots, IconEdit, IconTrash, IconX } from '@/ui/icons'
import { useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Menu, type MenuItem } from '@/ui/menu'
import { Page } from '@/ui/page'
import { toast, toastProblem } from '@/ui/toast'
import { repeatable } from './again'
import { refreshShifts, useNames, zoneOf } from './data'
import { AskAgainDialog, CopyDialog, ShiftDialog } from './later'
import { ReasonDialog } from './reason-dialog'
import { Bookings } from './shift-bookings'
import { Candidates } from './shift-candidates'
import { otherZone, ShiftTimes } from './shift-card'
import { factsOf } from './shift-facts'
import { Next } from './shift-next'
import { Offers } from './shift-offers'
import shiftSplitCss from './shift-split.module.css'
import type { Focus } from './shift-values'
import { ShiftStateMark } from './states'
import { mondayOf, spanIn } from './week'

export default function ShiftScreen() {
  const id = useParam()
  const shift = useQuery(getShiftOptions({ path: { id } }))
  if (!shift.data) {
    return (
      <Page title={t('staffing:shift')} back={{ href: '/shifts', label: t('staffing:board.title') }}>
        <Loaded query={shift} block={320}>
          {() => null}
        </Loaded>
      </Page>
    )
  }
  return <ShiftView key={id} shift={shift.data} />
}

/** What the office sees of it; somebody who only asks for shifts sees who is booked. */
function useParts(id: string, write: boolean) {
  const bookings = useQuery(listShiftBookingsOptions({ path: { id } }))
  const offers = useQuery({ ...listOffersOptions({ path: { id } }), enabled: write })
  const candidates = useQuery({ ...listCandidatesOptions({ path: { id }, query: { limit: 200 } }), enabled: write })
  // While answers pour in, the page reads again at most once a second.
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const { connected } = useLive('shift.changed', (event) => {
    if (event.id !== id) return
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      void refresh(['getShift', 'listShiftBookings', 'listOffers', 'listCandidates'], { path: { id } })
    }, 1000)
  })
  useEffect(() => {
    if (connected) return
    const poll = setInterval(
      () => void refresh(['getShift', 'listShiftBookings', 'listOffers', 'listCandidates'], { path: { id } }),
      10_000,
    )
    return () => clearInterval(poll)
  }, [connected, id])
  return { bookings, offers, candidates, connected }
}

function ShiftView({ shift }: { shift: Shift }) {
  const may = useMay()
  const go = useGo()
  const names = useNames()
  const write = may('shifts.write')
  const parts = useParts(shift.id, write)
  const [open, setOpen] = useState<Focus | 'copy' | 'cancel' | 'again'>()
  const [busy, setBusy] = useState(false)
  const zone = zoneOf(names.places, shift)
  const place = names.places.get(shift.workplace_id)
  const span = spanIn(shift.starts_at, shift.ends_at, zone)
  const over = Date.parse(shift.starts_at) <= Date.now()
  const unpublished = shift.state === 'draft' || shift.state === 'requested'
  const change = write || (may('shifts.request') && unpublished)
  const booked = parts.bookings.data?.items.filter((b) => b.state === 'booked') ?? []
  const told = {
    booked: parts.bookings.data ? booked.length : shift.taken,
    asked: parts.offers.data?.items.filter((o) => o.state === 'open' || o.state === 'waiting').length ?? 0,
  }
  async function publish() {
    setBusy(true)
    try {
      const now = await ask(publishShift({ path: { id: shift.id } }))
      await refreshShifts()
      toast('good', t(`staffing:made.${now.state === 'requested' ? 'requested' : 'open'}`))
    } catch (error) {
      toastProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const title = formatDay(span.day, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  const menu: MenuItem[] = []
  if (may('shifts.request'))
    menu.push({ label: t('staffing:copy.menu'), icon: <IconCopy size={16} aria-hidden />, run: () => setOpen('copy') })
  if (change && shift.state === 'draft')
    menu.push({
      label: t('staffing:delete'),
      danger: true,
      icon: <IconTrash size={16} aria-hidden />,
      run: () =>
        confirm({
          title: t('staffing:delete_title', { day: title }),
          body: t('staffing:delete_body'),
          label: t('staffing:delete_label'),
          run: async () => {
            await ask(deleteShift({ path: { id: shift.id } }))
            forget(['getShift', 'listShiftBookings', 'listOffers', 'listCandidates'], { path: { id: shift.id } })
            void refreshShifts()
            toast('good', t('staffing:deleted'))
            go(`/shifts?week=${mondayOf(span.day)}`)
          },
        }),
    })
  if (write && shift.state !== 'cancelled' && shift.state !== 'draft')
    menu.push({
      label: t('staffing:cancel.menu'),
      danger: true,
      icon: <IconX size={16} aria-hidden />,
      run: () => setOpen('cancel'),
    })
  const primary =
    over || !change
      ? undefined
      : shift.state === 'draft'
        ? t(write ? 'staffing:publish' : 'staffing:request')
        : shift.state === 'requested' && write
          ? t('staffing:approve')
          : undefined
  return (
    <Page
      wide
      title={`${place?.name ?? t('staffing:shift')} · ${formatDay(span.day)}`}
      lead={
        <>
          {title}, <ShiftTimes shift={shift} zone={zone} />{' '}
          {!otherZone(shift.starts_at, zone) && zoneShort(shift.starts_at, zone)}
        </>
      }
      back={{ href: `/shifts?week=${mondayOf(span.day)}`, label: t('staffing:board.title') }}
      state={<ShiftStateMark state={shift.state} />}
      actions={
        <>
          {primary && (
            <Button loading={busy} onClick={() => void publish()}>
              {primary}
            </Button>
          )}
          {change && shift.state !== 'cancelled' && (
            <Button variant="default" leftSection={<IconEdit size={16} aria-hidden />} onClick={() => setOpen('all')}>
              {t('edit')}
            </Button>
          )}
          {menu.length > 0 && (
            <Menu label={t('staffing:more')} framed button={<IconDots size={18} aria-hidden />} items={menu} />
          )}
        </>
      }
    >
      <div className={`split ${shiftSplitCss.shiftSplit}`}>
        <div className="sections">
          <Next
            shift={shift}
            zone={zone}
            offers={parts.offers.data?.items}
            candidates={parts.candidates.data}
            connected={parts.connected}
            over={over}
            busy={busy}
            open={setOpen}
            again={() => void publish()}
          />
          {write && !unpublished && (
            <Card
              title={t('staffing:offers.title')}
              actions={
                shift.state === 'open' &&
                repeatable(shift, parts.offers.data?.items ?? []).length > 0 && (
                  <Button size="xs" variant="default" onClick={() => setOpen('again')}>
                    {t('staffing:again.open')}
                  </Button>
                )
              }
              flush
            >
              <Loaded query={parts.offers} block={160}>
                {(o) => <Offers shift={shift} offers={o.items} over={over} />}
              </Loaded>
            </Card>
          )}
          {write && shift.state !== 'cancelled' && (
            <Loaded query={parts.candidates} block={240}>
              {(c) => (
                <Candidates
                  shift={shift}
                  data={c}
                  offers={parts.offers.data?.items ?? []}
                  booked={booked.map((b) => b.person_id)}
                  bookable={!unpublished && !over}
                />
              )}
            </Loaded>
          )}
        </div>
        <div className="sections">
          <Loaded query={parts.bookings} block={120}>
            {(b) => <Bookings shift={shift} bookings={b.items} write={write} over={over} />}
          </Loaded>
          <Card title={t('staffing:what')}>
            <Facts items={factsOf(shift, names, place?.address)} />
          </Card>
        </div>
      </div>
      <Suspense>
        {open === 'copy' ? (
          <CopyDialog
            shift={shift}
            zone={zone}
            close={() => setOpen(undefined)}
            done={(day) => go(`/shifts?week=${mondayOf(day)}`)}
          />
        ) : open === 'again' ? (
          <AskAgainDialog shift={shift} offers={parts.offers.data?.items ?? []} close={() => setOpen(undefined)} />
        ) : open === 'cancel' ? (
          <ReasonDialog
            title={t('staffing:cancel.title', { place: place?.name, day: formatDay(span.day) })}
            body={t(told.booked || told.asked ? 'staffing:cancel.body' : 'staffing:cancel.body_nobody', told)}
            label={t('staffing:cancel.label', { count: told.booked + told.asked })}
            hint={t('staffing:cancel.hint')}
            close={() => setOpen(undefined)}
            send={async (reason) => {
              await ask(cancelShift({ path: { id: shift.id }, body: { reason } }))
              await refreshShifts()
              toast('good', t('staffing:cancel.done', { count: told.booked + told.asked }))
            }}
          />
        ) : open ? (
          <ShiftDialog shift={shift} focus={open} close={() => setOpen(undefined)} done={() => setOpen(undefined)} />
        ) : null}
      </Suspense>
    </Page>
  )
}
