// What is fetched only when it is needed may not be there to fetch: the line is down, or the server is. Then this says
// so in its place, within the frame and with everything that was typed, and shows it as soon as it can be had. (The
// router would read the page anew, which without a line is the browser's own error page.)
import { type ComponentType, useEffect, useState } from 'react'
import { t } from '@/lib/i18n'
import css from './fallback.module.css'

type Module<P> = { default: ComponentType<P> }

const reachable = () =>
  fetch('/readyz', { cache: 'no-store' }).then(
    () => true,
    () => false,
  )

/** As `load`, but with no line it gives a component that waits for the other one. */
export const orLater =
  <P extends object>(load: () => Promise<Module<P>>) =>
  () =>
    load().catch(async (error: unknown) => {
      // It is not there though the server is: another version of the console is, which the router reads anew.
      if (await reachable()) throw error
      return { default: later(load) }
    })

function later<P extends object>(load: () => Promise<Module<P>>): ComponentType<P> {
  let Loaded: ComponentType<P> | undefined
  return function Later(props: P) {
    const [, setLoaded] = useState(Loaded !== undefined)
    useEffect(() => {
      const retry = () => void tryAgain()
      const timer = setInterval(retry, 5000)
      addEventListener('online', retry)
      return () => {
        clearInterval(timer)
        removeEventListener('online', retry)
      }
    })
    async function tryAgain() {
      if (Loaded || !(await reachable())) return
      try {
        Loaded = (await load()).default
        setLoaded(true)
      } catch {
        // Some browsers remember that a module could not be fetched. What was typed is kept.
        location.reload()
      }
    }
    if (Loaded) return <Loaded {...props} />
    return (
      <section className={css.alone} role="alert">
        <h1>{t('problem.offline_title')}</h1>
        <p>{t('problem.offline')}</p>
        <button type="button" className={css.plainButton} onClick={() => void tryAgain()}>
          {t('problem.retry')}
        </button>
      </section>
    )
  }
}
