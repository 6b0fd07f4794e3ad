interface Chunk {
  file: string
  isEntry?: boolean
  imports?: string[]
  css?: string[]
  dynamicImports?: string[]
}
type Manifest = Record<string, Chunk>
export const limits: { entryJs: number; entryCss: number; route: number; report: number; composer: number }
export function closure(manifest: Manifest, keys: string[]): Set<string>
export function limitFor(key: string): number
export function check(
  manifest: Manifest,
  size: (file: string) => number,
  extra?: Record<string, string[]>,
): { name: string; bytes: number; limit: number; over: boolean }[]
