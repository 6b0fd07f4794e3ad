// Each value of the API's enumerations has its word; the rest of the words is held by tools/check-words.
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
    expect(Object.values(values).filter((v) => !known.has(`${place}.${v}`))).toEqual(without)
  })
})
