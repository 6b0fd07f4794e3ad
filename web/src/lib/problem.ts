// Errors as the API tells them (RFC 9457), and how they reach the person at the screen: beside the
// field that caused them where a pointer says which, otherwise as an alert that says how to mend it.
import type { Problem as ProblemBody } from '@/client'

export class Problem extends Error {
  readonly status: number
  readonly title: string
  readonly detail?: string
  readonly kind?: string
  readonly errors: { pointer: string; message: string }[]
  readonly requestId?: string
  readonly retryAfter?: number

  constructor(body: Partial<ProblemBody>, retryAfter?: number) {
    super(body.detail || body.title || 'Error')
    this.name = 'Problem'
    this.status = body.status ?? 0
    this.title = body.title ?? ''
    this.detail = body.detail
    this.kind = body.kind
    this.errors = Array.isArray(body.errors) ? body.errors : []
    this.requestId = body.request_id
    this.retryAfter = retryAfter
  }
}

function isBody(value: unknown): value is Partial<ProblemBody> {
  return typeof value === 'object' && value !== null && ('status' in value || 'title' in value || 'type' in value)
}

/** Turns whatever a failed call left behind (problem+json, HTML of a proxy, a broken line) into a Problem. */
export function toProblem(error: unknown, response?: Response): Problem {
  if (error instanceof Problem) return error
  const wait = Number(response?.headers.get('Retry-After') ?? '')
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : undefined
  if (isBody(error)) return new Problem({ status: response?.status, ...error }, retryAfter)
  if (response) return new Problem({ status: response.status, title: response.statusText }, retryAfter)
  return new Problem({ status: 0, title: error instanceof Error ? error.message : String(error) })
}

/** `/attributes/city` → ['attributes', 'city'] (RFC 6901). */
export function pointerPath(pointer: string): string[] {
  return pointer
    .replace(/^#?\/?/, '')
    .split('/')
    .filter((s) => s !== '')
    .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export type FieldErrors = Record<string, string>

/**
 * Splits a problem's errors into those that belong to one of `fields` (by full dotted path first, then by
 * its first part) and the rest, which must be shown in the alert so that none gets lost.
 */
export function splitErrors(problem: Problem, fields: readonly string[]): { byField: FieldErrors; rest: string[] } {
  const byField: FieldErrors = {}
  const rest: string[] = []
  for (const { pointer, message } of problem.errors) {
    const path = pointerPath(pointer)
    const full = path.join('.')
    const field = fields.includes(full) ? full : fields.includes(path[0] ?? '') ? path[0]! : undefined
    if (field) byField[field] = byField[field] ? `${byField[field]} ${message}` : message
    else rest.push(pointer ? `${full}: ${message}` : message)
  }
  return { byField, rest }
}

export type ProblemAdvice =
  | 'offline'
  | 'unauthorised'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'changed'
  | 'invalid'
  | 'busy'
  | 'unavailable'
  | 'server'

/** What kind of help to offer; the words are in locales (common:problem.<advice>). */
export function adviceFor(problem: Problem): ProblemAdvice {
  switch (problem.status) {
    case 0:
      return 'offline'
    case 401:
      return 'unauthorised'
    case 403:
      return 'forbidden'
    case 404:
    case 410:
      return 'missing'
    case 409:
      return 'conflict'
    case 412:
    case 428:
      return 'changed'
    case 400:
    case 413:
    case 415:
    case 422:
      return 'invalid'
    case 429:
      return 'busy'
    case 502:
    case 503:
    case 504:
      return 'unavailable'
    default:
      return problem.status >= 500 ? 'server' : 'invalid'
  }
}

/** Whether trying again, with nothing changed, can end otherwise. */
export const mayPass = (problem: Problem): boolean =>
  ['offline', 'busy', 'unavailable', 'server'].includes(adviceFor(problem))

/** Whether the server's own sentence says what is wrong and what to do: then it is the only one shown. */
export const saysItself = (problem: Problem): boolean =>
  Boolean(problem.detail) &&
  ['forbidden', 'missing', 'conflict', 'invalid', 'unauthorised'].includes(adviceFor(problem))
