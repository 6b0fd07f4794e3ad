// Asks for the second factor (or, of a user without one, the password) once more: see lib/prove. It is seldom needed, so
// the form comes when it is.
import { lazy, Suspense, useEffect, useState } from 'react'
import { whenToProve } from '@/lib/prove'

const Asked = lazy(() => import('./prove-form'))

export function ProveAgain() {
  const [answer, setAnswer] = useState<(proven: boolean) => void>()
  useEffect(() => whenToProve(() => new Promise((resolve) => setAnswer(() => resolve))), [])
  if (!answer) return null
  return (
    <Suspense fallback={null}>
      <Asked
        done={(proven) => {
          setAnswer(undefined)
          answer(proven)
        }}
      />
    </Suspense>
  )
}
