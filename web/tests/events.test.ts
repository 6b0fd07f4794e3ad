import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { listen, whenLiveAgain } from '@/lib/events'

const lines: Line[] = []
/** The browser's EventSource as far as the line uses it. */
class Line {
  static CLOSED = 2
  readyState = 0
  onopen?: () => void
  onerror?: () => void
  handlers = new Map<string, (message: { data: string }) => void>()
  constructor(readonly url: string) {
    lines.push(this)
  }
  addEventListener = (type: string, handler: (message: { data: string }) => void) => this.handlers.set(type, handler)
  close() {
    this.readyState = Line.CLOSED
  }
  up() {
    this.readyState = 1
    this.onopen?.()
  }
  lose(forGood: boolean) {
    this.readyState = forGood ? Line.CLOSED : 0
    this.onerror?.()
  }
  tell(type: string, id: string) {
    this.handlers.get(type)?.({ data: JSON.stringify({ type, id }) })
  }
}

describe('the live line', () => {
  const back = vi.fn()
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('EventSource', Line)
    whenLiveAgain(back)
    back.mockClear()
    lines.length = 0
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is shared, tells each listener its topic, and closes with the last', () => {
    const imports: string[] = []
    const mails: string[] = []
    const endImports = listen('import.progress', (e) => imports.push(e.id))
    const endMails = listen('mailbox.message', (e) => mails.push(e.id))
    expect(lines).toHaveLength(1)
    lines[0]!.up()
    lines[0]!.tell('import.progress', 'a')
    lines[0]!.tell('mailbox.message', 'b')
    expect([imports, mails]).toEqual([['a'], ['b']])
    endImports()
    expect(lines[0]!.readyState).toBe(1)
    endMails()
    expect(lines[0]!.readyState).toBe(Line.CLOSED)
    expect(back).not.toHaveBeenCalled()
  })
  it('lets the browser resume a lost line, and reads the screen anew when it is back', () => {
    const end = listen('import.progress', () => undefined)
    lines[0]!.up()
    lines[0]!.lose(false)
    vi.advanceTimersByTime(60_000)
    expect(lines).toHaveLength(1)
    lines[0]!.up()
    expect(back).toHaveBeenCalledTimes(1)
    end()
  })
  it('opens another where the browser gave up, with a growing pause', () => {
    const end = listen('import.progress', () => undefined)
    lines[0]!.lose(true)
    vi.advanceTimersByTime(1000)
    expect(lines).toHaveLength(2)
    lines[1]!.lose(true)
    vi.advanceTimersByTime(1900)
    expect(lines).toHaveLength(2)
    vi.advanceTimersByTime(100)
    expect(lines).toHaveLength(3)
    lines[2]!.up()
    expect(back).toHaveBeenCalledTimes(1)
    end()
  })
})
