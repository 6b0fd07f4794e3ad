// The condition builder: nested groups of rules with native controls. Used by segments and by a journey's branch.

import { Button, SegmentedControl, Switch } from '@mantine/core'
import type { SegmentFieldView } from '@/client'
import { t } from '@/lib/i18n'
import blockCss from '@/ui/block.module.css'
import groupCss from '@/ui/group.module.css'
import { IconButton } from '@/ui/icon-button'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@/ui/icons'
import { RuleRow } from './rule-row'
import { addTo, type Group, isGroup, moveAt, newRule, type Path, removeAt, updateAt } from './tree'

export interface Props {
  tree: Group
  fields: SegmentFieldView[]
  onChange: (tree: Group) => void
}

export function Builder(props: Props) {
  return <GroupBox {...props} group={props.tree} path={[]} />
}

function GroupBox({ tree, fields, onChange, group, path }: Props & { group: Group; path: Path }) {
  const set = (change: Partial<Group>) => onChange(updateAt(tree, path, (g) => ({ ...g, ...change }) as Group))
  const root = path.length === 0
  const label = root ? t('segments:all_conditions') : t('segments:group')
  const first = fields[0]
  return (
    <fieldset className={root ? `${groupCss.group} ${groupCss.root}` : groupCss.group}>
      <legend className="sr">{label}</legend>
      <div className="row row-between">
        <div className="row">
          <SegmentedControl
            size="xs"
            aria-label={t('segments:match')}
            value={group.op}
            data={[
              { value: 'and', label: t('segments:all_of') },
              { value: 'or', label: t('segments:any_of') },
            ]}
            onChange={(op) => set({ op: op === 'or' ? 'or' : 'and' })}
          />
          <Switch
            label={t('segments:not')}
            checked={group.not ?? false}
            onChange={(e) => set({ not: e.currentTarget.checked || undefined })}
          />
        </div>
        {!root && <Handles tree={tree} path={path} onChange={onChange} label={label} />}
      </div>
      {group.rules.length === 0 && <p className="muted">{t('segments:group_empty')}</p>}
      {group.rules.map((node, i) => {
        const here = [...path, i]
        return (
          <div key={i} className={groupCss.item}>
            {i > 0 && <span className={groupCss.joiner}>{t(group.op === 'and' ? 'segments:and' : 'segments:or')}</span>}
            {isGroup(node) ? (
              <GroupBox tree={tree} fields={fields} onChange={onChange} group={node} path={here} />
            ) : (
              <RuleRow tree={tree} fields={fields} onChange={onChange} rule={node} path={here} />
            )}
          </div>
        )
      })}
      <div className="row">
        {first && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange(addTo(tree, path, newRule(first)))}
          >
            {t('segments:add_rule')}
          </Button>
        )}
        {path.length < 3 && first && (
          <Button
            size="xs"
            variant="subtle"
            onClick={() =>
              onChange(addTo(tree, path, { op: group.op === 'and' ? 'or' : 'and', rules: [newRule(first)] }))
            }
          >
            {t('segments:add_group')}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

export function Handles({
  tree,
  path,
  onChange,
  label,
}: {
  tree: Group
  path: Path
  onChange: (tree: Group) => void
  label: string
}) {
  const index = path.at(-1) ?? 0
  return (
    <span className={`row ${blockCss.handles}`}>
      <IconButton
        label={t('move_named.up', { name: label })}
        disabled={index === 0}
        onClick={() => onChange(moveAt(tree, path, -1))}
      >
        <IconArrowUp size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('move_named.down', { name: label })} onClick={() => onChange(moveAt(tree, path, 1))}>
        <IconArrowDown size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('remove_named', { name: label })} onClick={() => onChange(removeAt(tree, path))}>
        <IconTrash size={16} aria-hidden />
      </IconButton>
    </span>
  )
}
