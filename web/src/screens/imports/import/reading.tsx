import { Switch } from '@mantine/core'
import { useState } from 'react'
import { chooseImportSheet, getImportQueryKey, type Import } from '@/client'
import { ask } from '@/lib/ask'
import type { FormState } from '@/lib/form'
import { t } from '@/lib/i18n'
import { queries } from '@/lib/queries'
import { ProblemAlert } from '@/ui/alert'
import { Card } from '@/ui/card'
import { Choice } from '@/ui/pick'
import type { Values } from './prepare'

const encodings = ['UTF-8', 'windows-1252', 'ISO-8859-1', 'UTF-16LE']

const delimiters = [',', ';', '\t', '|']

export function Reading({ form, item, titleLines }: { form: FormState<Values>; item: Import; titleLines: number }) {
  const { values, set } = form
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  async function choose(sheet: string) {
    setBusy(true)
    setProblem(undefined)
    try {
      const read = await ask(chooseImportSheet({ path: { id: item.id }, body: { sheet } }))
      queries.setQueryData(getImportQueryKey({ path: { id: item.id } }), read)
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const above = Math.max(10, titleLines)
  return (
    <Card title={t('imports:reading')} note={t('imports:reading_note')}>
      {problem !== undefined && <ProblemAlert problem={problem} />}
      <div className="two">
        {item.sheet ? (
          <Choice
            label={t('imports:sheet')}
            description={busy ? t('imports:sheet_busy') : undefined}
            disabled={busy || item.sheets.length < 2}
            value={item.sheet}
            data={item.sheets.map((s) => ({ value: s, label: s }))}
            onPick={(v) => void choose(v)}
          />
        ) : (
          <>
            <Choice
              label={t('imports:encoding')}
              value={values.encoding}
              data={[...new Set([values.encoding, ...encodings])].map((e) => ({ value: e, label: e }))}
              onPick={(v) => set('encoding', v)}
            />
            <Choice
              label={t('imports:delimiter')}
              value={values.delimiter}
              data={[...new Set([values.delimiter, ...delimiters])].map((d) => ({
                value: d,
                label:
                  {
                    ',': t('imports:comma'),
                    ';': t('imports:semicolon'),
                    '\t': t('imports:tab'),
                    '|': t('imports:pipe'),
                  }[d] ?? d,
              }))}
              onPick={(v) => set('delimiter', v)}
            />
          </>
        )}
        <Choice
          label={t('imports:title_lines')}
          value={String(titleLines)}
          data={Array.from({ length: above + 1 }, (_, n) => ({
            value: String(n),
            label: n === 0 ? t('imports:title_lines_none') : t('imports:title_lines_count', { count: n }),
          }))}
          onPick={(v) => set('title_lines', v)}
        />
        <Switch label={t('imports:header')} mt={28} {...form.check('header')} />
      </div>
    </Card>
  )
}
