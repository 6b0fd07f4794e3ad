// Where shifts happen: a name, a place, and the zone whose clocks count there.

import { TextInput } from '@mantine/core'
import { useMay } from '@/app/session'
import { createWorkplace, deleteWorkplace, listWorkplacesOptions, updateWorkplace, type Workplace } from '@/client'
import { ask, match } from '@/lib/ask'
import { useForm } from '@/lib/form'
import { t } from '@/lib/i18n'
import { options, useDocumentKinds } from '@/lib/lookups'
import { refresh } from '@/lib/queries'
import { currentZone, zoneNames } from '@/lib/time'
import { DialogForm } from '@/ui/dialog-form'
import { IconMapPin } from '@/ui/icons'
import { Link } from '@/ui/link'
import { ListPage } from '@/ui/list-page'
import { Choice } from '@/ui/pick'
import { Several } from '@/ui/pick-many'
import type { Column } from '@/ui/table'

export default function Workplaces() {
  const columns: Column<Workplace>[] = [
    {
      key: 'name',
      header: t('staffing:name'),
      bare: true,
      cell: (w) => <Link href={`/shifts?workplace=${w.id}`}>{w.name}</Link>,
    },
    { key: 'address', header: t('staffing:address'), cell: (w) => w.address || <span className="muted">–</span> },
    { key: 'zone', header: t('staffing:zone'), cell: (w) => w.time_zone },
    {
      key: 'at',
      header: t('staffing:coordinates'),
      cell: (w) =>
        w.latitude === undefined || w.longitude === undefined ? (
          <span className="muted">{t('staffing:workplaces.unknown_place')}</span>
        ) : (
          <span className="num">
            {w.latitude}, {w.longitude}
          </span>
        ),
    },
  ]
  return (
    <ListPage
      list={listWorkplacesOptions()}
      title={t('staffing:workplaces.title')}
      lead={t('staffing:workplaces.lead')}
      columns={columns}
      name={(w) => w.name}
      empty={[<IconMapPin key="i" aria-hidden />, t('staffing:workplaces.none'), t('staffing:workplaces.none_text')]}
      write={useMay()('staffing.manage')}
      make={t('staffing:workplaces.new')}
      editable
      form={(place, close) => <Edit key={place?.id} place={place} close={close} />}
      remove={(w) => ({
        title: t('staffing:workplaces.delete_title', { name: w.name }),
        body: t('staffing:workplaces.delete_body'),
        label: t('staffing:workplaces.delete_label'),
        done: t('staffing:workplaces.deleted', { name: w.name }),
        run: () => ask(deleteWorkplace({ path: { id: w.id } })),
      })}
    />
  )
}

const degrees = (text: string) => (text.trim() === '' ? null : Number(text.replace(',', '.')))

function Edit({ place, close }: { place?: Workplace; close: () => void }) {
  const form = useForm(
    {
      name: place?.name ?? '',
      address: place?.address ?? '',
      time_zone: place?.time_zone ?? currentZone(),
      latitude: place?.latitude === undefined ? '' : String(place.latitude),
      longitude: place?.longitude === undefined ? '' : String(place.longitude),
      required_documents: place?.required_documents ?? [],
      code: place?.code ?? '',
    },
    { draft: `workplace-${place?.id ?? 'new'}` },
  )
  const { values, errors, set } = form
  const kinds = useDocumentKinds().data?.items
  return (
    <DialogForm
      open
      title={place ? t('edit_named', { name: place.name }) : t('staffing:workplaces.new')}
      label={place ? undefined : t('staffing:workplaces.create')}
      form={form}
      onClose={close}
      send={async (v) => {
        const body = { ...v, latitude: degrees(v.latitude), longitude: degrees(v.longitude) }
        await ask(
          place ? updateWorkplace({ path: { id: place.id }, body, headers: match(place) }) : createWorkplace({ body }),
        )
        await refresh('listWorkplaces')
      }}
    >
      <TextInput label={t('staffing:name')} required autoFocus maxLength={120} {...form.text('name')} />
      <TextInput
        label={t('staffing:address')}
        description={t('staffing:workplaces.address_text')}
        maxLength={300}
        {...form.text('address')}
      />
      <Choice
        label={t('staffing:zone')}
        description={t('staffing:workplaces.zone_text')}
        value={values.time_zone}
        error={errors.time_zone}
        data={zoneNames().map((z) => ({ value: z, label: z }))}
        onPick={(v) => set('time_zone', v)}
      />
      {kinds && kinds.length > 0 && (
        <Several
          label={t('staffing:workplaces.documents')}
          description={t('staffing:workplaces.documents_text')}
          error={errors.required_documents}
          data={options(kinds)}
          value={values.required_documents}
          empty={t('none')}
          onChange={(ids) => set('required_documents', ids)}
        />
      )}
      <TextInput
        label={t('staffing:workplaces.code')}
        description={t('staffing:workplaces.code_text')}
        maxLength={40}
        {...form.text('code')}
      />
      <div className="two">
        <TextInput
          inputMode="decimal"
          label={t('staffing:latitude')}
          description={t('staffing:workplaces.place_text')}
          {...form.text('latitude')}
        />
        <TextInput
          inputMode="decimal"
          label={t('staffing:longitude')}
          description={t('staffing:degrees')}
          {...form.text('longitude')}
        />
      </div>
    </DialogForm>
  )
}
