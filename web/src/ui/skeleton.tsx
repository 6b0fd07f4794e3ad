import { t } from '@/lib/i18n'
import { useOnline } from '@/lib/online'
import { Problem } from '@/lib/problem'
import { ProblemAlert } from './alert'
import css from './skeleton.module.css'

/** What will be there soon. Without a line nothing comes until it is back, which is said. */
export function Skeleton({ lines = 4, block }: { lines?: number; block?: number }) {
  if (!useOnline()) return <ProblemAlert problem={new Problem({ status: 0 })} />
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
