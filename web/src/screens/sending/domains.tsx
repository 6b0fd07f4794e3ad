// Sending domains and the exact records each needs. What is wrong is said in words, with what was found instead.

import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { checkDomain, createDomain, type DnsRecord, type Domain, deleteDomain, listDomainsOptions } from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { listOf } from '@/lib/intl'
import { refresh } from '@/lib/queries'
import { Alert, ProblemAlert } from '@/ui/alert'
import blockCss from '@/ui/block.module.css'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Copy } from '@/ui/copy'
import { DialogForm } from '@/ui/dialog-form'
import { Empty } from '@/ui/empty'
import { IconButton } from '@/ui/icon-button'
import { IconAt, IconPlus, IconRefresh, IconTrash } from '@/ui/icons'
import { Page } from '@/ui/page'
import { Skeleton } from '@/ui/skeleton'
import { State } from '@/ui/state'
import { useWhole } from '@/ui/table'
import { Time } from '@/ui/time'
import { toast, toastProblem } from '@/ui/toast'
import css from './domains.module.css'

export default function Domains() {
  const [open, setOpen] = useState(false)
  const pages = useWhole(listDomainsOptions())
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
      {t('sending:new_domain')}
    </Button>
  )
  return (
    <Page title={t('sending:domains')} lead={t('sending:domains_lead')} actions={create}>
      {pages.rows === undefined ? (
        pages.isError ? (
          <ProblemAlert problem={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <Skeleton block={240} />
        )
      ) : pages.rows.length === 0 ? (
        <Card>
          <Empty icon={<IconAt aria-hidden />} title={t('sending:no_domains')} action={create}>
            {t('sending:no_domains_text')}
          </Empty>
        </Card>
      ) : (
        pages.rows.map((d) => <DomainCard key={d.id} domain={d} />)
      )}
      {open && <New close={() => setOpen(false)} />}
    </Page>
  )
}

function DomainCard({ domain: d }: { domain: Domain }) {
  const [busy, setBusy] = useState(false)
  const missing = d.records.filter((r) => !r.ok).length
  return (
    <Card
      title={d.domain}
      note={
        <>
          {t('sending:checked')} <Time at={d.checked_at} never={t('never')} />
          {d.from_addresses.length > 0 && ` · ${t('sending:used_by', { addresses: listOf(d.from_addresses) })}`}
        </>
      }
      actions={
        <>
          <State tone={d.state === 'verified' ? 'good' : 'warn'}>{t(`sending:domain_states.${d.state}`)}</State>
          <Button
            size="xs"
            variant="default"
            loading={busy}
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={async () => {
              setBusy(true)
              try {
                const now = await ask(checkDomain({ path: { id: d.id } }))
                await refresh('listDomains')
                const wrong = now.records.filter((r) => !r.ok).length
                toast(
                  wrong ? 'warn' : 'good',
                  wrong ? t('sending:still_missing', { count: wrong }) : t('sending:all_found'),
                )
              } catch (error) {
                toastProblem(error)
              } finally {
                setBusy(false)
              }
            }}
          >
            {t('sending:check')}
          </Button>
          <IconButton
            danger
            label={t('sending:remove_domain', { name: d.domain })}
            onClick={() =>
              confirm({
                title: t('sending:remove_domain_title', { name: d.domain }),
                body: t('sending:remove_domain_body', { count: d.from_addresses.length }),
                label: t('sending:remove_domain_label'),
                run: async () => {
                  await ask(deleteDomain({ path: { id: d.id } }))
                  await refresh('listDomains')
                },
              })
            }
          >
            <IconTrash size={18} aria-hidden />
          </IconButton>
        </>
      }
    >
      {missing > 0 && <Alert tone="warn">{t('sending:missing', { count: missing })}</Alert>}
      <ul className="plain-list">
        {d.records.map((r) => (
          <Record key={r.purpose + r.name} record={r} domain={d.domain} />
        ))}
      </ul>
    </Card>
  )
}

function Record({ record: r, domain }: { record: DnsRecord; domain: string }) {
  const [open, setOpen] = useState(!r.ok)
  const purpose = t(`sending:purposes.${r.purpose}`)
  return (
    <li className="stack-s">
      <div className="row row-between">
        <button
          type="button"
          className={`${blockCss.name} ${blockCss.lines}`}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span className="strong">{purpose}</span>
          <span className={`muted small ${blockCss.words}`}>{t(`sending:purpose_texts.${r.purpose}`)}</span>
        </button>
        <State tone={r.ok ? 'good' : 'bad'}>{t(r.ok ? 'sending:found' : 'sending:wrong')}</State>
      </div>
      {open && (
        <>
          {r.fix && <p>{r.fix}</p>}
          <div className={css.record}>
            <span className="muted">{t('sending:type')}</span>
            <code>{r.type}</code>
            <span />
            <span className="muted">{t('sending:record_name')}</span>
            <code className="wrap">{r.name}</code>
            <Copy value={r.name} label={t('sending:copy_name', { name: purpose, domain })} />
            <span className="muted">{t('sending:value')}</span>
            <code className="wrap">{r.value}</code>
            <Copy value={r.value} label={t('sending:copy_value', { name: purpose, domain })} />
            {!r.ok && (
              <>
                <span className="muted">{t('sending:found_instead')}</span>
                <span className="wrap">
                  {r.found.length ? r.found.map((f) => <code key={f}>{f}</code>) : t('sending:nothing')}
                </span>
                <span />
              </>
            )}
          </div>
        </>
      )}
    </li>
  )
}

function New({ close }: { close: () => void }) {
  const form = useForm({ domain: '' })
  return (
    <DialogForm
      open
      title={t('sending:new_domain')}
      label={t('sending:add_domain')}
      form={form}
      onClose={close}
      send={async (body) => {
        await ask(createDomain({ body }))
        await refresh('listDomains')
      }}
    >
      <TextInput
        label={t('sending:domain')}
        description={t('sending:domain_text')}
        placeholder="mail.organisation.example"
        required
        autoFocus
        {...form.text('domain')}
      />
    </DialogForm>
  )
}
