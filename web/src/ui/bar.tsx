import css from './bar.module.css'
import type { Tone } from './state'

export function Bar({ value, label, tone }: { value: number; label: string; tone?: Tone }) {
  const percent = Math.round(Math.max(0, Math.min(1, value)) * 100)
  return (
    <div
      className={`${css.bar} ${(tone && css[tone]) ?? ''}`}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-label={label}
    >
      <div style={{ width: `${percent}%` }} />
    </div>
  )
}
