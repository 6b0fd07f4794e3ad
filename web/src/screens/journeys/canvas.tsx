// The journey as a picture. Everything that can be done here can be done in the list as well.

import {
  Background,
  type Connection,
  Controls,
  type Edge as FlowEdge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react'
import stateCss from '@/ui/state.module.css'
import css from './canvas.module.css'
import '@xyflow/react/dist/base.css'
import { useMantineColorScheme } from '@mantine/core'
import { useMemo, useRef, useState } from 'react'
import type { StepCounts } from '@/client'
import { t } from '@/lib/i18n'
import { formatNumber } from '@/lib/time'
import { connect, edges, layout, type Plan, type Port, ports, type Step, updateStep } from './graph'
import { stepIcons } from './icons'
import { describe, type Names } from './words'

interface StepData extends Record<string, unknown> {
  step: Step
  words: string
  counts?: StepCounts
  faulty: boolean
}
type StepNode = Node<StepData, 'step'>
type StartNode = Node<{ words: string }, 'start'>

function StepBox({ data, selected }: NodeProps<StepNode>) {
  const { step, words, counts, faulty } = data
  const Icon = stepIcons[step.kind]
  const outs = ports(step)
  return (
    <div className={`${css.node} ${selected ? css.nodeSelected : ''} ${faulty ? css.nodeFaulty : ''}`}>
      <Handle type="target" position={Position.Top} id="in" />
      <div className={css.nodeHead}>
        <Icon size={16} aria-hidden />
        <strong>{t(`journeys:kinds.${step.kind}`)}</strong>
      </div>
      <div className={css.nodeWords}>{words}</div>
      {counts && (
        <div className={`${css.nodeCounts} num`}>
          {t('journeys:counts_short', {
            entered: formatNumber(counts.entered),
            active: formatNumber(counts.active),
          })}
          {counts.failed > 0 && (
            <span className={`${stateCss.state} ${stateCss.bad}`}>
              {' '}
              {t('journeys:failed_count', { count: counts.failed })}
            </span>
          )}
        </div>
      )}
      {outs.map((port, i) => (
        <Handle
          key={port}
          type="source"
          position={Position.Bottom}
          id={port}
          style={outs.length > 1 ? { left: `${30 + i * 40}%` } : undefined}
        />
      ))}
    </div>
  )
}

function StartBox({ data }: NodeProps<StartNode>) {
  return (
    <div className={`${css.node} ${css.nodeStart}`}>
      <div className={css.nodeWords}>{data.words}</div>
      <Handle type="source" position={Position.Bottom} id="next" />
    </div>
  )
}

const nodeTypes = { step: StepBox, start: StartBox }
const START = '__start'

export default function Canvas(props: {
  plan: Plan
  names: Names
  trigger: string
  counts: Map<string, StepCounts>
  faulty: Set<string>
  selected: string | undefined
  onSelect: (id: string | undefined) => void
  onChange: (plan: Plan) => void
}) {
  const { plan, names, counts, faulty, selected, onSelect, onChange } = props
  const { colorScheme } = useMantineColorScheme()
  const box = useRef<HTMLDivElement>(null)
  const [dragged, setDragged] = useState<Record<string, { x: number; y: number }>>({})
  const placed = useMemo(() => layout(plan), [plan])
  const first = placed.find((s) => s.id === plan.start)
  const nodes: (StepNode | StartNode)[] = [
    {
      id: START,
      type: 'start',
      position: { x: first?.x ?? 220, y: (first?.y ?? 130) - 110 },
      data: { words: props.trigger },
      draggable: false,
      selectable: false,
      ariaLabel: props.trigger,
    },
    ...placed.map((step): StepNode => {
      const words = describe(step, names)
      return {
        id: step.id,
        type: 'step',
        position: dragged[step.id] ?? { x: step.x ?? 0, y: step.y ?? 0 },
        selected: step.id === selected,
        data: { step, words, counts: counts.get(step.id), faulty: faulty.has(step.id) },
        ariaLabel: `${t(`journeys:kinds.${step.kind}`)}: ${words}`,
      }
    }),
  ]
  const marker = { type: MarkerType.ArrowClosed, width: 18, height: 18 }
  const lines: FlowEdge[] = [
    ...(first
      ? [
          {
            id: START,
            source: START,
            sourceHandle: 'next',
            target: first.id,
            targetHandle: 'in',
            markerEnd: marker,
            deletable: false,
          },
        ]
      : []),
    ...edges(plan.steps).map((e) => ({
      id: `${e.from}.${e.port}`,
      source: e.from,
      sourceHandle: e.port,
      target: e.to,
      targetHandle: 'in',
      label: e.port === 'next' ? undefined : t(`journeys:ports.${e.port}`),
      markerEnd: marker,
    })),
  ]
  return (
    <div className={css.canvas} ref={box}>
      <ReactFlow
        nodes={nodes}
        edges={lines}
        nodeTypes={nodeTypes}
        colorMode={colorScheme === 'auto' ? 'system' : colorScheme}
        onInit={(flow) => {
          // Readable rather than complete: the top of the journey in the middle, the rest by moving the picture.
          const xs = nodes.map((n) => n.position.x)
          const middle = (Math.min(...xs) + Math.max(...xs)) / 2 + 110
          const top = Math.min(...nodes.map((n) => n.position.y))
          const zoom = 0.85
          const room = box.current?.clientWidth ?? 800
          void flow.setViewport({ x: room / 2 - middle * zoom, y: 24 - top * zoom, zoom })
        }}
        minZoom={0.3}
        maxZoom={1.5}
        deleteKeyCode={null}
        zoomOnScroll={false}
        preventScrolling={false}
        nodesFocusable
        edgesFocusable={false}
        // Selection by click or key arrives as a change; the address decides what is selected.
        onNodesChange={(changes) => {
          const chosen = changes.find((c) => c.type === 'select' && c.selected)
          if (chosen && 'id' in chosen && chosen.id !== START && chosen.id !== selected) onSelect(chosen.id)
        }}
        onPaneClick={() => onSelect(undefined)}
        onNodeDrag={(_, node) => setDragged({ [node.id]: node.position })}
        onNodeDragStop={(_, node) => {
          setDragged({})
          onChange({
            ...plan,
            steps: updateStep(placed, node.id, {
              x: Math.round(node.position.x),
              y: Math.round(node.position.y),
            }),
          })
        }}
        onConnect={(c: Connection) => {
          if (c.source === START) onChange({ ...plan, start: c.target })
          else
            onChange({
              ...plan,
              steps: connect(plan.steps, c.source, (c.sourceHandle ?? 'next') as Port, c.target),
            })
        }}
      >
        <Background gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  )
}
