import { t } from '@/lib/i18n'
import css from './skeleton.module.css'

export function Skeleton({ lines = 4, block }: { lines?: number; block?: number }) {
  return (
    <div className={css.skeletons} role="status">
      <span className="sr">{t('loading')}</span>
      {block !== undefined ? (
        <div className={css.skeleton} style={{ height: block }} />
      ) : (
        Array.from({ length: lines }, (_, i) => (
          <div key={i} className={css.skeleton} style={{ width: `${[92, 74, 84, 60][i % 4]}%` }} />
        ))
      )}
    </div>
  )
}
