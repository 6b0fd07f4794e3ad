// Live events from the server. The browser resumes a dropped line itself and presents Last-Event-ID; after
// an error answer it gives up for good, so then the line is opened again here with a growing pause.
import { useEffect, useRef, useState } from 'react'

export type LiveEvent = { type: string; id: string; data: Record<string, unknown> }
export type LiveTopic = 'campaign.progress' | 'import.progress' | 'mailbox.message' | 'journey.counts'

type Listener = (event: LiveEvent) => void
const listeners = new Map<LiveTopic, Set<Listener>>()
const topics: LiveTopic[] = ['campaign.progress', 'import.progress', 'mailbox.message', 'journey.counts']
const watchers = new Set<(connected: boolean) => void>()
let source: EventSource | undefined
let pause = 1000
let timer: ReturnType<typeof setTimeout> | undefined

function read(message: MessageEvent<string>): LiveEvent | undefined {
  try {
    const body: unknown = JSON.parse(message.data)
    if (typeof body !== 'object' || body === null) return undefined
    const record = body as Record<string, unknown>
    const data =
      typeof record.data === 'object' && record.data !== null
        ? (record.data as Record<string, unknown>)
        : record
    const type = typeof record.type === 'string' ? record.type : message.type
    const id =
      typeof record.id === 'string' ? record.id : typeof data.id === 'string' ? data.id : message.lastEventId
    return { type, id, data }
  } catch {
    return undefined
  }
}

function deliver(message: MessageEvent<string>) {
  const event = read(message)
  if (!event) return
  for (const listener of listeners.get(event.type as LiveTopic) ?? []) listener(event)
}

function open() {
  source = new EventSource('/api/v1/events')
  source.onopen = () => {
    pause = 1000
    for (const w of watchers) w(true)
  }
  source.onmessage = deliver
  for (const topic of topics) source.addEventListener(topic, deliver as EventListener)
  source.onerror = () => {
    for (const w of watchers) w(false)
    if (source?.readyState !== EventSource.CLOSED || timer) return
    timer = setTimeout(() => {
      timer = undefined
      if (listeners.size) open()
    }, pause)
    pause = Math.min(pause * 2, 30_000)
  }
}

function close() {
  source?.close()
  source = undefined
  clearTimeout(timer)
  timer = undefined
}

/** Calls `on` for every event of `topic`; tells whether the line is up, so that a screen can poll when it is not. */
export function useLive(topic: LiveTopic, on: Listener): { connected: boolean } {
  const [connected, setConnected] = useState(source?.readyState === EventSource.OPEN)
  const latest = useRef(on)
  latest.current = on
  useEffect(() => {
    const listener: Listener = (event) => latest.current(event)
    const set = listeners.get(topic) ?? new Set()
    set.add(listener)
    listeners.set(topic, set)
    watchers.add(setConnected)
    if (!source) open()
    return () => {
      set.delete(listener)
      if (!set.size) listeners.delete(topic)
      watchers.delete(setConnected)
      if (!listeners.size) close()
    }
  }, [topic])
  return { connected }
}
