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
