// Calls of the generated client: what fails is thrown as a Problem, by a query's function as by ask().
import { client } from '@/client/client.gen'
import { toProblem } from './problem'

let onLoggedOut: () => void = () => undefined
/** `f` runs at every 401; those of the login screens are answered there. */
export const whenLoggedOut = (f: () => void) => {
  onLoggedOut = f
}

client.interceptors.error.use((error, response?: Response) => {
  if (response?.status === 401) onLoggedOut()
  return toProblem(error, response)
})

/** The data of a call, or a Problem thrown. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await call.catch((error: unknown) => ({ error, data: undefined }))
  if (error !== undefined) throw toProblem(error)
  return data as T
}

/** Header of a change: only if it still is the version that was read; whatever it is now where only a list was read. */
export const match = (read?: { version: number }) => ({ 'If-Match': read ? `"v${read.version}"` : '*' })

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
