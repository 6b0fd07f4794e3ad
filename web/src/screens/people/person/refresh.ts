import { refresh } from '@/lib/queries'

export const refreshPerson = (id: string) =>
  Promise.all([
    refresh('getPerson', { path: { id } }),
    refresh('listPersonTimeline', { path: { id } }),
    refresh('listPersons'),
  ])
