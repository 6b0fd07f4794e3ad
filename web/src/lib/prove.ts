// What is sensitive asks for the second factor again when it was given a while ago (problem kind "factor-again"): the
// user is asked once however many requests wait, and what was refused is sent anew.
import { client } from '@/client/client.gen'

let prompt: () => Promise<boolean> = async () => false
/** `f` asks the user and tells whether she has proven who she is; false when she gave up. */
export const whenToProve = (f: () => Promise<boolean>) => {
  prompt = f
}

let asking: Promise<boolean> | undefined

/** Asks now, for what no request can wait for (a download that the browser makes). */
export async function prove(): Promise<boolean> {
  asking ??= prompt().finally(() => {
    asking = undefined
  })
  return asking
}

async function mustProve(response: Response): Promise<boolean> {
  if (response.status !== 403) return false
  const body = await response
    .clone()
    .json()
    .catch(() => undefined)
  return body?.kind === 'factor-again'
}

// The request is made anew from what it was made of: a copy kept of each one, a large file's too, would be held in memory.
client.interceptors.response.use(async (response, request, options) => {
  if (!(await mustProve(response)) || !(await prove())) return response
  const { serializedBody, body } = options as { serializedBody?: BodyInit; body?: BodyInit }
  return fetch(
    new Request(request.url, {
      method: request.method,
      headers: request.headers,
      body: serializedBody ?? body,
    }),
  )
})
