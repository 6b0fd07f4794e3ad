// Evidence: one signed file that others can check, and the programme of the running system.

import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useMay } from '@/app/session'
import {
  getAuditKeyOptions,
  getHeadMailOptions,
  getHeadMailQueryKey,
  type HeadMail,
  makeEvidence,
  setHeadMail,
  stopHeadMail,
} from '@/client'
import { ask, newKey, once } from '@/lib/ask'
import { save } from '@/lib/download'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { queries } from '@/lib/queries'
import { wallToUtc } from '@/lib/time'
import { Alert, FormAlerts } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Copy } from '@/ui/copy'
import { DialogForm } from '@/ui/dialog-form'
import { Facts } from '@/ui/facts'
import filtersCss from '@/ui/filters.module.css'
import { IconCertificate, IconDownload } from '@/ui/icons'
import { LinkButton } from '@/ui/link'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Time } from '@/ui/time'
import { toast, toastProblem } from '@/ui/toast'

const inside = [
  'trail',
  'erasures',
  'backups',
  'contract',
  'access',
  'keys',
  'retention',
  'requests',
  'promises',
] as const

/** The days as the period from the first one's beginning until the last one's end. */
function period({ from, until }: { from: string; until: string }) {
  const after = until && new Date(Date.parse(until) + 86_400_000).toISOString().slice(0, 10)
  return {
    from: from ? wallToUtc(`${from}T00:00`) : undefined,
    until: after ? wallToUtc(`${after}T00:00`) : undefined,
  }
}

export default function Evidence() {
  const may = useMay()
  return (
    <Page title={t('evidence:title')} lead={t('evidence:lead')}>
      <div className="sections narrow">
        <Make />
        <Check />
        {may('settings.manage') && <ByMail />}
        <Card title={t('evidence:programme')} note={t('evidence:programme_note')}>
          <div className="row">
            <LinkButton
              variant="default"
              href="/api/v1/programme?format=html"
              download
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              {t('evidence:open_html')}
            </LinkButton>
            <LinkButton
              variant="default"
              href="/api/v1/programme?format=pdf"
              download
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              {t('evidence:open_pdf')}
            </LinkButton>
          </div>
        </Card>
      </div>
    </Page>
  )
}

function Make() {
  const form = useForm({ from: '', until: '' })
  const key = useRef(newKey())
  const { from, until } = form.values
  const make = () => {
    if (from && until && from > until) return form.setError('from', t('evidence:wrong_period'))
    void form.submit(async () => {
      const file = await once(key, (headers) =>
        ask(makeEvidence({ body: period(form.values), headers, parseAs: 'blob' })),
      )
      key.current = newKey()
      const name = `evidence-${new Date().toISOString().slice(0, 10)}.zip`
      save(file as Blob, name)
      toast('good', t('evidence:made', { name }))
    })
  }
  return (
    <Card title={t('evidence:bundle')} note={t('evidence:bundle_note')}>
      <FormAlerts form={form} />
      <h3 className="small">{t('evidence:inside')}</h3>
      <ul>
        {inside.map((item) => (
          <li key={item}>{t(`evidence:inside_items.${item}`)}</li>
        ))}
      </ul>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          make()
        }}
      >
        <div className={filtersCss.filters}>
          <TextInput type="date" label={t('evidence:from')} {...form.text('from')} />
          <TextInput type="date" label={t('evidence:until')} {...form.text('until')} />
        </div>
        <p className="muted small">{t('evidence:period_note')}</p>
        <Button type="submit" loading={form.busy} leftSection={<IconCertificate size={16} aria-hidden />}>
          {form.busy ? t('evidence:making') : t('evidence:make')}
        </Button>
        <p className="muted small">{t('evidence:noted')}</p>
      </form>
    </Card>
  )
}

function Check() {
  const query = useQuery(getAuditKeyOptions())
  return (
    <Card title={t('evidence:check')} note={t('evidence:check_text')}>
      <Loaded query={query} block={96}>
        {({ verifier }) => {
          const command = `varde evidence verify FILE --key '${verifier}'`
          return (
            <>
              <Copied label={t('evidence:key')} value={verifier} />
              <Copied label={t('evidence:command')} value={command} />
              <Alert tone="info">{t('evidence:by_hand')}</Alert>
            </>
          )
        }}
      </Loaded>
    </Card>
  )
}

const took = (state: HeadMail) => queries.setQueryData(getHeadMailQueryKey(), state)

/** Who keeps heads of the trail outside: one old head finds every later rewriting. */
function ByMail() {
  const [setting, setSetting] = useState(false)
  const query = useQuery(getHeadMailOptions())
  async function stop() {
    try {
      took(await ask(stopHeadMail()))
      toast('good', t('evidence:mail_stopped'))
    } catch (error) {
      toastProblem(error)
    }
  }
  return (
    <Card title={t('evidence:mail')} note={t('evidence:mail_note')}>
      <Loaded query={query} block={96}>
        {(mail) => (
          <>
            {mail.address && (
              <Facts
                items={[
                  [t('evidence:mail_to'), mail.address],
                  [t('evidence:mail_sent'), <Time key="sent" at={mail.sent_at} never={t('evidence:mail_soon')} />],
                ]}
              />
            )}
            <div className="row">
              <Button variant="default" onClick={() => setSetting(true)}>
                {t(mail.address ? 'evidence:mail_change' : 'evidence:mail_set')}
              </Button>
              {mail.address && (
                <Button
                  variant="default"
                  onClick={() =>
                    confirm({
                      title: t('evidence:mail_stop_title'),
                      body: t('evidence:mail_stop_text', { address: mail.address }),
                      label: t('evidence:mail_stop'),
                      run: stop,
                    })
                  }
                >
                  {t('evidence:mail_stop')}
                </Button>
              )}
            </div>
            {setting && <MailTo close={() => setSetting(false)} />}
          </>
        )}
      </Loaded>
    </Card>
  )
}

function MailTo({ close }: { close: () => void }) {
  const form = useForm({ address: '', confirm: '' })
  return (
    <DialogForm
      open
      title={t('evidence:mail')}
      form={form}
      onClose={close}
      send={async (body) => {
        took(await ask(setHeadMail({ body })))
        toast('good', t('evidence:mail_begun'))
      }}
    >
      <p className="muted">{t('evidence:mail_who')}</p>
      <TextInput
        type="email"
        label={t('evidence:mail_to')}
        required
        autoFocus
        maxLength={254}
        {...form.text('address')}
      />
      <TextInput type="email" label={t('evidence:mail_again')} required maxLength={254} {...form.text('confirm')} />
    </DialogForm>
  )
}

const Copied = ({ label, value }: { label: string; value: string }) => (
  <div>
    <strong className="small">{label}</strong>
    <div className="row">
      <code className="wrap">{value}</code>
      <Copy value={value} label={t('evidence:copy', { what: label })} />
    </div>
  </div>
)
