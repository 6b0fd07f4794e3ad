// How people are asked: the kind with a sentence on what it means, and the fields that belong to it.

import { Button, Radio, TextInput } from '@mantine/core'
import type { Strategy, Wave } from '@/client'
import { t } from '@/lib/i18n'
import type { FieldErrors } from '@/lib/problem'
import { IconButton } from '@/ui/icon-button'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@/ui/icons'
import { Choice } from '@/ui/pick'
import { duration, groups, kinds, longestWait, mostWaves, usualMinutes, usualWaves } from './strategy'
import css from './strategy-editor.module.css'

export function StrategyEditor(props: { value: Strategy; onChange: (s: Strategy) => void; errors?: FieldErrors }) {
  const { value, onChange, errors = {} } = props
  const waves = value.waves ?? usualWaves()
  const setWave = (i: number, wave: Wave) => onChange({ ...value, waves: waves.map((w, j) => (j === i ? wave : w)) })
  const swap = (i: number, j: number) => {
    const next = [...waves]
    ;[next[i], next[j]] = [next[j]!, next[i]!]
    onChange({ ...value, waves: next })
  }
  return (
    <div className="stack-s">
      <Radio.Group
        label={t('staffing:strategy.label')}
        value={value.kind}
        error={errors.strategy ?? errors['strategy.kind']}
        onChange={(kind) => onChange({ ...value, kind: kind as Strategy['kind'] })}
      >
        <div className="stack-s group-gap">
          {kinds.map((k) => (
            <Radio
              key={k}
              value={k}
              label={t(`staffing:strategy.kinds.${k}`)}
              description={t(`staffing:strategy.texts.${k}`)}
            />
          ))}
        </div>
      </Radio.Group>
      {value.kind === 'one_by_one' && (
        <Minutes
          label={t('staffing:strategy.minutes')}
          value={value.minutes ?? usualMinutes}
          error={errors['strategy.minutes']}
          onChange={(minutes) => onChange({ ...value, minutes })}
        />
      )}
      {value.kind === 'waves' && (
        <fieldset className={css.waves}>
          <legend className="h3">{t('staffing:strategy.waves')}</legend>
          {errors['strategy.waves'] && <p className="field-error">{errors['strategy.waves']}</p>}
          <ol className="plain-list">
            {waves.map((wave, i) => (
              <li key={i} className={css.wave}>
                <Choice
                  label={t('staffing:strategy.wave_who', { number: i + 1 })}
                  value={wave.who}
                  data={groups.map((g) => ({ value: g, label: t(`staffing:strategy.who_long.${g}`) }))}
                  onPick={(who) => setWave(i, { ...wave, who })}
                />
                <Minutes
                  label={t('staffing:strategy.wave_minutes')}
                  value={wave.minutes}
                  onChange={(minutes) => setWave(i, { ...wave, minutes })}
                />
                <span className={`row ${css.waveTools}`}>
                  <IconButton
                    label={t('staffing:strategy.up', { number: i + 1 })}
                    disabled={i === 0}
                    onClick={() => swap(i, i - 1)}
                  >
                    <IconArrowUp size={16} aria-hidden />
                  </IconButton>
                  <IconButton
                    label={t('staffing:strategy.down', { number: i + 1 })}
                    disabled={i === waves.length - 1}
                    onClick={() => swap(i, i + 1)}
                  >
                    <IconArrowDown size={16} aria-hidden />
                  </IconButton>
                  <IconButton
                    danger
                    label={t('staffing:strategy.remove', { number: i + 1 })}
                    disabled={waves.length === 1}
                    onClick={() => onChange({ ...value, waves: waves.filter((_, j) => j !== i) })}
                  >
                    <IconTrash size={16} aria-hidden />
                  </IconButton>
                </span>
              </li>
            ))}
          </ol>
          <div>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              disabled={waves.length >= mostWaves}
              onClick={() => onChange({ ...value, waves: [...waves, { who: 'others', minutes: 60 }] })}
            >
              {t('staffing:strategy.add_wave')}
            </Button>
          </div>
        </fieldset>
      )}
    </div>
  )
}

/** Minutes, with the same time in hours beside them. */
export function Minutes(props: {
  label: string
  value: number
  error?: string
  most?: number
  onChange: (minutes: number) => void
}) {
  const { value, most = longestWait } = props
  const fine = value >= 1 && value <= most
  return (
    <TextInput
      type="number"
      min={1}
      max={most}
      required
      label={props.label}
      description={fine ? duration(value) : t('staffing:from_to', { min: 1, max: most })}
      error={props.error}
      value={Number.isNaN(value) ? '' : String(value)}
      onChange={(e) =>
        props.onChange(e.currentTarget.value === '' ? Number.NaN : Math.round(Number(e.currentTarget.value)))
      }
    />
  )
}
