// Which language is spoken, and its conventions.
import { beforeEach, describe, expect, it, vi } from 'vitest'

const stored = new Map<string, string>()
const went: string[] = []
beforeEach(() => {
  stored.clear()
  went.length = 0
  vi.resetModules()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  })
  vi.stubGlobal('document', { documentElement: { lang: '' } })
  vi.stubGlobal('location', { search: '', reload: () => went.push('reload'), assign: (to: string) => went.push(to) })
})

async function started(...languages: string[]) {
  vi.stubGlobal('navigator', { languages })
  const words = await import('@/lib/i18n')
  await words.startWords()
  return words
}

describe('the language', () => {
  it.each([
    [['sv-SE', 'en'], 'sv'],
    [['nb-NO'], 'nb'],
    [['no'], 'nb'],
    [['nn-NO', 'en-GB'], 'nb'],
    [['de', 'sv'], 'sv'],
    [['fi'], 'en'],
    [['en-US', 'nb'], 'en'],
  ])('of a browser that asks for %s is %s', async (asked, language) => {
    const words = await started(...asked)
    expect(words.currentLanguage()).toBe(language)
    expect(document.documentElement.lang).toBe(language)
  })

  it('that was stored goes before the browser’s', async () => {
    stored.set('varde-locale', 'sv')
    expect((await started('nb')).currentLanguage()).toBe('sv')
  })

  it('of the account goes before the organisation’s, and is a change only where it is another', async () => {
    const { otherLanguage } = await started('nb')
    expect(otherLanguage('sv', 'nb')).toBe('sv')
    expect(otherLanguage(undefined, 'sv')).toBe('sv')
    expect(otherLanguage('', 'sv')).toBe('sv')
    expect(otherLanguage('nb', 'sv')).toBeUndefined()
    expect(otherLanguage('fi', undefined)).toBeUndefined()
  })

  it('is changed by reading the page anew, and not where nothing can be stored', async () => {
    const { changeLanguage } = await started('en')
    changeLanguage('nb')
    changeLanguage('sv', '/persons')
    expect(went).toEqual(['reload', '/persons'])
    vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
    changeLanguage('nb')
    expect(went).toHaveLength(2)
  })

  it('is said to the server with every call', async () => {
    await started('sv')
    const { client } = await import('@/client/client.gen')
    let said: string | null = null
    await client.get({
      baseUrl: 'http://varde.example',
      url: '/x',
      fetch: async (request: Request | URL | string) => {
        said = (request as Request).headers.get('Accept-Language')
        return new Response('{}', { headers: { 'Content-Type': 'application/json' } })
      },
    })
    expect(said).toBe('sv')
  })

  it('that is none is accented and longer, asks for English, and follows no account', async () => {
    stored.set('varde-locale', 'xx')
    const { t, otherLanguage, spokenLanguage, languages } = await started('nb')
    expect(t('save')).toBe('⟦Šåvé ·⟧')
    expect(t('persons', { count: 2 })).toMatch(/^⟦2 péřšöñš ·+⟧$/)
    expect(otherLanguage('nb')).toBeUndefined()
    expect(spokenLanguage()).toBe('en')
    expect(languages.map((l) => l.code)).toEqual(['en', 'nb', 'sv'])
  })
})

describe('words', () => {
  it.each([
    ['en', '1 person', '9,700 persons', 'a, b and c', 'NOK\u00a00.49', '1 Dec 2026'],
    ['nb', '1 person', '9\u00a0700 personer', 'a, b og c', '0,49\u00a0NOK', '1. des. 2026'],
    ['sv', '1 person', '9\u00a0700 personer', 'a, b och c', '0,49\u00a0NOK', '1 dec. 2026'],
  ])('in %s', async (language, one, many, list, price, day) => {
    const { t } = await started(language)
    const { listOf } = await import('@/lib/intl')
    const { formatPrice } = await import('@/lib/price')
    const { formatDay } = await import('@/lib/time')
    expect(t('persons', { count: 1 })).toBe(one)
    expect(t('persons', { count: 9700 })).toBe(many)
    expect(listOf(['a', '', 'b', undefined, 'c'])).toBe(list)
    expect(formatPrice(49, 'NOK')).toBe(price)
    expect(formatDay('2026-12-01', { day: 'numeric', month: 'short', year: 'numeric' })).toBe(day)
  })

  it('that are missing are said to the browser’s console, and the key is shown', async () => {
    const { t, wordOr } = await started('en')
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    expect(t('nothing_such')).toBe('nothing_such')
    expect(t('problem.wait')).toBe('problem.wait')
    expect(said).toHaveBeenCalledTimes(2)
    expect(wordOr('nothing_such', 'else')).toBe('else')
    said.mockRestore()
  })

  it('name the languages as they name themselves', async () => {
    const { languages } = await started('en')
    expect(languages.map((l) => l.name)).toEqual(['English', 'Norsk bokmål', 'Svenska'])
  })

  // staffing/week.ts counts weeks as ISO 8601 does, and so does the server.
  it.each(['en-GB', 'nb-NO', 'sv-SE'])('are of a language whose week begins on Monday: %s', (tag) => {
    const locale = new Intl.Locale(tag) as Intl.Locale & {
      getWeekInfo?: () => { firstDay: number }
      weekInfo?: { firstDay: number }
    }
    expect((locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay).toBe(1)
  })
})
