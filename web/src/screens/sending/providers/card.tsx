import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type CheckAnswer, checkProvider, deleteProvider, type ProviderView, testProvider } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { listOf } from '@/lib/intl'
import { formatPrice } from '@/lib/price'
import { refresh } from '@/lib/queries'
import { formatNumber } from '@/lib/time'
import { Alert, ProblemAlert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { DialogForm } from '@/ui/dialog-form'
import { Facts } from '@/ui/facts'
import { IconButton } from '@/ui/icon-button'
import { IconEdit, IconTrash } from '@/ui/icons'
import { Link } from '@/ui/link'
import { State } from '@/ui/state'
import { Tag } from '@/ui/tag'
import css from './card.module.css'
import { isSms } from './values'

export function ProviderCard({ provider: p, edit }: { provider: ProviderView; edit: () => void }) {
  const [check, setCheck] = useState<CheckAnswer>()
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const [trying, setTrying] = useState(false)
  async function run() {
    setBusy(true)
    setProblem(undefined)
    try {
      setCheck(await ask(checkProvider({ path: { id: p.id } })))
      await refresh('listProviders')
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const limits = [
    p.per_second && t('sending:per_second_shown', { n: formatNumber(p.per_second, 1) }),
    p.per_window &&
      p.window_seconds &&
      t('sending:window_shown', { n: formatNumber(p.per_window), seconds: formatNumber(p.window_seconds) }),
  ].filter(Boolean)
  return (
    <Card
      title={
        <span className="row">
          {p.name} {p.default && <Tag>{t('sending:default')}</Tag>}
        </span>
      }
      note={`${t(`sending:channels.${p.channel}`)} · ${t(`sending:kinds.${p.kind}`)}`}
      actions={
        <>
          <State tone={p.state === 'ok' ? 'good' : 'bad'}>{t(`sending:provider_states.${p.state}`)}</State>
          <Button size="xs" variant="default" loading={busy} onClick={() => void run()}>
            {t('sending:check_provider')}
          </Button>
          {isSms(p.kind) && (
            <Button size="xs" variant="default" onClick={() => setTrying(true)}>
              {t('sending:try_sms')}
            </Button>
          )}
          <IconButton label={t('edit_named', { name: p.name })} onClick={edit}>
            <IconEdit size={18} aria-hidden />
          </IconButton>
          {!p.default && (
            <IconButton
              danger
              label={t('sending:remove_named', { name: p.name })}
              onClick={() =>
                confirm({
                  title: t('sending:remove_provider_title', { name: p.name }),
                  body: t('sending:remove_provider_body'),
                  label: t('sending:remove_provider_label'),
                  run: async () => {
                    await ask(deleteProvider({ path: { id: p.id } }))
                    await refresh('listProviders')
                  },
                })
              }
            >
              <IconTrash size={18} aria-hidden />
            </IconButton>
          )}
        </>
      }
    >
      {p.state === 'failing' && p.last_error && (
        <Alert tone="bad" title={t('sending:last_error')}>
          <code className="wrap">{p.last_error}</code>
        </Alert>
      )}
      {problem !== undefined && <ProblemAlert problem={problem} />}
      {check && (
        <Alert tone={check.ok ? 'good' : 'bad'} title={check.message} live>
          <ol className={css.checkSteps}>
            {check.steps.map((s) => (
              <li key={s.step}>
                <State tone={s.ok ? 'good' : 'bad'}>{s.step}</State> <span className="wrap">{s.detail}</span>
              </li>
            ))}
          </ol>
        </Alert>
      )}
      {p.kind === 'captured' ? (
        <p>
          {t('sending:captured_text')} <Link href="/sending/mailbox">{t('sending:mailbox')}</Link>
        </p>
      ) : isSms(p.kind) ? (
        <Facts
          items={[
            [t('sending:sender'), p.sms?.sender ?? '–'],
            [t('sending:connections'), formatNumber(p.connections)],
            [t('sending:limits'), listOf(limits) || t('none')],
            [t('sending:region'), p.region || '–'],
            [
              t('sending:price'),
              p.sms?.price_minor != null && p.sms.price_currency
                ? formatPrice(p.sms.price_minor, p.sms.price_currency)
                : '–',
            ],
            [t('sending:status_url'), <code className="wrap">{p.status_url}</code>],
            [t('sending:reply_url'), <code className="wrap">{p.reply_url}</code>],
          ]}
        />
      ) : (
        <Facts
          items={[
            [t('sending:host'), `${p.host ?? '–'}:${p.port ?? ''}`],
            [t('sending:security'), t(`sending:securities.${p.security}`)],
            [t('sending:username'), p.username || '–'],
            [t('sending:connections'), formatNumber(p.connections)],
            [t('sending:limits'), listOf(limits) || t('none')],
            [t('sending:region'), p.region || '–'],
          ]}
        />
      )}
      {trying && <Try provider={p} close={() => setTrying(false)} done={setCheck} />}
    </Card>
  )
}

function Try(props: { provider: ProviderView; close: () => void; done: (answer: CheckAnswer) => void }) {
  const form = useForm({ phone: '', text: t('sending:try_words') })
  return (
    <DialogForm
      open
      title={t('sending:try_sms')}
      label={t('sending:try_send')}
      form={form}
      onClose={props.close}
      send={async (body) => props.done(await ask(testProvider({ path: { id: props.provider.id }, body })))}
    >
      <TextInput type="tel" label={t('sending:number')} required autoFocus {...form.text('phone')} />
      <TextInput label={t('sending:text')} required {...form.text('text')} />
    </DialogForm>
  )
}
