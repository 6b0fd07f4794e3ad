// What is sensitive asks for the second factor again when it was given a while ago (problem kind "factor-again"): the
// request is held back, the user is asked once however many requests wait, and it is sent anew.
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

export async function proving(request: Request, send: (request: Request) => Promise<Response>) {
  const again = request.clone()
  const response = await send(request)
  if (!(await mustProve(response))) return response
  return (await prove()) ? send(again) : response
}

client.setConfig({ fetch: (request) => proving(request as Request, (r) => globalThis.fetch(r)) })
