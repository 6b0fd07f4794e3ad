// The message as the server renders it, for a chosen person, wide or on a phone. What is shown is what is sent.

import { SegmentedControl } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Rendered, renderDocumentOptions } from '@/client'
import { t } from '@/lib/i18n'
import { ProblemAlert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { MailFrame } from '@/ui/mail-frame'
import mailFrameCss from '@/ui/mail-frame.module.css'
import { PersonPicker, type PickedPerson } from '@/ui/pick-many'
import { Skeleton } from '@/ui/skeleton'
import { State } from '@/ui/state'
import { blockAtPointer, type Mail, toDocument } from './blocks'
import css from './preview.module.css'
import { placeInWords } from './words'

export function Preview(props: { mail: Mail; subject?: string; preheader?: string; onSelect?: (id: string) => void }) {
  const { mail, subject, preheader } = props
  const [person, setPerson] = useState<PickedPerson>()
  const [view, setView] = useState('wide')
  const [settled] = useDebouncedValue(JSON.stringify({ document: toDocument(mail), subject, preheader }), 500)
  const query = useQuery({
    ...renderDocumentOptions({ body: { ...JSON.parse(settled), person_id: person?.id } }),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  })
  const answer = query.data
  // While something is wrong nothing is rendered: what was last right stays in view.
  const [shown, setShown] = useState<Rendered>()
  if (answer?.html && answer !== shown) setShown(answer)
  return (
    <Card
      title={t('preview')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('composer:view.label')}
          value={view}
          data={['wide', 'phone', 'text'].map((v) => ({ value: v, label: t(`composer:view.${v}`) }))}
          onChange={setView}
        />
      }
    >
      <PersonPicker label={t('composer:as')} description={t('composer:as_text')} value={person} onPick={setPerson} />
      {query.isError && <ProblemAlert problem={query.error} retry={() => void query.refetch()} />}
      {answer ? (
        <>
          {answer.subject && (
            <div className={css.subject}>
              <span className="muted small">{t('composer:subject')}</span>
              <strong className="wrap">{answer.subject}</strong>
            </div>
          )}
          {answer.problems.length > 0 && (
            <ul className="plain-list">
              {answer.problems.map((p) => {
                const block = blockAtPointer(mail.blocks, p.pointer)
                return (
                  <li key={p.pointer + p.message} className="row row-between">
                    <State tone={p.severity === 'error' ? 'bad' : 'warn'}>
                      {[placeInWords(mail.blocks, p.pointer), p.message].filter(Boolean).join(': ')}
                    </State>
                    {block && props.onSelect && (
                      <button type="button" className="link-button" onClick={() => props.onSelect?.(block)}>
                        {t('composer:show_block')}
                      </button>
                    )}
                  </li>
                )
              })}
            </ul>
          )}
          {view === 'text' ? (
            <pre className={mailFrameCss.text}>{shown?.text}</pre>
          ) : (
            <MailFrame html={shown?.html ?? ''} width={view === 'phone' ? 360 : 640} title={t('composer:preview_of')} />
          )}
        </>
      ) : (
        !query.isError && <Skeleton block={320} />
      )}
    </Card>
  )
}
