import { ActionIcon } from '@mantine/core'
import { useEffect, useState } from 'react'
import { t } from '@/lib/i18n'
import { IconCheck, IconCopy } from './icons'
import { toast } from './toast'

export function Copy({ value, label }: { value: string; label: string }) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 2000)
    return () => clearTimeout(timer)
  }, [done])
  return (
    <ActionIcon
      variant="default"
      size={28}
      aria-label={done ? t('copied') : label}
      title={done ? t('copied') : label}
      onClick={() => {
        // Without TLS there is no clipboard to write to.
        const written = navigator.clipboard?.writeText(value) ?? Promise.reject(new Error('no clipboard'))
        void written.then(
          () => setDone(true),
          () => toast('bad', t('copy_failed')),
        )
      }}
    >
      {done ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
    </ActionIcon>
  )
}
