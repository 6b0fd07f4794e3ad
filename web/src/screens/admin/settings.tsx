import { Button, Checkbox, Switch, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getSettingsOptions, listQuotasOptions, type QuotaState, type SettingsView, updateSettings } from '@/client'
import { ask } from '@/lib/ask'
import { languages, t } from '@/lib/i18n'
import { formatBytes, formatNumber, zoneNames } from '@/lib/time'
import { Card } from '@/ui/card'
import colourCss from '@/ui/colour.module.css'
import { EditAlerts, useEditing } from '@/ui/editing'
import { Facts } from '@/ui/facts'
import { Loaded } from '@/ui/loaded'
import { Page } from '@/ui/page'
import { Choice } from '@/ui/pick'
import { State } from '@/ui/state'
import { roles } from './users'

export default function Settings() {
  const query = useQuery(getSettingsOptions())
  return (
    <Page title={t('admin:settings')} lead={t('admin:settings_lead')}>
      <Loaded query={query} block={320}>
        {(settings) => <Edit settings={settings} />}
      </Loaded>
      <Room />
    </Page>
  )
}

/** How much of what the organisation may have is used; whoever runs the installation sets it. */
function Room() {
  const query = useQuery(listQuotasOptions())
  const amount = (quota: QuotaState['quota'], n: number) => (quota === 'file_bytes' ? formatBytes(n) : formatNumber(n))
  return (
    <div className="sections narrow">
      <Card title={t('admin:room.title')} note={t('admin:room.note')}>
        <Loaded query={query} block={160}>
          {({ items }) => (
            <Facts
              items={items.map(({ quota, used, most }) => {
                const state = t('admin:room.used', { used: amount(quota, used), most: amount(quota, most) })
                return [
                  t(`admin:room.${quota}`),
                  used >= most * 0.9 ? (
                    <State key={quota} tone="warn">
                      {state}
                    </State>
                  ) : (
                    state
                  ),
                ]
              })}
            />
          )}
        </Loaded>
      </Card>
    </div>
  )
}

/** What may be changed of them; the server takes nothing else. */
const read = (s: SettingsView) => ({
  name: s.name,
  colour: s.colour,
  time_zone: s.time_zone,
  locale: s.locale,
  postal_address: s.postal_address,
  open_tracking: s.open_tracking,
  click_tracking: s.click_tracking,
  require_totp_roles: s.require_totp_roles,
  quiet_from: s.quiet_from,
  quiet_to: s.quiet_to,
})

function Edit({ settings }: { settings: SettingsView }) {
  const editing = useEditing(settings, {
    query: getSettingsOptions(),
    read,
    draft: 'settings',
    after: ['getSession'],
    send: (body, headers) => ask(updateSettings({ body, headers })),
  })
  const { form } = editing
  const { values, errors, set } = form
  return (
    <form
      className="sections narrow"
      onSubmit={(event) => {
        event.preventDefault()
        void editing.save()
      }}
    >
      <EditAlerts editing={editing} />
      <Card title={t('admin:organisation')}>
        <TextInput label={t('admin:name')} required {...form.text('name')} />
        <Textarea
          label={t('admin:postal_address')}
          description={t('admin:postal_text')}
          rows={2}
          required
          {...form.text('postal_address')}
        />
        <div className="two">
          <Choice
            label={t('admin:time_zone')}
            value={values.time_zone}
            error={errors.time_zone}
            data={zoneNames().map((z) => ({ value: z, label: z }))}
            onPick={(v) => set('time_zone', v)}
          />
          <Choice
            label={t('admin:language')}
            value={values.locale}
            error={errors.locale}
            data={[
              ...languages.map((l) => ({ value: l.code, label: l.name })),
              ...(languages.some((l) => l.code === values.locale)
                ? []
                : [{ value: values.locale, label: values.locale }]),
            ]}
            onPick={(v) => set('locale', v)}
          />
        </div>
        <label className={colourCss.colour}>
          <input type="color" value={values.colour} onChange={(e) => set('colour', e.currentTarget.value)} />
          <span>
            {t('admin:colour')} <code className="muted">{values.colour}</code>
          </span>
        </label>
      </Card>
      <Card title={t('admin:tracking')} note={t('admin:tracking_note')}>
        <Switch label={t('admin:open_tracking')} {...form.check('open_tracking')} />
        <Switch label={t('admin:click_tracking')} {...form.check('click_tracking')} />
      </Card>
      <Card title={t('admin:quiet')} note={t('admin:quiet_note')}>
        <div className="two">
          <TextInput type="time" label={t('admin:quiet_from')} required {...form.text('quiet_from')} />
          <TextInput type="time" label={t('admin:quiet_to')} required {...form.text('quiet_to')} />
        </div>
      </Card>
      <Card title={t('admin:security')}>
        <Checkbox.Group
          label={t('admin:totp_roles')}
          description={t('admin:totp_roles_text')}
          value={values.require_totp_roles}
          error={errors.require_totp_roles}
          onChange={(v) => set('require_totp_roles', v.includes('administrator') ? v : ['administrator', ...v])}
        >
          <div className="stack-s group-gap">
            {roles.map((r) => (
              <Checkbox key={r} value={r} label={t(`role.${r}`)} disabled={r === 'administrator'} />
            ))}
          </div>
        </Checkbox.Group>
      </Card>
      <div className="row">
        <Button type="submit" loading={form.busy} disabled={!form.dirty}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}
