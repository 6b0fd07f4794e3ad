// One place that turns a call of the generated client into its data, or throws a Problem.
import { toProblem } from './problem'

let onLoggedOut: () => void = () => undefined
/** `f` runs at every 401 but those of the login calls themselves, which never reach here logged in. */
export const whenLoggedOut = (f: () => void) => {
  onLoggedOut = f
}

type Answer<T> = { data?: T; error?: unknown; response?: Response }

export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await askTagged(call)).data
}

/** As ask(), with the ETag that a later change of the same object must present. */
export async function askTagged<T>(call: Promise<Answer<T>>): Promise<{ data: T; etag: string }> {
  let answer: Answer<T>
  try {
    answer = await call
  } catch (error) {
    throw toProblem(error)
  }
  const { data, error, response } = answer
  if (error !== undefined || !response?.ok) {
    if (response?.status === 401) onLoggedOut()
    throw toProblem(error, response)
  }
  return { data: data as T, etag: response.headers.get('ETag') ?? '*' }
}

/** Header object for a change of an object that was read with `etag`; `*` where only a list was read. */
export const match = (etag = '*') => ({ 'If-Match': etag })

/** A new idempotency key; also where the page is not served over TLS and crypto.randomUUID is missing. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')

/**
 * Runs a call under the key in `key`, so that a repeat after a broken line is not done twice. A refusal (4xx) is an
 * answer: what is sent after correcting it is a new request with a new key.
 */
export async function once<T>(
  key: { current: string },
  run: (headers: { 'Idempotency-Key': string }) => Promise<T>,
): Promise<T> {
  try {
    return await run({ 'Idempotency-Key': key.current })
  } catch (error) {
    const { status } = toProblem(error)
    if (status >= 400 && status < 500) key.current = newKey()
    throw error
  }
}
