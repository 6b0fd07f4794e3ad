import { useQuery } from '@tanstack/react-query'
import { getFormOptions, getFormResultsOptions } from '@/client'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { useParam } from '@/lib/url'
import { Card } from '@/ui/card'
import { ShareChart } from '@/ui/chart'
import { Empty } from '@/ui/empty'
import { Figure } from '@/ui/figure'
import figureCss from '@/ui/figure.module.css'
import { IconForms } from '@/ui/icons'
import { Link, LinkButton } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { FormFrame } from './form-frame'

export default function Results() {
  const id = useParam()
  const form = useQuery(getFormOptions({ path: { id } }))
  const results = useQuery(getFormResultsOptions({ path: { id } }))
  return (
    <FormFrame form={form.data} id={id} at="results">
      <Loaded query={results} block={320}>
        {(r) =>
          r.answers === 0 ? (
            <Card>
              <Empty
                icon={<IconForms aria-hidden />}
                title={t('forms:no_answers')}
                action={
                  <LinkButton variant="default" href={`/forms/${id}`}>
                    {t('forms:to_form')}
                  </LinkButton>
                }
              >
                {t(form.data?.state === 'published' ? 'forms:no_answers_open' : 'forms:no_answers_closed')}
              </Empty>
            </Card>
          ) : (
            <>
              <div className={figureCss.figures}>
                <Figure label={t('forms:answers')} value={formatNumber(r.answers)} href={`/forms/${id}/answers`} />
                {r.fields
                  .filter((f) => f.average !== undefined && f.average !== null)
                  .map((f) => (
                    <Figure
                      key={f.key}
                      label={t('forms:average_of', { name: f.label })}
                      value={formatNumber(f.average ?? 0, 1)}
                    />
                  ))}
              </div>
              {r.fields.map((f) =>
                f.counts?.length ? (
                  <Card key={f.key}>
                    <ShareChart label={f.label} head={t('forms:answer')} items={f.counts} total={r.answers} />
                    {f.type === 'multiple_choice' && <p className="muted small">{t('forms:several_note')}</p>}
                  </Card>
                ) : f.texts !== undefined && f.texts !== null ? (
                  <Card key={f.key}>
                    <h2>{f.label}</h2>
                    <p>
                      {t('forms:texts', { count: f.texts })}{' '}
                      <Link href={`/forms/${id}/answers`}>{t('forms:read_them')}</Link>
                    </p>
                  </Card>
                ) : null,
              )}
            </>
          )
        }
      </Loaded>
    </FormFrame>
  )
}
