// The language that is none: each message becomes ⟦ãççéñțéđ⟧ and two fifths longer. What stays plain was forgotten in the
// code, what overflows will overflow in a language whose words are longer, and a sentence that was put together of
// pieces has more than one pair of brackets.
import type { Message } from './intl'

const plain = 'AaCcDdEeGgHhIiKkLlNnOoRrSsTtUuWwYyZz'
const marked = 'ÅåÇçĐđÉéĜĝĤĥÎîĶķĻļÑñÖöŘřŠšŢţÛûŴŵÝýŽž'

const accent = (text: string) => text.replace(/[A-Za-z]/g, (c) => marked[plain.indexOf(c)] ?? c)

/** As many as two fifths of the letters, in words, so that lines can still be broken. */
const filler = (length: number) => ' ·····'.repeat(Math.ceil((length * 0.4) / 6)).slice(0, Math.ceil(length * 0.4))

type Parts = Exclude<Message, string>

const accentParts = (parts: Parts): Parts =>
  parts.map((part) => {
    if (part.type === 0) return { ...part, value: accent(part.value) }
    if (part.type !== 5 && part.type !== 6) return part
    const options = Object.entries(part.options).map(([k, o]) => [k, { ...o, value: accentParts(o.value) }])
    return { ...part, options: Object.fromEntries(options) }
  })

const lengthOf = (parts: Parts): number =>
  parts.reduce((sum, part) => {
    if (part.type === 0) return sum + part.value.length
    if (part.type !== 5 && part.type !== 6) return sum
    return sum + Math.max(...Object.values(part.options).map((o) => lengthOf(o.value)))
  }, 0)

export function pseudo(message: Message): Message {
  if (typeof message === 'string') return `⟦${accent(message)}${filler(message.length)}⟧`
  const literal = (value: string) => ({ type: 0, value }) as Parts[number]
  return [literal('⟦'), ...accentParts(message), literal(`${filler(lengthOf(message))}⟧`)]
}
