// One substitute: what they can, when they can, how to reach them, and where they have worked.

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { useMay } from '@/app/session'
import { deleteSubstitute, getSubstituteOptions, type Substitute } from '@/client'
import { ask } from '@/lib/ask'
import { t } from '@/lib/i18n'
import { forget, refresh } from '@/lib/queries'
import { useParam, useUrl } from '@/lib/url'
import { confirm } from '@/ui/confirm'
import { IconCamera, IconDots, IconEdit, IconTrash, IconUserCircle } from '@/ui/icons'
import { LinkButton, useGo } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Menu } from '@/ui/menu'
import { Page } from '@/ui/page'
import { toast } from '@/ui/toast'
import { Availability } from './availability-card'
import { Documents } from './documents-card'
import { Face } from './face'
import { PictureForm, SubstituteEdit } from './later'
import { Reach } from './reach'
import shiftSplitCss from './shift-split.module.css'
import css from './substitute.module.css'
import { History, Standing, useHistory } from './substitute-history'
import { Places, Skills } from './substitute-skills'

export default function SubstituteScreen() {
  const id = useParam()
  const query = useQuery(getSubstituteOptions({ path: { id } }))
  if (!query.data)
    return (
      <Page title={t('staffing:substitute')} back={{ href: '/substitutes', label: t('staffing:substitutes.title') }}>
        <Loaded query={query} block={320}>
          {() => null}
        </Loaded>
      </Page>
    )
  return <View key={id} one={query.data} />
}

/** By what somebody is asked: a fixed line takes no messages. */
const reachWords = (one: Substitute) =>
  one.takes_sms
    ? 'staffing:reach_sms'
    : one.email
      ? one.phone
        ? 'staffing:reach_landline'
        : 'staffing:reach_mail'
      : one.phone
        ? 'staffing:reach_call'
        : 'staffing:reach_none'

function View({ one }: { one: Substitute }) {
  const may = useMay()
  const go = useGo()
  const [{ edit }, setUrl] = useUrl()
  const manage = may('staffing.manage')
  const history = useHistory(one.id)
  const [picture, setPicture] = useState(false)
  const face = <Face id={one.id} name={one.name} at={one.picture_at} large />
  return (
    <Page
      wide
      title={one.name}
      face={
        manage ? (
          <button
            type="button"
            className={css.faceButton}
            aria-label={t(one.picture_at ? 'staffing:picture.change' : 'staffing:picture.add', { name: one.name })}
            title={t(one.picture_at ? 'staffing:picture.change' : 'staffing:picture.add', { name: one.name })}
            onClick={() => setPicture(true)}
          >
            {face}
            <span className={css.faceMark} aria-hidden>
              <IconCamera size={14} />
            </span>
          </button>
        ) : (
          face
        )
      }
      lead={
        <span className={css.reachLine}>
          <Reach of={one} />
          <span className="small">{t(reachWords(one))}</span>
        </span>
      }
      back={{ href: '/substitutes', label: t('staffing:substitutes.title') }}
      actions={
        <>
          {may('persons.read') && (
            <LinkButton
              variant="default"
              href={`/persons/${one.id}`}
              leftSection={<IconUserCircle size={16} aria-hidden />}
            >
              {t('staffing:person_page')}
            </LinkButton>
          )}
          {manage && (
            <>
              <Button
                variant="default"
                leftSection={<IconEdit size={16} aria-hidden />}
                onClick={() => setUrl({ edit: '1' })}
              >
                {t('edit')}
              </Button>
              <Menu
                label={t('staffing:more')}
                framed
                button={<IconDots size={18} aria-hidden />}
                items={[
                  {
                    label: t('staffing:substitutes.remove'),
                    danger: true,
                    icon: <IconTrash size={16} aria-hidden />,
                    run: () =>
                      confirm({
                        title: t('staffing:substitutes.remove_title', { name: one.name }),
                        body: t('staffing:substitutes.remove_body'),
                        label: t('staffing:substitutes.remove_label'),
                        run: async () => {
                          await ask(deleteSubstitute({ path: { id: one.id } }))
                          forget('getSubstitute', { path: { id: one.id } })
                          void refresh(['listSubstitutes', 'getSubstitute'])
                          toast('good', t('staffing:substitutes.removed', { name: one.name }))
                          go('/substitutes')
                        },
                      }),
                  },
                ]}
              />
            </>
          )}
        </>
      }
    >
      <div className={`split ${shiftSplitCss.shiftSplit}`}>
        <div className="sections">
          <Availability id={one.id} write={manage} />
          <History bookings={history} />
        </div>
        <div className="sections">
          <Standing one={one} bookings={history.data?.items ?? []} />
          <Skills one={one} />
          <Documents id={one.id} write={manage} />
          <Places one={one} />
        </div>
      </div>
      <Suspense>
        {edit && manage && <SubstituteEdit one={one} close={() => setUrl({ edit: undefined })} />}
        {picture && <PictureForm one={one} close={() => setPicture(false)} />}
      </Suspense>
    </Page>
  )
}
