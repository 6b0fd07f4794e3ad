// Every word the screens ask for is in locales/en, and nothing lies there unused.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  AnswerChannel,
  AnswerResult,
  AttributeType,
  AvailabilityKind,
  BlockType,
  BookingState,
  CampaignState,
  Channel,
  ChoiceKind,
  Classification,
  DnsPurpose,
  DomainState,
  EventKind,
  FieldType,
  OfferState,
  ProviderKind,
  ProviderState,
  RequestChannel,
  RequestFilter,
  RequestKind,
  RequestState,
  Role,
  RuleLevel,
  RunState,
  Security,
  Separator,
  ShiftState,
  StepKind,
  StrategyKind,
  SuppressionReason,
  TimeMode,
  WaveWho,
  WeekWindow,
  What,
} from '@/client'

const locales = join(import.meta.dirname, '../../locales/en')
const source = join(import.meta.dirname, '../src')

function keysOf(value: unknown, prefix: string): string[] {
  if (typeof value === 'string') return [prefix]
  return Object.entries(value as Record<string, unknown>).flatMap(([k, v]) => keysOf(v, prefix ? `${prefix}.${k}` : k))
}
const known = new Set(
  readdirSync(locales).flatMap((file) => {
    const ns = file.replace('.json', '')
    return keysOf(JSON.parse(readFileSync(join(locales, file), 'utf8')), '').map((k) => `${ns}:${k}`)
  }),
)
const bare = new Set([...known].map((k) => k.replace(/_(zero|one|other)$/, '')))

const code = readdirSync(source, { recursive: true })
  .map(String)
  .filter((f) => /\.tsx?$/.test(f) && !f.startsWith('client'))
  .map((f) => readFileSync(join(source, f), 'utf8'))
  .join('\n')

const full = (key: string) => (key.includes(':') ? key : `common:${key}`)
const literal = [
  ...code.matchAll(/\bt\(\s*'([^']+)'/g),
  ...code.matchAll(/\bt\([^'`()]+\?\s*'([^']+)'\s*:\s*'([^']+)'/g),
]
  .flatMap((m) => m.slice(1).filter(Boolean))
  .map(full)
const patterns = [...code.matchAll(/`((?:[a-z]+:)?[\w.]*\$\{[^`]*)`/g)].map((m) => full(m[1]!))
const patternRegex = patterns
  .filter((p) => /^[a-z]+:[\w.]/.test(p))
  .map(
    (p) =>
      new RegExp(
        `^${p
          .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '@@')
          .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
          .replaceAll('@@', '[\\w.]*')}$`,
      ),
  )

describe('words', () => {
  it('are all there', () => {
    expect(literal.filter((k) => !bare.has(k) && !known.has(k))).toEqual([])
  })
  it('are all used', () => {
    const mentioned = (key: string) => code.includes(`'${key}'`) || code.includes(`'${key.replace(/^common:/, '')}'`)
    const used = (k: string) => mentioned(k) || patternRegex.some((r) => r.test(k))
    const unused = [...known].filter((k) => !used(k) && !used(k.replace(/_(zero|one|other)$/, '')))
    expect(unused).toEqual([])
  })
})

describe('a word for every value', () => {
  it.each<[string, Record<string, string>, without?: string[]]>([
    // The last: what is never shown.
    ['campaigns:figures', What],
    ['campaigns:states', CampaignState],
    ['campaigns:time_modes', TimeMode],
    ['common:role', Role],
    ['composer:types', BlockType],
    ['forms:types', FieldType],
    ['journeys:kinds', StepKind],
    // Who left is told by the word of the API until somebody finds one.
    ['journeys:run_states', RunState, ['left']],
    ['people:class', Classification],
    ['people:types', AttributeType],
    ['privacy:channels', RequestChannel],
    ['privacy:events', EventKind],
    ['privacy:kind_texts', RequestKind],
    ['privacy:kinds', RequestKind],
    ['privacy:shows', RequestFilter],
    ['privacy:states', RequestState],
    ['sending:channels', Channel],
    ['sending:domain_states', DomainState],
    ['sending:kinds', ProviderKind],
    ['sending:provider_states', ProviderState],
    ['sending:purposes', DnsPurpose],
    ['sending:reasons', SuppressionReason],
    ['sending:securities', Security],
    ['staffing:answers', AnswerResult],
    ['staffing:availability.kinds', AvailabilityKind],
    ['staffing:booking_states', BookingState],
    ['staffing:calendar.separators', Separator],
    ['staffing:choices', ChoiceKind],
    ['staffing:offer_states', OfferState],
    ['staffing:rules.levels', RuleLevel],
    ['staffing:rules.windows', WeekWindow],
    ['staffing:short_states', ShiftState],
    ['staffing:states', ShiftState],
    ['staffing:strategy.kinds', StrategyKind],
    ['staffing:strategy.texts', StrategyKind],
    ['staffing:strategy.who', WaveWho],
    ['staffing:strategy.words', StrategyKind],
    ['staffing:through', AnswerChannel, ['none']],
  ])('of %s', (place, values, without = []) => {
    const has = (value: string) => known.has(`${place}.${value}`) || bare.has(`${place}.${value}`)
    expect(Object.values(values).filter((v) => !has(v))).toEqual(without)
  })
})
