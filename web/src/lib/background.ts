// A session ends when nobody has used it for two hours. What the console asks for by itself, while nobody touches key or
// pointer, is marked as that, so that a window left open does not keep its session alive.
import { client } from '@/client/client.gen'

let touched = Date.now()

for (const kind of ['pointerdown', 'keydown']) {
  addEventListener(kind, () => (touched = Date.now()), true)
}

client.interceptors.request.use((request) => {
  if (Date.now() - touched > 120_000) request.headers.set('Varde-Background', '1')
  return request
})
