// A shift written down: made, or changed. Times are those of the workplace, whatever zone the reader is in.

import { Button, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { useMay } from '@/app/session'
import { createShift, publishShift, type Shift, updateShift } from '@/client'
import { ask, match, newKey, once } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, usePools, useWorkplaces } from '@/lib/lookups'
import { currentZone, formatTime, utcToWall, zoneShort } from '@/lib/time'
import { FormAlerts } from '@/ui/alert'
import { Dialog } from '@/ui/dialog'
import dialogCss from '@/ui/dialog.module.css'
import { Choice } from '@/ui/pick'
import { Several } from '@/ui/pick-many'
import { toast } from '@/ui/toast'
import { refreshShifts } from './data'
import { NeedsEditor } from './needs-editor'
import css from './shift-dialog.module.css'
import { type Focus, fields, inputOf, partOf, type Values, valuesOf } from './shift-values'
import { duration } from './strategy'
import { StrategyEditor } from './strategy-editor'
import { addDays, type Day, instantsOf, minutesBetween, nightsFor, type Span } from './week'

export function ShiftDialog(props: {
  shift?: Shift
  workplace?: string
  day?: Day
  focus?: Focus
  close: () => void
  /** `stays`: it was kept as a draft, and the reader stays where they are. */
  done: (shift: Shift, stays: boolean) => void
}) {
  const { shift, focus = 'all' } = props
  const may = useMay()
  const workplaces = useWorkplaces().data?.items ?? []
  const pools = usePools().data?.items ?? []
  const zoneFor = (id: string) => workplaces.find((w) => w.id === id)?.time_zone ?? currentZone()
  const first = shift?.workplace_id ?? props.workplace ?? (workplaces.length === 1 ? workplaces[0]!.id : '')
  const [initial] = useState(() => valuesOf(shift, zoneFor(first), first, props.day))
  const form = useForm<Values>(initial, { draft: shift ? undefined : 'shift-new', fields })
  const { values: v, errors, set, patch } = form
  const key = useRef(newKey())
  const made = useRef<Shift>(undefined)
  const then = useRef<'publish' | 'keep'>('publish')
  const zone = zoneFor(v.workplace_id)
  const at = instantsOf(v, zone)
  const published = shift && shift.state !== 'draft' && shift.state !== 'requested'
  const fixed = Boolean(shift && shift.taken > 0)

  function submit(event: FormEvent) {
    event.preventDefault()
    event.stopPropagation()
    const submitter = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null
    then.current = submitter?.value === 'keep' ? 'keep' : 'publish'
    void save(shift && focus === 'all' ? shift : undefined)
  }
  async function save(read?: Shift) {
    let result: Shift | undefined
    const ok = await form.submit(async (values) => {
      const body = inputOf(values, zone)
      if (shift) {
        result = await ask(updateShift({ path: { id: shift.id }, body: partOf(body, focus), headers: match(read) }))
      } else {
        // Made once, though publishing may have to be tried again.
        made.current = made.current
          ? await ask(updateShift({ path: { id: made.current.id }, body, headers: match() }))
          : await once(key, (headers) => ask(createShift({ body, headers })))
        result = made.current
        if (then.current === 'publish') result = await ask(publishShift({ path: { id: result.id } }))
      }
      await refreshShifts()
    })
    if (!ok || !result) return
    toast(
      'good',
      t(
        shift
          ? 'saved'
          : `staffing:made.${result.state === 'draft' ? 'draft' : result.state === 'requested' ? 'requested' : 'open'}`,
      ),
    )
    props.done(result, result.state === 'draft')
  }

  const show = (part: Focus) => focus === 'all' || focus === part
  const setClock = (some: Partial<Span>) => {
    const next = { from: v.from, until: v.until, ...some }
    const auto = v.nights === nightsFor(v.from, v.until) || nightsFor(next.from, next.until) > v.nights
    patch({ ...some, nights: auto ? nightsFor(next.from, next.until) : v.nights })
  }
  return (
    <Dialog open wide onClose={props.close} title={t(shift ? `staffing:dialog.titles.${focus}` : 'staffing:board.new')}>
      <form onSubmit={submit} className="stack">
        <FormAlerts form={form} overwrite={() => void save()} />
        {show('all') && (
          <Choice
            label={t('staffing:workplace')}
            required
            autoFocus={!v.workplace_id}
            empty={t('choose')}
            value={v.workplace_id}
            error={errors.workplace_id}
            disabled={fixed}
            data={options(workplaces)}
            onPick={(id) => set('workplace_id', id)}
          />
        )}
        {show('time') && (
          <fieldset className="stack-s">
            <legend className="sr">{t('staffing:dialog.time')}</legend>
            <div className={css.when}>
              <TextInput
                type="date"
                label={t('staffing:dialog.day')}
                required
                disabled={fixed}
                error={errors.starts_at}
                value={v.day}
                onChange={(e) => set('day', e.currentTarget.value)}
              />
              <TextInput
                type="time"
                label={t('staffing:dialog.from')}
                required
                disabled={fixed}
                value={v.from}
                onChange={(e) => setClock({ from: e.currentTarget.value })}
              />
              <TextInput
                type="time"
                label={t('staffing:dialog.until')}
                required
                disabled={fixed}
                error={errors.ends_at}
                value={v.until}
                onChange={(e) => setClock({ until: e.currentTarget.value })}
              />
              <Choice
                label={t('staffing:dialog.ends')}
                disabled={fixed}
                value={String(v.nights)}
                data={[0, 1, 2].map((n) => ({ value: String(n), label: t(`staffing:dialog.nights_${n}`) }))}
                onPick={(n) => set('nights', Number(n))}
              />
              <TextInput
                type="number"
                min={0}
                max={2879}
                label={t('staffing:dialog.break')}
                {...form.text('break_minutes')}
              />
              {focus === 'all' && (
                <TextInput
                  type="number"
                  min={1}
                  max={200}
                  required
                  label={t('staffing:dialog.places')}
                  {...form.text('places')}
                />
              )}
            </div>
            <p className="muted small" aria-live="polite">
              {t('staffing:dialog.zone', { zone: `${zone} (${zoneShort(at?.starts_at ?? new Date(), zone)})` })}{' '}
              {at && minutesBetween(at.starts_at, at.ends_at) > 0 && lengthWords(v, at)}
            </p>
            {at && utcToWall(at.starts_at, zone) !== `${v.day}T${v.from}` && (
              <p className="small">{t('staffing:dialog.no_such_time', { time: formatTime(at.starts_at, zone) })}</p>
            )}
            {fixed && <p className="muted small">{t('staffing:dialog.fixed', { count: shift!.taken })}</p>}
          </fieldset>
        )}
        {show('all') && (
          <>
            <NeedsEditor value={v.skills} error={errors.skills} onChange={(skills) => set('skills', skills)} />
            <Textarea
              label={t('staffing:dialog.note')}
              description={t('staffing:dialog.note_text')}
              rows={2}
              maxLength={2000}
              {...form.text('note')}
            />
          </>
        )}
        {show('strategy') && (
          <StrategyEditor value={v.strategy} errors={errors} onChange={(strategy) => set('strategy', strategy)} />
        )}
        {show('pools') && (
          <Several
            label={t('staffing:dialog.pools')}
            description={t('staffing:dialog.pools_text')}
            error={errors.pool_ids}
            data={options(pools)}
            value={v.pool_ids}
            empty={t('staffing:dialog.everybody')}
            onChange={(ids) => set('pool_ids', ids)}
          />
        )}
        {show('answer_by') && (
          <TextInput
            type="datetime-local"
            label={t('staffing:dialog.answer_by')}
            description={t('staffing:dialog.answer_by_text')}
            max={v.day ? `${addDays(v.day, 0)}T${v.from}` : undefined}
            {...form.text('answer_by')}
          />
        )}
        {published && (
          <p className="muted small">{t(focus === 'time' ? 'staffing:dialog.time_note' : 'staffing:dialog.running')}</p>
        )}
        <div className={`row row-end ${dialogCss.foot}`}>
          <Button variant="default" onClick={props.close}>
            {t('cancel')}
          </Button>
          {!shift && (
            <Button
              type="submit"
              name="then"
              value="keep"
              variant="default"
              loading={form.busy && then.current === 'keep'}
            >
              {t('staffing:dialog.keep')}
            </Button>
          )}
          <Button type="submit" name="then" value="publish" loading={form.busy && then.current === 'publish'}>
            {shift ? t('save') : t(may('shifts.write') ? 'staffing:publish' : 'staffing:request')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function lengthWords(v: Values, at: { starts_at: string; ends_at: string }): string {
  const all = minutesBetween(at.starts_at, at.ends_at)
  return t('staffing:dialog.length', {
    all: duration(all),
    work: duration(Math.max(0, all - Number(v.break_minutes || 0))),
  })
}
