// What is shown instead of a screen: while it loads, when it does not exist, when it broke.

import { t } from '@/lib/i18n'
import { toProblem } from '@/lib/problem'
import pageCss from '@/ui/page.module.css'
import skeletonCss from '@/ui/skeleton.module.css'
import css from './fallback.module.css'

export function Waiting() {
  return (
    <div className={pageCss.page} role="status">
      <span className="sr">{t('loading')}</span>
      <div className={skeletonCss.skeletons}>
        <div className={skeletonCss.skeleton} style={{ width: '30%', height: 28 }} />
        <div className={skeletonCss.skeleton} style={{ height: 180 }} />
      </div>
    </div>
  )
}

export function Missing() {
  return (
    <main className={css.alone}>
      <h1>{t('missing.title')}</h1>
      <p>{t('missing.text')}</p>
      <a href="/">{t('missing.home')}</a>
    </main>
  )
}

export function Broken({ error, retry }: { error: unknown; retry: () => void }) {
  const problem = toProblem(error)
  return (
    <main className={css.alone} role="alert">
      <h1>{t('broken.title')}</h1>
      <p>{t('broken.text')}</p>
      <p className="muted">{problem.message}</p>
      <button type="button" className={css.plainButton} onClick={retry}>
        {t('problem.retry')}
      </button>
    </main>
  )
}
