import { useSyncExternalStore } from 'react'

export function store<T>(initial: T) {
  let value = initial
  const subscribers = new Set<() => void>()
  return {
    get: () => value,
    set: (next: T) => {
      value = next
      for (const s of subscribers) s()
    },
    use: () =>
      useSyncExternalStore(
        (s) => {
          subscribers.add(s)
          return () => subscribers.delete(s)
        },
        () => value,
      ),
  }
}
