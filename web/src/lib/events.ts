// Live events from the server. The browser resumes a dropped line itself; after an error answer it gives up for good,
// so then the line is opened again here with a growing pause. What happened in between is not told again: once the line
// is back, everything on the screen is read anew.
import { useEffect, useRef, useState } from 'react'

const topics = ['campaign.progress', 'import.progress', 'mailbox.message', 'journey.counts', 'shift.changed'] as const
export type LiveTopic = (typeof topics)[number]
export type LiveEvent = { type: LiveTopic; id: string }

type Listener = (event: LiveEvent) => void
const listeners = new Map<LiveTopic, Set<Listener>>()
const watchers = new Set<(connected: boolean) => void>()
let source: EventSource | undefined
let dropped = false
let pause = 1000
let timer: ReturnType<typeof setTimeout> | undefined
let onBack: () => void = () => undefined
/** `f` runs whenever the line is up again after it was lost. */
export const whenLiveAgain = (f: () => void) => {
  onBack = f
}

function deliver(message: MessageEvent<string>) {
  const event = JSON.parse(message.data) as LiveEvent
  for (const listener of listeners.get(event.type) ?? []) listener(event)
}

function open() {
  source = new EventSource('/api/v1/events')
  source.onopen = () => {
    pause = 1000
    for (const w of watchers) w(true)
    if (dropped) onBack()
    dropped = false
  }
  for (const topic of topics) source.addEventListener(topic, deliver)
  source.onerror = () => {
    dropped = true
    for (const w of watchers) w(false)
    if (source?.readyState !== EventSource.CLOSED || timer) return
    timer = setTimeout(() => {
      timer = undefined
      open()
    }, pause)
    pause = Math.min(pause * 2, 30_000)
  }
}

function close() {
  source?.close()
  source = undefined
  dropped = false
  clearTimeout(timer)
  timer = undefined
}

/** Calls `on` for every event of `topic` until the returned function is called. The line is open while anybody listens. */
export function listen(topic: LiveTopic, on: Listener): () => void {
  const set = listeners.get(topic) ?? new Set()
  listeners.set(topic, set.add(on))
  if (!source) open()
  return () => {
    set.delete(on)
    if (!set.size) listeners.delete(topic)
    if (!listeners.size) close()
  }
}

/** The same for as long as a screen is shown; tells whether the line is up, so that the screen can poll when it is not. */
export function useLive(topic: LiveTopic, on: Listener): { connected: boolean } {
  const [connected, setConnected] = useState(source?.readyState === EventSource.OPEN)
  const latest = useRef(on)
  latest.current = on
  useEffect(() => {
    watchers.add(setConnected)
    const end = listen(topic, (event) => latest.current(event))
    return () => {
      end()
      watchers.delete(setConnected)
    }
  }, [topic])
  return { connected }
}
