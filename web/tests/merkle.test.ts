import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isIncluded, readHead } from '../src/lib/merkle'

const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const leaf = (text: string) => sha(Buffer.from([0]), Buffer.from(text))
const node = (a: Buffer, b: Buffer) => sha(Buffer.from([1]), a, b)

// The definitions of RFC 9162, 2.1.1 and 2.1.3.1, over all leaves.
const split = (n: number) => 2 ** Math.floor(Math.log2(n - 1))
const root = (leaves: Buffer[]): Buffer =>
  leaves.length === 1
    ? leaves[0]!
    : node(root(leaves.slice(0, split(leaves.length))), root(leaves.slice(split(leaves.length))))
const path = (m: number, leaves: Buffer[]): Buffer[] => {
  if (leaves.length === 1) return []
  const k = split(leaves.length)
  return m < k
    ? [...path(m, leaves.slice(0, k)), root(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), root(leaves.slice(0, k))]
}
const proofOf = (index: number, size: number) => {
  const entries = Array.from({ length: size }, (_, i) => `entry ${i}`)
  const leaves = entries.map(leaf)
  return {
    entry: entries[index]!,
    index,
    hashes: path(index, leaves).map((h) => h.toString('base64')),
    head: { note: `example.org/trail/x\n${size}\n${root(leaves).toString('base64')}\n2026-03-01T12:30:00Z\n\n— x y\n` },
  }
}

describe('an entry under a head', () => {
  it('is found at its place in trees of every size', async () => {
    for (let size = 1; size <= 20; ++size)
      for (let index = 0; index < size; ++index) expect(await isIncluded(proofOf(index, size))).toBe(true)
  })
  it('is not found when anything about it is another', async () => {
    const proof = proofOf(5, 11)
    expect(await isIncluded({ ...proof, entry: 'entry 6' })).toBe(false)
    expect(await isIncluded({ ...proof, index: 6 })).toBe(false)
    expect(await isIncluded({ ...proof, index: 11 })).toBe(false)
    expect(await isIncluded({ ...proof, hashes: proof.hashes.slice(1) })).toBe(false)
    expect(await isIncluded({ ...proof, hashes: [...proof.hashes, proof.hashes[0]!] })).toBe(false)
    expect(await isIncluded({ ...proof, head: proofOf(5, 12).head })).toBe(false)
    expect(await isIncluded({ ...proof, head: { note: 'nothing' } })).toBe(false)
  })
  it('reads a head', () => {
    expect(readHead('o\n12\nAA==\n')).toEqual({ size: 12, root: 'AA==' })
    expect(readHead('o\nx\nAA==\n')).toBeUndefined()
  })
})
