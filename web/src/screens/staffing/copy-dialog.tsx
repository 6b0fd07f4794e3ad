// The same shift on other days: days that are picked, or a pattern of weeks. The copies keep their clock times at the
// workplace, also where the clocks change in between, and are drafts until somebody publishes them.
import { Button, Checkbox, SegmentedControl, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { copyShift, type DayLeftOut, repeatShift, type Shift } from '@/client'
import { ask, newKey, once } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { formatDay, wallToUtc } from '@/lib/time'
import { FormAlerts } from '@/ui/alert'
import { Dialog } from '@/ui/dialog'
import { Choice } from '@/ui/pick'
import { toast } from '@/ui/toast'
import { refreshShifts } from './data'
import { DayPicker, weekdayNames } from './day-picker'
import { addDays, type Day, spanIn, today, weekday } from './week'

const MOST = 200

export function CopyDialog(props: { shift: Shift; zone: string; close: () => void; done: (first: Day) => void }) {
  const { shift, zone } = props
  const span = spanIn(shift.starts_at, shift.ends_at, zone)
  const [how, setHow] = useState<'days' | 'weeks'>('days')
  const form = useForm(
    { days: [] as Day[], weekdays: [weekday(span.day)], every_weeks: '1', until: addDays(span.day, 28) },
    { fields: ['starts', 'weekdays', 'every_weeks', 'until'] },
  )
  const key = useRef(newKey())
  const { values: v, errors } = form
  async function submit(event: FormEvent) {
    event.preventDefault()
    event.stopPropagation()
    let made: Shift[] = []
    let leftOut: DayLeftOut[] = []
    const ok = await form.submit(async () => {
      const answer = await once<{ items: Shift[]; left_out?: DayLeftOut[] }>(key, (headers) =>
        how === 'days'
          ? ask(
              copyShift({
                path: { id: shift.id },
                body: { starts: v.days.map((d) => wallToUtc(`${d}T${span.from}`, zone)) },
                headers,
              }),
            )
          : ask(
              repeatShift({
                path: { id: shift.id },
                body: { weekdays: [...v.weekdays].sort(), every_weeks: Number(v.every_weeks), until: v.until },
                headers,
              }),
            ),
      )
      made = answer.items
      leftOut = answer.left_out ?? []
      await refreshShifts()
    })
    if (!ok) return
    toast('good', t('staffing:copy.done', { count: made.length }))
    for (const one of leftOut)
      toast('warn', t('staffing:copy.left_out', { day: formatDay(one.day), reason: one.reason }))
    const first = made.map((s) => s.starts_at).sort()[0]
    props.done(first ? spanIn(first, first, zone).day : span.day)
  }
  const ready =
    how === 'days' ? v.days.length > 0 && v.days.length <= MOST : v.weekdays.length > 0 && v.until > span.day
  return (
    <Dialog open onClose={props.close} title={t('staffing:copy.title')}>
      <form onSubmit={submit} className="stack">
        <FormAlerts form={form} />
        <p>
          {t('staffing:copy.text', {
            day: formatDay(span.day, { weekday: 'long', day: 'numeric', month: 'long' }),
            from: span.from,
            until: span.until,
          })}
        </p>
        <SegmentedControl
          aria-label={t('staffing:copy.how')}
          value={how}
          onChange={(value) => setHow(value as typeof how)}
          data={[
            { value: 'days', label: t('staffing:copy.pick') },
            { value: 'weeks', label: t('staffing:copy.repeat') },
          ]}
        />
        {how === 'days' ? (
          <>
            <DayPicker
              // biome-ignore lint/complexity/useMathMinMax: days are text
              first={span.day > today(zone) ? span.day : today(zone)}
              without={span.day}
              value={v.days}
              onChange={(days) => form.set('days', days)}
            />
            {errors.starts && <p className="field-error">{errors.starts}</p>}
          </>
        ) : (
          <>
            <Checkbox.Group
              label={t('staffing:copy.weekdays')}
              value={v.weekdays.map(String)}
              error={errors.weekdays}
              onChange={(days) => form.set('weekdays', days.map(Number))}
            >
              <div className="row group-gap">
                {weekdayNames().map((name, i) => (
                  <Checkbox key={name} value={String(i + 1)} label={name} />
                ))}
              </div>
            </Checkbox.Group>
            <div className="two">
              <Choice
                label={t('staffing:copy.every')}
                value={v.every_weeks}
                error={errors.every_weeks}
                data={Array.from({ length: 8 }, (_, i) => ({
                  value: String(i + 1),
                  label: t('staffing:copy.every_weeks', { count: i + 1 }),
                }))}
                onPick={(n) => form.set('every_weeks', n)}
              />
              <TextInput
                type="date"
                label={t('staffing:copy.until')}
                required
                min={addDays(span.day, 1)}
                {...form.text('until')}
              />
            </div>
          </>
        )}
        <p className="muted small">{t('staffing:copy.drafts')}</p>
        <div className="row row-end">
          <Button variant="default" onClick={props.close}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={!ready} loading={form.busy}>
            {how === 'days' ? t('staffing:copy.make', { count: v.days.length }) : t('staffing:copy.make_series')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
