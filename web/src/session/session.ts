// Who is signed in, and whether the screen is locked.
import { computed, shallowReactive } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, onAnswer, type Problem } from '@/api/http'
import { setClock } from '@/app/clock'
import type { Me } from '@/api/types'
import { goodbye, goodbyeSaid, onGoodbye, owed, welcome } from './goodbye'

export type Phase = 'starting' | 'unreachable' | 'out' | 'in' | 'locked'
export type LockCause = 'idle' | 'asked' | 'expired'

export const session = shallowReactive({
  phase: 'starting' as Phase,
  me: null as Me | null,
  lockCause: 'idle' as LockCause,
})

export const may = (act: string): boolean => session.me?.may.includes(act) ?? false
export const signedIn = computed(() => session.phase === 'in')

const arrivals = new Set<(me: Me) => void>()
/**
 * Called after each sign-in, also the one that ends a lock; at once when
 * somebody is there already: most listeners are loaded after the sign-in.
 */
export function onSignIn(listener: (me: Me) => void): () => void {
  arrivals.add(listener)
  if (session.me && session.phase === 'in') {
    const me = session.me
    queueMicrotask(() => listener(me))
  }
  return () => arrivals.delete(listener)
}

function arrive(me: Me): void {
  setClock(me.server_time, me.server_day)
  session.me = me
  session.phase = 'in'
  for (const listener of arrivals) listener(me)
}

let waits = 500

/** On load: is there a session already? */
export async function start(): Promise<void> {
  if (owed()) {
    session.phase = 'out'
    void goodbyeSaid()
    return
  }
  try {
    arrive(await calls.whoAmI())
  } catch (cause) {
    const problem = asProblem(cause)
    if (problem.passing) {
      session.phase = 'unreachable'
      waits = Math.min(waits * 2, 10_000)
      setTimeout(() => void start(), waits * (0.5 + Math.random() / 2))
    } else session.phase = 'out'
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  await goodbyeSaid() // not after it: that would end the new session
  const me = await calls.signIn(login, password)
  welcome()
  arrive(me)
}

/** A demonstration lets in without a password. */
export async function enterDemo(login: string): Promise<void> {
  await goodbyeSaid()
  const me = await calls.enterDemo(login)
  welcome()
  arrive(me)
}

export function lock(cause: LockCause): void {
  if (session.phase !== 'in') return
  session.lockCause = cause
  session.phase = 'locked'
}

/** Locks because somebody asked: the session ends here and on the server. */
export function lockNow(): void {
  lock('asked')
  goodbye()
}

/** Forgets who it was; the caller has seen to the drafts. */
export function leave(): void {
  goodbye()
  session.me = null
  session.phase = 'out'
}

onGoodbye(() => lock('expired'))

// A request that was refused for want of a session locks the screen: what is
// typed stays where it is.
onAnswer((problem: Problem | null) => {
  if (problem?.signedOut && problem.code !== 'session.wrong' && session.me) lock('expired')
})
