// The end of the contract: announce it, withdraw it, take everything along, and where the proof of the removal will be.

import { Button, Radio, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type ContractView,
  type ContractWanted,
  endContract,
  getContractOptions,
  getSession,
  withdrawContractEnd,
} from '@/client'
import { ask } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { prove } from '@/lib/prove'
import { refresh } from '@/lib/queries'
import { formatDate, wallToUtc } from '@/lib/time'
import { Alert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { confirm } from '@/ui/confirm'
import { Copy } from '@/ui/copy'
import { DialogForm } from '@/ui/dialog-form'
import { Facts } from '@/ui/facts'
import { IconDownload } from '@/ui/icons'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Time } from '@/ui/time'
import { toast, toastProblem } from '@/ui/toast'

const reload = () => refresh('getContract')

export default function Contract() {
  const [ending, setEnding] = useState(false)
  const query = useQuery(getContractOptions())
  return (
    <Page title={t('contract:title')} lead={t('contract:lead')}>
      <Loaded query={query} block={320}>
        {(contract) => (
          <div className="sections narrow">
            <Standing contract={contract} end={() => setEnding(true)} />
            <Take contract={contract} />
            {contract.state !== 'active' && contract.certificate_link && (
              <Card title={t('contract:proof')} note={t('contract:proof_note')}>
                <div className="row">
                  <code className="grow">{contract.certificate_link}</code>
                  <Copy value={contract.certificate_link} label={t('contract:copy_link')} />
                </div>
              </Card>
            )}
            {ending && <End contract={contract} close={() => setEnding(false)} />}
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function Standing({ contract, end }: { contract: ContractView; end: () => void }) {
  if (contract.state === 'active')
    return (
      <Card title={t('contract:goes_on')} note={t('contract:goes_on_note')}>
        <ol>
          {['ends', 'days', 'removed'].map((step) => (
            <li key={step}>{t(`contract:steps.${step}`)}</li>
          ))}
        </ol>
        <div className="row">
          <Button color="red" variant="outline" onClick={end}>
            {t('contract:end')}
          </Button>
        </div>
      </Card>
    )
  const announced = contract.state === 'announced'
  async function withdraw() {
    try {
      await ask(withdrawContractEnd())
      await reload()
      toast('good', t('contract:withdrawn'))
    } catch (error) {
      toastProblem(error)
    }
  }
  return (
    <Card title={t(announced ? 'contract:is_announced' : 'contract:has_ended')}>
      <Alert tone={announced ? 'warn' : 'bad'}>
        {t(announced ? 'contract:announced_text' : 'contract:ended_text', {
          ends: formatDate(contract.ends_at!),
          removed: formatDate(contract.remove_at!),
        })}
      </Alert>
      <Facts
        items={[
          [t('contract:ends_at'), <Time key="e" at={contract.ends_at} />],
          [t('contract:remove_at'), <Time key="r" at={contract.remove_at} />],
          [t('contract:wanted'), t(`contract:wants.${contract.wanted}`)],
          [t('contract:by'), contract.announced_by || t('contract:operator')],
          ...(contract.reason ? [[t('contract:reason'), contract.reason] as [string, string]] : []),
        ]}
      />
      {announced && (
        <div className="row">
          <Button
            variant="default"
            onClick={() =>
              confirm({
                title: t('contract:withdraw'),
                body: t('contract:withdraw_text'),
                label: t('contract:withdraw'),
                run: withdraw,
              })
            }
          >
            {t('contract:withdraw')}
          </Button>
        </div>
      )}
    </Card>
  )
}

async function take() {
  try {
    const { fresh } = await ask(getSession())
    if (fresh || (await prove())) location.assign('/api/v1/contract/export')
  } catch (error) {
    toastProblem(error)
  }
}

function Take({ contract }: { contract: ContractView }) {
  return (
    <Card title={t('contract:take')} note={t('contract:take_note')}>
      <div className="row">
        <Button onClick={take} leftSection={<IconDownload size={16} aria-hidden />}>
          {t('contract:download')}
        </Button>
        {contract.exported_at && (
          <span className="muted small">
            {t('contract:taken')} <Time at={contract.exported_at} />
          </span>
        )}
      </div>
    </Card>
  )
}

function End({ contract, close }: { contract: ContractView; close: () => void }) {
  const form = useForm({
    wanted: 'return_and_removal' as ContractWanted,
    last_day: '',
    reason: '',
    confirm: '',
  })
  const { values } = form
  return (
    <DialogForm
      open
      title={t('contract:end')}
      form={form}
      label={values.last_day ? t('contract:announce') : t('contract:end_now')}
      onClose={close}
      send={async (v) => {
        await ask(
          endContract({
            body: {
              wanted: v.wanted,
              // To the end of the last day.
              ends_at: v.last_day ? wallToUtc(`${v.last_day}T23:59`) : undefined,
              reason: v.reason || undefined,
              confirm: v.confirm,
            },
          }),
        )
        await reload()
        toast('good', t('contract:announced'))
        if (!v.last_day) location.assign('/')
      }}
    >
      <Alert tone="warn">{t('contract:end_text')}</Alert>
      <TextInput
        type="date"
        label={t('contract:last_day')}
        description={t('contract:last_day_text')}
        {...form.text('last_day')}
        error={form.errors.ends_at ?? form.errors.last_day}
      />
      <Radio.Group
        label={t('contract:wanted')}
        value={values.wanted}
        onChange={(v) => form.set('wanted', v as ContractWanted)}
      >
        <div className="stack-s group-gap">
          {(['return_and_removal', 'removal'] as const).map((k) => (
            <Radio key={k} value={k} label={t(`contract:wants.${k}`)} />
          ))}
        </div>
      </Radio.Group>
      <Textarea
        label={t('contract:reason')}
        description={t('contract:reason_text')}
        rows={2}
        maxLength={500}
        {...form.text('reason')}
      />
      <TextInput
        label={t('contract:confirm', { slug: contract.slug })}
        description={t('contract:confirm_text')}
        autoComplete="off"
        required
        {...form.text('confirm')}
      />
    </DialogForm>
  )
}
