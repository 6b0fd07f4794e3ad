import { describe, expect, it } from 'vitest'
import { getHome } from '@/client'
import { ask, match, whenLoggedOut } from '@/lib/ask'
import { adviceFor, Problem, pointerPath, splitErrors, toProblem } from '@/lib/problem'

const refused = new Problem({
  status: 422,
  title: 'Something needs correcting',
  errors: [
    { pointer: '/email', message: 'Not an e-mail address.' },
    { pointer: '/email', message: 'Too long.' },
    { pointer: '/attributes/city', message: 'Not a choice.' },
    { pointer: '/audience/lists/0', message: 'The list is gone.' },
    { pointer: '/secret_thing', message: 'Unknown.' },
    { pointer: '', message: 'All in all, no.' },
  ],
})

describe('errors beside their fields', () => {
  it('go by the full path first, then by its first part, and the rest is kept', () => {
    const { byField, rest } = splitErrors(refused, ['email', 'attributes.city', 'audience'])
    expect(byField).toEqual({
      email: 'Not an e-mail address. Too long.',
      'attributes.city': 'Not a choice.',
      audience: 'The list is gone.',
    })
    expect(rest).toEqual(['secret_thing: Unknown.', 'All in all, no.'])
  })
  it('reads JSON pointers with their escapes', () => {
    expect(pointerPath('/a~1b/c~0d')).toEqual(['a/b', 'c~d'])
    expect(pointerPath('#/x')).toEqual(['x'])
  })
})

describe('whatever a call leaves behind', () => {
  it.each([
    [0, 'offline'],
    [401, 'unauthorised'],
    [403, 'forbidden'],
    [404, 'missing'],
    [409, 'conflict'],
    [412, 'changed'],
    [428, 'changed'],
    [422, 'invalid'],
    [429, 'busy'],
    [503, 'unavailable'],
    [500, 'server'],
  ])('%i is %s', (status, advice) => {
    expect(adviceFor(new Problem({ status }))).toBe(advice)
  })
  it('becomes a problem, with the pause the server asks for', () => {
    const response = new Response('<html>', {
      status: 429,
      statusText: 'Too Many',
      headers: { 'Retry-After': '30' },
    })
    const p = toProblem('<html>', response)
    expect(p.status).toBe(429)
    expect(p.retryAfter).toBe(30)
    expect(toProblem(new TypeError('fetch failed')).status).toBe(0)
    expect(toProblem(refused)).toBe(refused)
  })
  const answering = (response: () => Response | Promise<Response>) => ({
    baseUrl: 'http://varde.test',
    fetch: async () => response(),
  })
  const refusing = (status: number) =>
    answering(() => Response.json({ title: 'Taken', detail: 'It is taken.' }, { status }))
  it('is thrown by ask(), which else gives the data', async () => {
    await expect(ask(getHome(answering(() => Response.json({ waiting: [] }))))).resolves.toEqual({ waiting: [] })
    await expect(ask(getHome(refusing(409)))).rejects.toMatchObject({ status: 409, title: 'Taken' })
    await expect(ask(getHome(answering(() => new Response('<html>', { status: 502 }))))).rejects.toMatchObject({
      status: 502,
    })
    await expect(ask(getHome(answering(() => Promise.reject(new TypeError('no line')))))).rejects.toMatchObject({
      status: 0,
    })
  })
  it('is what the function of a query throws, too', async () => {
    const call = getHome({ ...refusing(409), throwOnError: true })
    await expect(call).rejects.toBeInstanceOf(Problem)
    await expect(call).rejects.toMatchObject({ status: 409, detail: 'It is taken.' })
  })
  it('says that the session has ended', async () => {
    let said = 0
    whenLoggedOut(() => {
      said += 1
    })
    await expect(ask(getHome(refusing(401)))).rejects.toMatchObject({ status: 401 })
    await expect(ask(getHome(refusing(403)))).rejects.toMatchObject({ status: 403 })
    expect(said).toBe(1)
    whenLoggedOut(() => undefined)
  })
  it('is avoided by naming the version that was read', () => {
    expect(match({ version: 7 })).toEqual({ 'If-Match': '"v7"' })
    expect(match()).toEqual({ 'If-Match': '*' })
  })
})
