// What is sensitive asks for the second factor again when it was given a while ago (problem kind "factor-again"): the
// user is asked once however many requests wait, and what was refused is sent anew.
import { client } from '@/client/client.gen'

let asking: Promise<boolean> | undefined

/** Asks now: for what was refused, or for what no request can wait for (a download that the browser makes). */
export const prove = () =>
  (asking ??= import('@/ui/prove-form')
    .then((form) => form.askToProve())
    .finally(() => {
      asking = undefined
    }))

// The request is made anew from what it was made of: a copy kept of each one, a large file's too, would be held in memory.
client.interceptors.response.use(async (response, request, made) =>
  response.status === 403 && (await response.clone().text()).includes('"factor-again"') && (await prove())
    ? fetch(new Request(request, { body: made.serializedBody ?? (made.body as BodyInit) }))
    : response,
)
