import { type RefObject, useEffect, useRef, useState } from 'react'

/** Whether an element has come near the screen; what it holds is made only then, and stays. */
export function useSeen<E extends Element>(already: boolean): [RefObject<E | null>, boolean] {
  const ref = useRef<E>(null)
  const [seen, setSeen] = useState(already)
  useEffect(() => {
    const element = ref.current
    if (seen || !element) return
    const watch = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && setSeen(true), {
      rootMargin: '600px 0px',
    })
    watch.observe(element)
    return () => watch.disconnect()
  }, [seen])
  return [ref, seen]
}
