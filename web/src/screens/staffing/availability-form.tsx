// What somebody says about when they can work: one day, a period, or days of the week; whole days or a part of them.

import { Checkbox, Radio, SegmentedControl, Switch, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { type AvailabilityKind, createAvailability } from '@/client'
import { ask, newKey, once } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { refresh } from '@/lib/queries'
import { DialogForm } from '@/ui/dialog-form'
import { toast } from '@/ui/toast'
import { availabilityKinds } from './availability'
import { weekdayNames } from './day-picker'
import { addDays, type Day, minuteOf, today, weekday } from './week'

const spans = ['day', 'period', 'weekly'] as const

export function AvailabilityForm({ id, day, close }: { id: string; day?: Day; close: () => void }) {
  const first = day ?? today()
  const key = useRef(newKey())
  const form = useForm(
    {
      kind: 'available' as AvailabilityKind,
      span: 'day' as (typeof spans)[number],
      from_date: first,
      until_date: addDays(first, 6),
      weekdays: [weekday(first)],
      part: false,
      from: '08:00',
      until: '16:00',
    },
    { fields: ['kind', 'from_date', 'until_date', 'weekdays', 'from_minute', 'until_minute'] },
  )
  const { values: v, errors, set, patch } = form
  return (
    <DialogForm
      open
      title={t('staffing:availability.add')}
      form={form}
      onClose={close}
      send={async (all) => {
        await once(key, (headers) =>
          ask(
            createAvailability({
              path: { id },
              headers,
              body: {
                kind: all.kind,
                from_date: all.from_date,
                until_date: all.span === 'day' ? all.from_date : all.until_date,
                weekdays: all.span === 'weekly' ? [...all.weekdays].sort() : undefined,
                from_minute: all.part ? minuteOf(all.from) : undefined,
                until_minute: all.part ? minuteOf(all.until) || 1440 : undefined,
              },
            }),
          ),
        )
        await refresh('listAvailability', { path: { id } })
        toast('good', t('saved'))
      }}
    >
      <Radio.Group
        label={t('staffing:availability.what')}
        value={v.kind}
        error={errors.kind}
        onChange={(kind) => set('kind', kind as AvailabilityKind)}
      >
        <div className="stack-s group-gap">
          {availabilityKinds.map((k) => (
            <Radio
              key={k}
              value={k}
              label={t(`staffing:availability.kinds.${k}`)}
              description={t(`staffing:availability.texts.${k}`)}
            />
          ))}
        </div>
      </Radio.Group>
      <SegmentedControl
        aria-label={t('staffing:availability.span')}
        value={v.span}
        onChange={(span) =>
          patch({
            span: span as typeof v.span,
            until_date: span === 'weekly' ? addDays(v.from_date, 180) : addDays(v.from_date, 6),
          })
        }
        data={spans.map((s) => ({ value: s, label: t(`staffing:availability.spans.${s}`) }))}
      />
      {v.span === 'weekly' && (
        <Checkbox.Group
          label={t('staffing:copy.weekdays')}
          value={v.weekdays.map(String)}
          error={errors.weekdays}
          onChange={(days) => set('weekdays', days.map(Number))}
        >
          <div className="row group-gap">
            {weekdayNames().map((name, i) => (
              <Checkbox key={name} value={String(i + 1)} label={name} />
            ))}
          </div>
        </Checkbox.Group>
      )}
      <div className="two">
        <TextInput
          type="date"
          required
          label={t(v.span === 'day' ? 'staffing:dialog.day' : 'staffing:availability.from_date')}
          {...form.text('from_date')}
        />
        {v.span !== 'day' && (
          <TextInput
            type="date"
            required
            min={v.from_date}
            label={t('staffing:availability.until_date')}
            {...form.text('until_date')}
          />
        )}
      </div>
      <Switch label={t('staffing:availability.part')} {...form.check('part')} />
      {v.part && (
        <div className="two">
          <TextInput
            type="time"
            required
            label={t('staffing:dialog.from')}
            {...form.text('from')}
            error={errors.from_minute}
          />
          <TextInput
            type="time"
            required
            label={t('staffing:dialog.until')}
            description={v.until <= v.from ? t('staffing:availability.overnight') : undefined}
            {...form.text('until')}
            error={errors.until_minute}
          />
        </div>
      )}
    </DialogForm>
  )
}
