// A session ends when nobody has used it for two hours. What the console asks for by itself, while nobody touches key or
// pointer, is marked as that, so that a window left open does not keep its session alive.
import { client } from '@/client/client.gen'

const still = 2 * 60_000
let touched = Date.now()

for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const) {
  addEventListener(kind, () => (touched = Date.now()), { capture: true, passive: true })
}

client.interceptors.request.use((request) => {
  if (Date.now() - touched > still) request.headers.set('Varde-Background', '1')
  return request
})
