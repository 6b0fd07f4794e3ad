// /campaigns/<id> leads to whatever suits the campaign's state: composing, watching or reading the report.
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { getCampaignProgressOptions } from '@/client'
import { t } from '@/lib/i18n'
import { useParam } from '@/lib/url'
import { useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { placeOf } from './states'

export default function Campaign() {
  const id = useParam()
  const go = useGo()
  const query = useQuery(getCampaignProgressOptions({ path: { id } }))
  const state = query.data?.state
  // biome-ignore lint/correctness/useExhaustiveDependencies: go is new at every render
  useEffect(() => {
    if (state) go(placeOf({ id, state }), { replace: true })
  }, [id, state])
  return (
    <Page title={t('campaigns:one')} back={{ href: '/campaigns', label: t('campaigns:title') }}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  )
}
