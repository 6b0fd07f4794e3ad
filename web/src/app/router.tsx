// All routes in one place. Each screen is a chunk of its own and names the word files it needs.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  useRouter,
} from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { whenLoggedOut } from '@/lib/ask'
import { whenLiveAgain } from '@/lib/events'
import { loadWords } from '@/lib/i18n'
import { queries, refresh } from '@/lib/queries'
import { parseSearch, stringifySearch } from '@/lib/url'
import { Broken, Missing, Waiting } from './fallback'
import { orLater } from './later'
import { nobody, sessionOptions } from './session'

type Module = Promise<{ default: ComponentType }>

const root = createRootRoute({ component: Outlet, notFoundComponent: Missing, errorComponent: BrokenRoute })

function BrokenRoute({ error }: { error: unknown }) {
  const router = useRouter()
  return <Broken error={error} retry={() => void router.invalidate()} />
}

const lazy = (load: () => Module, words: string[]) =>
  lazyRouteComponent(orLater(async () => (await Promise.all([load(), loadWords(...words)]))[0]))

const bare = (path: string, load: () => Module) =>
  createRoute({ getParentRoute: () => root, path, component: lazy(load, ['login']) })

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: lazy(() => import('@/shell/shell'), ['shell']),
  pendingComponent: Waiting,
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionOptions)
    if (session.state !== 'ready') throw redirect({ href: loginHref(location.href) })
    // When the contract has ended two things are left to do: take everything along, and answer persons.
    if (session.tenant?.ended && !/^\/(settings\/contract|me|privacy\/requests(\/[^/]+)?)$/.test(location.pathname))
      throw redirect({ href: '/settings/contract' })
  },
})

const screen = (path: string, words: string, load: () => Module) =>
  createRoute({ getParentRoute: () => shell, path, component: lazy(load, words.split(' ')) })

const loginHref = (from: string, why?: 'ended') => {
  const search = new URLSearchParams()
  if (why) search.set('why', why)
  if (from !== '/' && !from.startsWith('/login')) search.set('next', from)
  return search.size ? `/login?${search}` : '/login'
}

