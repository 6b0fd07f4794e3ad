// Who somebody is, at a glance: the picture where there is one, else the first letters of the name. The name itself
// always stands beside it, so that for a screen reader this is nothing.

import { useState } from 'react'
import { initials } from '@/lib/names'
import css from './face.module.css'

/** `at`: when the picture was changed; without it there is none, and none is asked for. */
export function Face({ id, name, at, large }: { id: string; name?: string; at?: string; large?: boolean }) {
  const [missing, setMissing] = useState<string>()
  const src = at && `/api/v1/substitutes/${id}/picture?at=${Date.parse(at)}`
  return (
    <span className={large ? `${css.face} ${css.large}` : css.face} aria-hidden>
      {src && src !== missing ? (
        <img src={src} alt="" loading="lazy" decoding="async" onError={() => setMissing(src)} />
      ) : (
        initials(name)
      )}
    </span>
  )
}
