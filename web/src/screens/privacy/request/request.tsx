// One request: who asks, what can be done about it with one click, and everything that was done.

import { useQuery } from '@tanstack/react-query'
import { getRequestOptions, type SubjectRequest } from '@/client'
import { t } from '@/lib/i18n'
import { useParam } from '@/lib/url'
import { Alert } from '@/ui/alert'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import personSplitCss from '@/ui/person-split.module.css'
import { RequestState } from '../words'
import { Asked } from './asked'
import { Deeds } from './deeds'
import { History } from './history'
import { Package } from './package'
import { Steps } from './steps'
import { Unconfirmed } from './unconfirmed'
import { Who } from './who'

const list = { href: '/privacy/requests', label: 'privacy:requests' }

export default function RequestScreen() {
  const id = useParam()
  const query = useQuery({
    ...getRequestOptions({ path: { id } }),
    refetchInterval: (q) => (q.state.data?.package.state === 'gathering' ? 1000 : false),
  })
  if (!query.data) {
    return (
      <Page title={t('privacy:request')} back={{ href: list.href, label: t(list.label) }}>
        <Loaded query={query} lines={8}>
          {() => null}
        </Loaded>
      </Page>
    )
  }
  return <RequestView request={query.data} />
}

function RequestView({ request }: { request: SubjectRequest }) {
  const open = !request.ended_at && request.state !== 'unconfirmed'
  const title = request.number ? t('privacy:case', { number: request.number }) : t('privacy:request')
  return (
    <Page
      title={title}
      back={{ href: list.href, label: t(list.label) }}
      state={<RequestState state={request.state} />}
      lead={t(`privacy:kind_texts.${request.kind}`)}
    >
      {request.state === 'unconfirmed' && <Unconfirmed request={request} />}
      <div className={`split ${personSplitCss.personSplit}`}>
        <div className="sections">
          {open && !request.person && <Alert tone="warn">{t('privacy:person_first')}</Alert>}
          {open && <Deeds request={request} />}
          {(open || request.package.state !== 'none') && request.person && <Package request={request} open={open} />}
          <History request={request} />
        </div>
        <div className="sections">
          <Asked request={request} />
          {!request.forgotten && <Who request={request} open={open} />}
          {open && <Steps request={request} />}
        </div>
      </div>
    </Page>
  )
}
