// One import, from its columns to its result. Which step is shown follows from the server's state, so that it
// can be left and come back to; what was chosen but not started yet is kept as a draft.

import { useQuery } from '@tanstack/react-query'
import { getImportOptions } from '@/client'
import { useLive } from '@/lib/events'
import { t } from '@/lib/i18n'
import { useAttributes } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { useParam } from '@/lib/url'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { ImportState } from '../imports'
import { Prepare } from './prepare'
import { Result } from './result'

export default function ImportScreen() {
  const id = useParam()
  const live = useLive('import.progress', (event) => {
    if (event.id === id) void refresh('getImport', { path: { id } })
  })
  const query = useQuery({
    ...getImportOptions({ path: { id } }),
    refetchInterval: ({ state }) => {
      const running = state.data?.state === 'running' || state.data?.state === 'queued'
      return running ? (live.connected ? 5000 : 1500) : false
    },
  })
  const attributes = useAttributes()
  const item = query.data
  return (
    <Page
      title={item?.filename ?? t('imports:one')}
      back={{ href: '/imports', label: t('imports:title') }}
      state={item && <ImportState state={item.state} />}
      wide
    >
      <Loaded query={query} block={240}>
        {(i) => {
          if (i.state !== 'uploaded') return <Result item={i} />
          return (
            <Loaded query={attributes} block={240}>
              {(a) => <Prepare key={`${i.id} ${i.sheet}`} item={i} attributes={a.items} />}
            </Loaded>
          )
        }}
      </Loaded>
    </Page>
  )
}
