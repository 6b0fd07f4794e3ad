import { t } from '@/lib/i18n'

export function Skeleton({ lines = 4, block }: { lines?: number; block?: number }) {
  return (
    <div className="skeletons" role="status">
      <span className="sr">{t('loading')}</span>
      {block !== undefined ? (
        <div className="skeleton" style={{ height: block }} />
      ) : (
        Array.from({ length: lines }, (_, i) => (
          <div key={i} className="skeleton" style={{ width: `${[92, 74, 84, 60][i % 4]}%` }} />
        ))
      )}
    </div>
  )
}
