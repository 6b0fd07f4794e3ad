// Who would be asked, in their order and with the reason; and who may not be asked, and why.

import { Button, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/app/session'
import type { CandidateView, Candidates as Data, OfferView, Shift } from '@/client'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { Card } from '@/ui/card'
import cardCss from '@/ui/card.module.css'
import { IconSearch, IconStar } from '@/ui/icons'
import { Link } from '@/ui/link'
import { State } from '@/ui/state'
import tableCss from '@/ui/table.module.css'
import tagCss from '@/ui/tag.module.css'
import { BookDialog } from './book'
import candidatesCss from './candidates.module.css'
import { Face } from './face'

const STEP = 20

export function Candidates(props: {
  shift: Shift
  data: Data
  offers: OfferView[]
  booked: string[]
  bookable: boolean
}) {
  const { shift, data, bookable } = props
  const may = useMay()
  const [q, setQ] = useState('')
  // Where nobody can be asked, what is wanted to know is why.
  const [chosen, setAll] = useState<boolean>()
  const all = chosen ?? data.askable === 0
  const [shown, setShown] = useState(STEP)
  const [picked, setPicked] = useState<CandidateView>()
  const asked = new Map(props.offers.map((o) => [o.person_id, o.state]))
  // Who was told that others got it, or that the question is taken back, can be booked when a place is free again.
  const free = ['taken', 'withdrawn']
  const left = data.items.filter(
    (c) =>
      !props.booked.includes(c.person_id) && (!asked.has(c.person_id) || free.includes(asked.get(c.person_id) ?? '')),
  )
  const wanted = left.filter(
    (c) => (all || c.askable) && (!q || (c.name ?? '').toLowerCase().includes(q.trim().toLowerCase())),
  )
  const full = shift.taken >= shift.places
  return (
    <Card
      title={t('staffing:candidates.title')}
      note={t('staffing:candidates.note', { askable: formatNumber(data.askable), count: formatNumber(data.count) })}
      flush
    >
      <div className={`${cardCss.pad} stack-s`}>
        <div className="row row-between">
          <TextInput
            type="search"
            aria-label={t('staffing:candidates.find')}
            placeholder={t('staffing:candidates.find')}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={q}
            onChange={(e) => setQ(e.currentTarget.value)}
          />
          <Switch
            label={t('staffing:candidates.show_others')}
            checked={all}
            onChange={(e) => setAll(e.currentTarget.checked)}
          />
        </div>
        {data.count > data.items.length && (
          <p className="muted small">{t('staffing:candidates.first', { shown: data.items.length })}</p>
        )}
      </div>
      {wanted.length ? (
        <ol className={candidatesCss.candidates}>
          {wanted.slice(0, shown).map((c) => (
            <li key={c.person_id}>
              <Face id={c.person_id} name={c.name} at={c.picture_at} />
              <div className="grow">
                <div className="row">
                  <Link href={`/substitutes/${c.person_id}`} className="strong">
                    {c.name ?? t('no_name')}
                  </Link>
                  {c.favourite && (
                    <span className={tagCss.tag}>
                      <IconStar size={13} aria-hidden /> {t('staffing:favourite')}
                    </span>
                  )}
                  {!c.askable && <State tone="warn">{t('staffing:candidates.not_asked')}</State>}
                </div>
                <div className="muted small">{c.explanation}</div>
              </div>
              {bookable && !full && (c.askable || may('rules.override')) && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t(
                    c.askable ? 'staffing:candidates.book_named' : 'staffing:candidates.book_against_named',
                    { name: c.name },
                  )}
                  onClick={() => setPicked(c)}
                >
                  {t(c.askable ? 'staffing:candidates.book' : 'staffing:candidates.book_against')}
                </Button>
              )}
            </li>
          ))}
        </ol>
      ) : (
        <p className={`muted ${cardCss.pad}`}>
          {q ? t('nobody_found') : t(all ? 'staffing:candidates.none_at_all' : 'staffing:candidates.none')}
        </p>
      )}
      {wanted.length > shown && (
        <footer className={tableCss.foot}>
          <span>{t('shown_of', { shown, total: formatNumber(wanted.length) })}</span>
          <Button variant="default" size="xs" onClick={() => setShown(shown + STEP)}>
            {t('show_more')}
          </Button>
        </footer>
      )}
      {picked && <BookDialog shift={shift} person={picked} close={() => setPicked(undefined)} />}
    </Card>
  )
}
