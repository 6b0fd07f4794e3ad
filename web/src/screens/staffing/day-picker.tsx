// A month of days of which several can be chosen: a table of buttons, each a whole day.

import { ActionIcon } from '@mantine/core'
import { useState } from 'react'
import { t } from '@/lib/i18n'
import { formatDay } from '@/lib/time'
import { IconChevronLeft, IconChevronRight } from '@/ui/icons'
import css from './day-picker.module.css'
import { addMonths, type Day, monthOf, today, weeksOfMonth } from './week'
import weekPickerCss from './week-picker.module.css'

export const weekdayNames = (style: 'short' | 'long' = 'short'): string[] =>
  Array.from({ length: 7 }, (_, i) => formatDay(`2026-06-0${i + 1}`, { weekday: style }))

export function MonthHead({ month, onPick }: { month: string; onPick: (month: string) => void }) {
  const step = (by: number, label: string, Icon: typeof IconChevronLeft) => (
    <ActionIcon
      variant="default"
      size={36}
      aria-label={label}
      title={label}
      onClick={() => onPick(addMonths(month, by))}
    >
      <Icon size={18} aria-hidden />
    </ActionIcon>
  )
  return (
    <div className={weekPickerCss.weekPicker}>
      {step(-1, t('staffing:month_before'), IconChevronLeft)}
      <strong className={weekPickerCss.words} aria-live="polite">
        {formatDay(`${month}-01`, { month: 'long', year: 'numeric' })}
      </strong>
      {step(1, t('staffing:month_after'), IconChevronRight)}
    </div>
  )
}

export function DayPicker(props: { first: Day; value: Day[]; onChange: (days: Day[]) => void; without?: Day }) {
  const { value, onChange } = props
  const [month, setMonth] = useState(monthOf(props.first))
  const now = today()
  return (
    <div className="stack-s">
      <MonthHead month={month} onPick={setMonth} />
      <table className={css.days} aria-label={t('staffing:copy.days')}>
        <thead>
          <tr>
            {weekdayNames().map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOfMonth(month).map((week) => (
            <tr key={week[0]}>
              {week.map((day) => {
                const chosen = value.includes(day)
                return (
                  <td key={day}>
                    {monthOf(day) === month && (
                      <button
                        type="button"
                        className={css.day}
                        aria-pressed={chosen}
                        aria-label={formatDay(day, { weekday: 'long', day: 'numeric', month: 'long' })}
                        disabled={day < now || day === props.without}
                        onClick={() => onChange(chosen ? value.filter((d) => d !== day) : [...value, day].sort())}
                      >
                        {Number(day.slice(8))}
                      </button>
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
