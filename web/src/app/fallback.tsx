// What is shown instead of a screen: while it loads, when it does not exist, when it broke.
import { t } from '@/lib/i18n'
import { toProblem } from '@/lib/problem'

export function Waiting() {
  return (
    <div className="page skeletons" role="status">
      <span className="sr">{t('loading')}</span>
      <div className="skeleton" style={{ width: '30%', height: 28 }} />
      <div className="skeleton" style={{ height: 180 }} />
    </div>
  )
}

export function Missing() {
  return (
    <main className="page empty">
      <h1>{t('missing.title')}</h1>
      <p>{t('missing.text')}</p>
      <a href="/">{t('missing.home')}</a>
    </main>
  )
}

export function Broken({ error, retry }: { error: unknown; retry: () => void }) {
  const problem = toProblem(error)
  return (
    <main className="page empty" role="alert">
      <h1>{t('broken.title')}</h1>
      <p>{t('broken.text')}</p>
      <p className="muted">{problem.message}</p>
      <button type="button" className="plain-button" onClick={retry}>
        {t('problem.retry')}
      </button>
    </main>
  )
}