const screens = [
  screen('/', 'home campaigns', () => import('@/screens/home/home')),
  screen('/setup', 'home', () => import('@/screens/home/setup')),
  screen('/notifications', 'home', () => import('@/screens/home/notifications')),

  screen('/persons', 'people', () => import('@/screens/people/persons')),
  screen('/persons/new', 'people', () => import('@/screens/people/person-new')),
  screen('/persons/$id', 'people privacy', () => import('@/screens/people/person/person')),
  screen('/imports', 'imports', () => import('@/screens/imports/imports')),
  screen('/imports/new', 'imports', () => import('@/screens/imports/import-new')),
  screen('/imports/$id', 'imports people', () => import('@/screens/imports/import/import')),
  screen('/exports', 'imports', () => import('@/screens/imports/exports')),
  screen('/lists', 'people', () => import('@/screens/people/lists')),
  screen('/tags', 'people', () => import('@/screens/people/tags')),
  screen('/attributes', 'people', () => import('@/screens/people/attributes')),
  screen('/purposes', 'people', () => import('@/screens/people/purposes')),
  screen('/segments', 'segments', () => import('@/screens/segments/segments')),
  screen('/segments/new', 'segments', () => import('@/screens/segments/segment')),
  screen('/segments/$id', 'segments', () => import('@/screens/segments/segment')),

  screen('/campaigns', 'campaigns', () => import('@/screens/campaigns/campaigns')),
  screen('/campaigns/$id', 'campaigns', () => import('@/screens/campaigns/campaign')),
  screen('/campaigns/$id/edit', 'campaigns composer', () => import('@/screens/campaigns/edit/edit')),
  screen('/campaigns/$id/review', 'campaigns composer', () => import('@/screens/campaigns/review')),
  screen('/campaigns/$id/live', 'campaigns', () => import('@/screens/campaigns/live')),
  screen('/campaigns/$id/report', 'campaigns', () => import('@/screens/campaigns/report')),
  screen('/campaigns/$id/people', 'campaigns', () => import('@/screens/campaigns/people')),
  screen('/templates', 'campaigns', () => import('@/screens/campaigns/templates')),
  screen('/templates/$id', 'campaigns composer', () => import('@/screens/campaigns/template')),

  screen('/forms', 'forms', () => import('@/screens/forms/forms')),
  screen('/forms/$id', 'forms', () => import('@/screens/forms/form/form')),
  screen('/forms/$id/results', 'forms', () => import('@/screens/forms/results')),
  screen('/forms/$id/answers', 'forms', () => import('@/screens/forms/answers')),

  screen('/journeys', 'journeys', () => import('@/screens/journeys/journeys')),
  screen('/journeys/$id', 'journeys', () => import('@/screens/journeys/journey/journey')),
  screen('/journeys/$id/runs', 'journeys', () => import('@/screens/journeys/runs')),

  screen('/shifts', 'staffing', () => import('@/screens/staffing/shifts')),
  screen('/shifts/import', 'staffing', () => import('@/screens/staffing/shift-import')),
  screen('/shifts/$id', 'staffing', () => import('@/screens/staffing/shift')),
  screen('/substitutes', 'staffing', () => import('@/screens/staffing/substitutes')),
  screen('/substitutes/$id', 'staffing', () => import('@/screens/staffing/substitute')),
  screen('/staffing/calendar', 'staffing', () => import('@/screens/staffing/calendar')),
  screen('/staffing/workplaces', 'staffing', () => import('@/screens/staffing/workplaces')),
  screen('/staffing/skills', 'staffing', () => import('@/screens/staffing/skills')),
  screen('/staffing/pools', 'staffing', () => import('@/screens/staffing/pools')),
  screen('/staffing/documents', 'staffing', () => import('@/screens/staffing/document-kinds')),
  screen('/staffing/rules', 'staffing', () => import('@/screens/staffing/rules-page')),

  screen('/sending/domains', 'sending', () => import('@/screens/sending/domains')),
  screen('/sending/providers', 'sending', () => import('@/screens/sending/providers/providers')),
  screen('/sending/mailbox', 'sending', () => import('@/screens/sending/mailbox')),
  screen('/sending/mailbox/$id', 'sending', () => import('@/screens/sending/message')),
  screen('/sending/suppressions', 'sending', () => import('@/screens/sending/suppressions')),

  screen('/privacy/requests', 'privacy', () => import('@/screens/privacy/requests')),
  screen('/privacy/requests/$id', 'privacy people', () => import('@/screens/privacy/request/request')),
  screen('/privacy/retention', 'keeping', () => import('@/screens/privacy/retention')),
  screen('/privacy/erasures', 'keeping', () => import('@/screens/privacy/erasures')),
  screen('/privacy/evidence', 'evidence', () => import('@/screens/privacy/evidence')),

  screen('/users', 'admin', () => import('@/screens/admin/users')),
  screen('/users/$id', 'admin', () => import('@/screens/admin/user')),
  screen('/settings', 'admin', () => import('@/screens/admin/settings')),
  screen('/settings/contract', 'contract', () => import('@/screens/admin/contract')),
  screen('/audit', 'admin', () => import('@/screens/admin/audit')),
  screen('/settings/jobs', 'operate', () => import('@/screens/operate/jobs')),
  screen('/backups', 'operate', () => import('@/screens/operate/backups')),
  screen('/me', 'admin login', () => import('@/screens/admin/me')),
]

export const router = createRouter({
  routeTree: root.addChildren([
    shell.addChildren(screens),
    bare('/login', () => import('@/screens/login/login')),
    bare('/invitation/$token', () => import('@/screens/login/invitation')),
    bare('/reset', () => import('@/screens/login/reset')),
    bare('/reset/$token', () => import('@/screens/login/reset-confirm')),
  ]),
  parseSearch,
  stringifySearch,
  defaultPendingComponent: Waiting,
  defaultPendingMs: 200,
  defaultNotFoundComponent: Missing,
  scrollRestoration: true,
})

whenLoggedOut(() => {
  const here = router.history.location.href
  if (/^\/(login|invitation|reset)\b/.test(here)) return
  queries.setQueryData(sessionOptions.queryKey, nobody)
  void refresh('getSession')
  router.history.push(loginHref(here, 'ended'))
})

whenLiveAgain(() => void queries.invalidateQueries())
