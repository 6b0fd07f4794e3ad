import { afterEach, describe, expect, it } from 'vitest'
import {
  getPersonQueryKey,
  listPersonsInfiniteQueryKey,
  listPersonsQueryKey,
  listPersonTimelineQueryKey,
} from '@/client'
import { forget, queries, refresh } from '@/lib/queries'

const a = getPersonQueryKey({ path: { id: 'a' } })
const b = getPersonQueryKey({ path: { id: 'b' } })
const timeline = listPersonTimelineQueryKey({ path: { id: 'a' } })
const pages = listPersonsInfiniteQueryKey({ query: { q: 'kari', limit: 50 } })
const picked = listPersonsQueryKey({ query: { q: 'ola', limit: 8 } })
const all = { a, b, timeline, pages, picked }

function read() {
  for (const key of Object.values(all)) queries.setQueryData(key as readonly unknown[], {})
}
const old = () =>
  Object.entries(all)
    .filter(([, key]) => queries.getQueryState(key)?.isInvalidated)
    .map(([name]) => name)

afterEach(() => queries.clear())

describe('what is read again', () => {
  it('is all that an operation has read, whatever it was asked for', async () => {
    read()
    await refresh('listPersons')
    expect(old()).toEqual(['pages', 'picked'])
  })
  it('is what was read of one thing, by each of several operations', async () => {
    read()
    await refresh(['getPerson', 'listPersonTimeline'], { path: { id: 'a' } })
    expect(old()).toEqual(['a', 'timeline'])
  })
})

describe('what no longer exists', () => {
  it('is forgotten alone', () => {
    read()
    forget('getPerson', { path: { id: 'a' } })
    expect(queries.getQueryData(a)).toBeUndefined()
    expect(queries.getQueryData(b)).toBeDefined()
    expect(queries.getQueryData(timeline as readonly unknown[])).toBeDefined()
  })
})
