// The shift board: a week by workplaces. What is unfilled stands out before anything else.

import { ActionIcon, Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Suspense, useMemo, useState } from 'react'
import { useMay } from '@/app/session'
import type { Shift } from '@/client'
import { t } from '@/lib/i18n'
import { options, useWorkplaces } from '@/lib/lookups'
import { formatDay, formatNumber } from '@/lib/time'
import { oneOf, useUrl } from '@/lib/url'
import { ProblemAlert } from '@/ui/alert'
import cardCss from '@/ui/card.module.css'
import { Empty } from '@/ui/empty'
import filtersCss from '@/ui/filters.module.css'
import {
  IconCalendarOff,
  IconChevronLeft,
  IconChevronRight,
  IconFileImport,
  IconMapPin,
  IconPlus,
  IconUser,
} from '@/ui/icons'
import { Link, LinkButton, useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { Skeleton } from '@/ui/skeleton'
import { layOut, states, tallyOf } from './board'
import { BoardList, BoardTable } from './board-view'
import { useLiveBoard, useWeek } from './data'
import { ShiftDialog } from './later'
import css from './shifts.module.css'
import { shiftIcons } from './states'
import { Together } from './together'
import { addDays, type Day, isDay, mondayOf, today, weekNumber } from './week'
import weekPickerCss from './week-picker.module.css'

export default function Shifts() {
  const [url, setUrl] = useUrl()
  const may = useMay()
  const go = useGo()
  const workplaces = useWorkplaces()
  const here = mondayOf(today())
  const monday = isDay(url.week) ? mondayOf(url.week) : here
  const [creating, setCreating] = useState<{ workplace?: string; day?: Day }>()
  const request = may('shifts.request')
  const onNew = request
    ? (workplace?: string) => setCreating({ workplace, day: monday === here ? today() : monday })
    : undefined
  const none = workplaces.data?.items.length === 0
  return (
    <Page
      wide
      title={t('staffing:board.title')}
      lead={t('staffing:board.lead')}
      actions={
        request &&
        !none && (
          <>
            <LinkButton variant="default" href="/shifts/import" leftSection={<IconFileImport size={16} aria-hidden />}>
              {t('staffing:board.import')}
            </LinkButton>
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onNew?.(url.workplace)}>
              {t('staffing:board.new')}
            </Button>
          </>
        )
      }
    >
      <Loaded query={workplaces} block={420}>
        {({ items }) =>
          items.length ? (
            <>
              <div className={filtersCss.filters}>
                <WeekPicker
                  monday={monday}
                  here={here}
                  onPick={(week) => setUrl({ week: week === here ? undefined : week })}
                />
                <Choice
                  label={t('staffing:workplace')}
                  empty={t('any')}
                  value={url.workplace}
                  data={options(items)}
                  onPick={(workplace) => setUrl({ workplace })}
                />
              </div>
              <Week monday={monday} onNew={onNew} />
            </>
          ) : (
            <div className={cardCss.card}>
              <Empty
                icon={<IconMapPin aria-hidden />}
                title={t('staffing:board.no_workplaces')}
                action={
                  may('staffing.manage') ? (
                    <LinkButton href="/staffing/workplaces">{t('staffing:board.add_workplace')}</LinkButton>
                  ) : undefined
                }
              >
                {t('staffing:board.no_workplaces_text')}
              </Empty>
            </div>
          )
        }
      </Loaded>
      <Suspense>
        {creating && (
          <ShiftDialog
            workplace={creating.workplace}
            day={creating.day}
            close={() => setCreating(undefined)}
            done={(shift: Shift, stays) => {
              setCreating(undefined)
              if (!stays) go(`/shifts/${shift.id}`)
            }}
          />
        )}
      </Suspense>
    </Page>
  )
}

function WeekPicker({ monday, here, onPick }: { monday: Day; here: Day; onPick: (monday: Day) => void }) {
  const sunday = addDays(monday, 6)
  const year = { day: 'numeric', month: 'short', year: 'numeric' } as const
  const step = (by: number, label: string, icon: typeof IconChevronLeft) => {
    const Icon = icon
    return (
      <ActionIcon
        variant="default"
        size={36}
        aria-label={label}
        title={label}
        onClick={() => onPick(addDays(monday, by))}
      >
        <Icon size={18} aria-hidden />
      </ActionIcon>
    )
  }
  return (
    <div className={weekPickerCss.weekPicker}>
      {step(-7, t('staffing:board.previous'), IconChevronLeft)}
      <strong className={weekPickerCss.words} aria-live="polite">
        {t('staffing:board.week', { number: weekNumber(monday) })}{' '}
        <span className="nowrap">
          {formatDay(monday, { day: 'numeric', month: 'short' })} – {formatDay(sunday, year)}
        </span>
      </strong>
      {step(7, t('staffing:board.next'), IconChevronRight)}
      <Button variant="default" size="sm" disabled={monday === here} onClick={() => onPick(here)}>
        {t('staffing:board.this_week')}
      </Button>
      <input
        type="date"
        className={css.dateJump}
        aria-label={t('staffing:board.go_to')}
        value={monday}
        onChange={(e) => isDay(e.currentTarget.value) && onPick(mondayOf(e.currentTarget.value))}
      />
    </div>
  )
}

