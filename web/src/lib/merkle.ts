// RFC 9162 in the browser: whether an entry of the trail is under a signed head, computed where the reader sits and not
// where the entry is kept. The signature is checked by `varde audit verify`.

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

async function hash(...parts: Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole))
}

const leaf = (entry: string) => hash(Uint8Array.of(0), new TextEncoder().encode(entry))
const node = (left: Uint8Array, right: Uint8Array) => hash(Uint8Array.of(1), left, right)

export interface Proof {
  entry: string
  index: number
  hashes: string[]
  head: { note: string }
}

/** Size and root of a checkpoint (C2SP tlog-checkpoint): its second and third lines. */
export function readHead(note: string): { size: number; root: string } | undefined {
  const [, size, root] = note.split('\n')
  return size && root && /^\d+$/.test(size) ? { size: Number(size), root } : undefined
}

/** Section 2.1.3.2: whether the path from the entry leads to the head's root. */
export async function isIncluded(proof: Proof): Promise<boolean> {
  const head = readHead(proof.head.note)
  if (!head || proof.index >= head.size) return false
  let fn = proof.index
  let sn = head.size - 1
  let r = await leaf(proof.entry)
  for (const p of proof.hashes.map(bytesOf)) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      r = await node(p, r)
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else {
      r = await node(r, p)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  const root = bytesOf(head.root)
  return sn === 0 && r.length === root.length && r.every((byte, i) => byte === root[i])
}
