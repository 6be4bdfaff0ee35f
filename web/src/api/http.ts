// Requests to the server of this page, and how they can fail.
import { language } from '@/app/language'

export interface FieldProblem {
  pointer: string
  code: string
  bound?: number
}

/** Why a request did not do what it should. `unreachable`: nobody knows. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly title = '',
    readonly errors: FieldProblem[] = [],
    readonly version?: number,
    readonly who?: string,
  ) {
    super(code)
  }
  /** The server was not reached, or was not able: worth another try. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
  get signedOut(): boolean {
    return this.status === 401 && this.code.startsWith('session.')
  }
}

export const UNREACHABLE = 'unreachable'

export interface Ask {
  body?: unknown
  key?: string // Idempotency-Key
  ifMatch?: number
  ifNoneMatch?: string | undefined // then 304 is an answer too, without data
  background?: boolean // not a person's act
  timeout?: number
  keepalive?: boolean
}

export interface Answer<T> {
  data: T
  etag: string | null
}

type Listener = (problem: Problem | null, background: boolean) => void
const listeners = new Set<Listener>()

/** Hears of every answer: null when the server answered, else the problem. */
export function onAnswer(listener: Listener): void {
  listeners.add(listener)
}

function tell(problem: Problem | null, background: boolean): void {
  for (const listener of listeners) listener(problem, background)
}

async function problemOf(answer: Response): Promise<Problem> {
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>
  const text = (name: string) =>
    typeof body[name] === 'string' ? (body[name] as string) : ''
  return new Problem(
    text('code') || text('type').replace('urn:hutong:refusal:', '') || 'server.failed',
    answer.status,
    text('title'),
    Array.isArray(body.errors) ? (body.errors as FieldProblem[]) : [],
    typeof body.version === 'number' ? body.version : undefined,
    text('who') || undefined,
  )
}

export async function ask<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  options: Ask = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { 'Accept-Language': language.value }
  if (method !== 'GET') headers['X-Hutong'] = '1'
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.key) headers['Idempotency-Key'] = options.key
  if (options.ifMatch !== undefined) headers['If-Match'] = `"${options.ifMatch}"`
  if (options.ifNoneMatch) headers['If-None-Match'] = options.ifNoneMatch
  if (options.background) headers['X-Hutong-Background'] = '1'
  const background = options.background ?? false
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), options.timeout ?? 15_000)
  let answer: Response
  let data: T | undefined
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: 'same-origin',
      cache: 'no-cache',
      redirect: 'error',
      keepalive: options.keepalive ?? false,
      signal: stop.signal,
    })
    if (answer.ok && answer.status !== 204) data = (await answer.json()) as T
  } catch {
    const lost = new Problem(UNREACHABLE, 0)
    tell(lost, background)
    throw lost
  } finally {
    clearTimeout(timer)
  }
  if (!answer.ok && !(answer.status === 304 && options.ifNoneMatch)) {
    const problem = await problemOf(answer)
    tell(problem, background)
    throw problem
  }
  tell(null, background)
  return { data: data as T, etag: answer.headers.get('ETag') }
}

export const asProblem = (cause: unknown): Problem =>
  cause instanceof Problem ? cause : new Problem('server.failed', 500, String(cause))
