import { Button, Switch, Textarea, TextInput } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { orLater } from '@/app/later'
import type { Attribute } from '@/client'
import { t } from '@/lib/i18n'
import { options } from '@/lib/lookups'
import { readMail, toDocument } from '@/screens/composer/blocks'
import { SmsInput } from '@/screens/composer/sms-input'
import { AttributeInput } from '@/screens/people/fields'
import { Builder } from '@/screens/segments/builder'
import { useFields } from '@/screens/segments/use-fields'
import { Copy } from '@/ui/copy'
import { Dialog } from '@/ui/dialog'
import { Choice } from '@/ui/pick'
import { TagPicker } from '@/ui/pick-many'
import { Skeleton } from '@/ui/skeleton'
import type { Step } from './graph'
import type { Things } from './names'
import css from './step-fields.module.css'

const Composer = lazy(orLater(() => import('@/screens/composer/composer').then((m) => ({ default: m.Composer }))))

export default function Fields(props: {
  step: Step
  things: Things
  secret?: string
  set: (change: Partial<Step>) => void
}): ReactNode {
  const { step, things, set } = props
  const number = (label: string, value: number, on: (n: number) => void) => (
    <TextInput
      type="number"
      min={0}
      label={label}
      value={value}
      onChange={(e) => on(Math.max(0, Number(e.currentTarget.value) || 0))}
    />
  )
  switch (step.kind) {
    case 'wait':
      return (
        <div className={css.three}>
          {number(t('journeys:days'), step.days, (days) => set({ days }))}
          {number(t('journeys:hours'), step.hours, (hours) => set({ hours }))}
          {number(t('journeys:minutes'), step.minutes, (minutes) => set({ minutes }))}
        </div>
      )
    case 'wait_until':
      return (
        <>
          <Choice
            label={t('journeys:weekday')}
            empty={t('journeys:any_day')}
            value={step.weekday ? String(step.weekday) : ''}
            data={['1', '2', '3', '4', '5', '6', '7'].map((d) => ({
              value: d,
              label: t(`journeys:weekdays.${d}`),
            }))}
            onPick={(d) => set({ weekday: d ? Number(d) : undefined })}
          />
          <TextInput
            type="time"
            label={t('journeys:time')}
            description={t('journeys:time_text')}
            value={step.time}
            onChange={(e) => set({ time: e.currentTarget.value })}
          />
        </>
      )
    case 'branch':
      return <BranchFields step={step} set={set} />
    case 'send':
      return <SendFields step={step} things={things} set={set} />
    case 'set_attribute': {
      const attribute = things.attributes.find((a) => a.key === step.attribute)
      return (
        <>
          <Choice
            label={t('journeys:attribute')}
            empty={t('choose')}
            value={step.attribute}
            data={things.attributes.map((a: Attribute) => ({ value: a.key, label: a.label }))}
            onPick={(key) => set({ attribute: key, value: null })}
          />
          {attribute && (
            <AttributeInput
              attribute={{ ...attribute, label: t('journeys:value') }}
              value={step.value}
              onChange={(value) => set({ value })}
            />
          )}
        </>
      )
    }
    case 'tag':
      return (
        <>
          <TagPicker label={t('journeys:add_tags')} value={step.add} onChange={(add) => set({ add })} />
          <TagPicker label={t('journeys:remove_tags')} value={step.remove} onChange={(remove) => set({ remove })} />
        </>
      )
    case 'list':
      return (
        <>
          <Choice
            label={t('journeys:list')}
            empty={t('choose')}
            value={step.list_id}
            data={options(things.lists)}
            onPick={(list_id) => set({ list_id })}
          />
          <Choice
            label={t('journeys:membership')}
            value={step.state}
            data={(['subscribed', 'unsubscribed'] as const).map((s) => ({
              value: s,
              label: t(`journeys:memberships.${s}`),
            }))}
            onPick={(s) => set({ state: s === 'unsubscribed' ? 'unsubscribed' : 'subscribed' })}
          />
        </>
      )
    case 'webhook':
      return (
        <>
          <TextInput
            type="url"
            label={t('journeys:url')}
            description={t('journeys:url_text')}
            placeholder="https://"
            value={step.url}
            onChange={(e) => set({ url: e.currentTarget.value })}
          />
          {props.secret && (
            <div className="row row-between">
              <div className="grow">
                <p className="muted small">{t('journeys:secret')}</p>
                <code className="wrap">{props.secret}</code>
              </div>
              <Copy value={props.secret} label={t('journeys:copy_secret')} />
            </div>
          )}
        </>
      )
    case 'sms':
      return (
        <>
          <SmsInput label={t('journeys:text')} value={step.text} onText={(text) => set({ text })} />
          <Switch
            label={t('journeys:urgent')}
            description={t('journeys:urgent_text')}
            checked={step.urgent}
            onChange={(e) => set({ urgent: e.currentTarget.checked })}
          />
        </>
      )
    case 'notify':
      return (
        <>
          <Choice
            label={t('journeys:user')}
            empty={t('choose')}
            value={step.user_id}
            data={things.users.map((u) => ({ value: u.id, label: u.name || u.email }))}
            onPick={(user_id) => set({ user_id })}
          />
          <Textarea
            label={t('journeys:text')}
            rows={2}
            value={step.text}
            onChange={(e) => set({ text: e.currentTarget.value })}
          />
        </>
      )
  }
}

function BranchFields(props: { step: Extract<Step, { kind: 'branch' }>; set: (change: Partial<Step>) => void }) {
  const { step, set } = props
  return (
    <Builder tree={step.conditions} fields={useFields().data ?? []} onChange={(conditions) => set({ conditions })} />
  )
}

function SendFields({
  step,
  things,
  set,
}: {
  step: Extract<Step, { kind: 'send' }>
  things: Things
  set: (change: Partial<Step>) => void
}) {
  const [open, setOpen] = useState(false)
  const own = step.document !== undefined && step.document !== null
  const mail = readMail(step.document as Parameters<typeof readMail>[0])
  return (
    <>
      <TextInput
        label={t('journeys:subject')}
        value={step.subject}
        onChange={(e) => set({ subject: e.currentTarget.value })}
      />
      <TextInput
        label={t('journeys:from_name')}
        value={step.from_name}
        onChange={(e) => set({ from_name: e.currentTarget.value })}
      />
      <TextInput
        type="email"
        label={t('journeys:from_email')}
        value={step.from_email}
        onChange={(e) => set({ from_email: e.currentTarget.value })}
      />
      <Choice
        label={t('journeys:message')}
        empty={own ? t('journeys:own_message') : t('choose')}
        value={step.template_id}
        data={options(things.templates)}
        onPick={(id) => set({ template_id: id || undefined, ...(id ? { document: undefined } : {}) })}
      />
      <div>
        <Button
          variant="default"
          onClick={() => {
            if (!own) {
              const template = things.templates.find((x) => x.id === step.template_id)
              set({ document: { ...toDocument(readMail(template?.document)) }, template_id: undefined })
            }
            setOpen(true)
          }}
        >
          {t(own ? 'journeys:edit_message' : 'journeys:write_own')}
        </Button>
      </div>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('journeys:message')} wide>
        <Suspense fallback={<Skeleton block={240} />}>
          <Composer
            mail={mail}
            subject={step.subject}
            onChange={(next) => set({ document: { ...toDocument(next) } })}
          />
        </Suspense>
      </Dialog>
    </>
  )
}