function Week({ monday, onNew }: { monday: Day; onNew?: (workplace?: string) => void }) {
  const [url, setUrl] = useUrl()
  const may = useMay()
  const mine = url.mine === '1'
  const phone = useMediaQuery('(max-width: 859px)', undefined, { getInitialValueInEffect: false })
  const workplaces = useWorkplaces().data?.items ?? []
  const shifts = useWeek(monday, mine)
  const later = useWeek(addDays(monday, 7), mine, shifts.isSuccess)
  useLiveBoard()
  const state = oneOf(states, url.state)
  const places = useMemo(() => new Map(workplaces.map((w) => [w.id, w])), [workplaces])
  const board = useMemo(
    () => shifts.data && layOut(shifts.data.items, workplaces, monday, { state, workplace: url.workplace }),
    [shifts.data, workplaces, monday, state, url.workplace],
  )
  const after = useMemo(() => {
    if (!later.data) return undefined
    const zones = new Map(workplaces.map((w) => [w.id, w.time_zone]))
    return tallyOf(
      later.data.items.filter((s) => !url.workplace || s.workplace_id === url.workplace),
      zones,
      addDays(monday, 7),
    )
  }, [later.data, workplaces, monday, url.workplace])
  if (shifts.isError) return <ProblemAlert problem={shifts.error} retry={() => void shifts.refetch()} />
  if (!board) return <Skeleton block={420} />
  const shown = board.rows.reduce((n, r) => n + r.count, 0)
  const all = states.reduce((n, s) => n + (s === 'cancelled' ? 0 : board.tally[s]), 0)
  const filtered = state || url.workplace || mine
  const next = after && after.unfilled + after.requested + after.open
  return (
    <>
      <nav className={css.tally} aria-label={t('staffing:board.by_state')}>
        <TallyLink current={!state} onPick={() => setUrl({ state: undefined })}>
          {t('staffing:board.all')} <span className="num">{formatNumber(all)}</span>
        </TallyLink>
        {states
          .filter((s) => board.tally[s] > 0 || s === state)
          .map((s) => {
            const Icon = shiftIcons[s]
            return (
              <TallyLink key={s} current={state === s} tone={s} onPick={() => setUrl({ state: s })}>
                <Icon size={15} aria-hidden /> {t(`staffing:states.${s}`)}{' '}
                <span className="num">{formatNumber(board.tally[s])}</span>
              </TallyLink>
            )
          })}
        {may('shifts.request') && (
          <TallyLink current={mine} onPick={() => setUrl({ mine: mine ? undefined : '1' })}>
            <IconUser size={15} aria-hidden />{' '}
            {t(may('shifts.write') ? 'staffing:board.mine' : 'staffing:board.my_requests')}
          </TallyLink>
        )}
        {next ? (
          <Link className={css.later} href={hrefOf({ ...url, week: addDays(monday, 7), state: undefined })}>
            {after.unfilled
              ? t('staffing:board.later_unfilled', { count: after.unfilled })
              : t('staffing:board.later_open', { count: next })}
          </Link>
        ) : null}
      </nav>
      <Together shifts={board.days.flatMap((d) => d.shifts)} />
      {shown ? (
        phone ? (
          <BoardList board={board} places={places} />
        ) : (
          <BoardTable board={board} monday={monday} onNew={onNew} />
        )
      ) : (
        <div className={cardCss.card}>
          <Empty
            icon={<IconCalendarOff aria-hidden />}
            title={t(filtered ? 'staffing:board.none_such' : 'staffing:board.none')}
            action={
              filtered ? (
                <Button
                  variant="default"
                  onClick={() => setUrl({ state: undefined, workplace: undefined, mine: undefined })}
                >
                  {t('staffing:board.show_all')}
                </Button>
              ) : onNew ? (
                <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onNew()}>
                  {t('staffing:board.new')}
                </Button>
              ) : undefined
            }
          >
            {t(filtered ? 'staffing:board.none_such_text' : 'staffing:board.none_text')}
          </Empty>
        </div>
      )}
    </>
  )
}

const hrefOf = (search: Record<string, string | undefined>) =>
  `/shifts?${new URLSearchParams(Object.entries(search).filter((e): e is [string, string] => !!e[1]))}`

function TallyLink(props: { current: boolean; tone?: string; onPick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      className={`${css.tallyLink} ${props.tone ? css[props.tone] : ''}`}
      aria-pressed={props.current}
      onClick={props.onPick}
    >
      {props.children}
    </button>
  )
}
