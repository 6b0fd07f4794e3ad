// How people are asked, in words and as the API wants it.
import { type Strategy, StrategyKind, type Wave, WaveWho } from '@/client'
import { t } from '@/lib/i18n'
import { listOf } from '@/lib/intl'

export const kinds = Object.values(StrategyKind)
export const groups = Object.values(WaveWho)
/** What the program does when nothing is said. */
export const usualMinutes = 30
export const usualWaves = (): Wave[] => [
  { who: 'favourites', minutes: 60 },
  { who: 'pool', minutes: 120 },
  { who: 'others', minutes: 24 * 60 },
]
export const longestWait = 7 * 24 * 60
export const mostWaves = 10

/** 495 → "8 h 15 min". */
export function duration(minutes: number): string {
  const sign = minutes < 0 ? '−' : ''
  const all = Math.abs(minutes)
  const h = Math.floor(all / 60)
  const m = all % 60
  return (
    sign +
    [h || !m ? t('staffing:hours', { n: h }) : '', m ? t('staffing:minutes', { n: m }) : ''].filter(Boolean).join(' ')
  )
}

export function strategyWords(s: Strategy): string {
  if (s.kind === 'one_by_one')
    return t('staffing:strategy.words.one_by_one', { time: duration(s.minutes ?? usualMinutes) })
  if (s.kind === 'waves')
    return t('staffing:strategy.words.waves', {
      waves: listOf(
        (s.waves ?? usualWaves()).map((w) => `${t(`staffing:strategy.who.${w.who}`)} ${duration(w.minutes)}`),
      ),
    })
  return t(`staffing:strategy.words.${s.kind}`)
}

/** Only the fields that belong to the kind. */
export function tidy(s: Strategy): Strategy {
  if (s.kind === 'one_by_one') return { kind: s.kind, minutes: s.minutes ?? usualMinutes }
  if (s.kind === 'waves') return { kind: s.kind, waves: s.waves ?? usualWaves() }
  return { kind: s.kind }
}

/** Whether it asks people by itself. */
export const asks = (s: Strategy): boolean => s.kind !== 'direct'

/** Which of these would be asked when it goes on by itself, in their order; one by one, as many as there are places. */
export function nextOnes<T extends { askable: boolean; favourite: boolean; in_pool: boolean; person_id: string }>(
  s: Strategy,
  step: number,
  ranked: T[],
  asked: ReadonlySet<string>,
  free: number,
): T[] {
  const left = ranked.filter((c) => c.askable && !asked.has(c.person_id))
  if (s.kind === 'one_by_one') return left.slice(0, Math.max(free, 1))
  if (s.kind === 'direct') return []
  if (s.kind !== 'waves') return left
  const waves = s.waves ?? usualWaves()
  if (!waves[step]) return []
  // Whoever an earlier wave left out is asked with this one.
  const who = waves.slice(0, step + 1).map((w) => w.who)
  return left.filter((c) => who.some((w) => (w === 'favourites' ? c.favourite : w === 'pool' ? c.in_pool : true)))
}
