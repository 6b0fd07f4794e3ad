import { formatTime } from '@/lib/time'

export const Time = ({ at, never }: { at?: string | null; never?: string }) =>
  at ? (
    <time dateTime={at} className="nowrap">
      {formatTime(at)}
    </time>
  ) : (
    <span className="muted">{never ?? '–'}</span>
  )
