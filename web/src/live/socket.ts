// One socket to the live board: reconnects by itself, with a jittered pause,
// from the cursor that is held; says how the connection stands.
import { shallowReactive } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, onAnswer } from '@/api/http'
import { now, setClock } from '@/app/clock'
import { lock, may, onSignIn, session } from '@/session/session'
import { noWaiting, take, type Frame, type Held } from './feed'

export type Link = 'starting' | 'live' | 'reconnecting' | 'offline'

export const link = shallowReactive({
  state: 'starting' as Link,
  since: now(), // when it was last seen alive
})

const OFFLINE_AFTER = 5000
const SILENCE = 20_000
const PROBE_LIMIT = 5000

export const held: Held = { cursor: null }
export const waiting = noWaiting()
let wake: () => void = () => undefined
/** Called when something waits for the next frame of the screen. */
export function onFrame(listener: () => void): void {
  wake = listener
  if (waiting.fresh || waiting.changes.size) listener() // it came before the page
}

let socket: WebSocket | null = null
let failures = 0
let lastHeard = 0
let retry: ReturnType<typeof setTimeout> | undefined
let watchdog: ReturnType<typeof setInterval> | undefined
let downgrade: ReturnType<typeof setTimeout> | undefined

const returns = new Set<() => void>()
export const onReturn = (listener: () => void): void => void returns.add(listener)

function alive(): void {
  clearTimeout(downgrade)
  downgrade = undefined
  const back = link.state !== 'live'
  link.state = 'live'
  if (back) for (const listener of returns) listener()
}

/** `since`: when the server was last known to be there. */
function lost(since = now()): void {
  if (link.state === 'live' || link.state === 'starting') {
    link.since = since
    link.state = 'reconnecting'
  }
  downgrade ??= setTimeout(() => {
    if (link.state !== 'live') link.state = 'offline'
  }, OFFLINE_AFTER)
}

function again(soon = false): void {
  clearTimeout(retry)
  if (session.phase !== 'in') return
  // A restart takes seconds: be quick at first.
  const longest = now() - link.since < 30_000 ? 2000 : 8000
  const wait = soon ? 0 : Math.min(longest, 500 * 2 ** Math.min(failures, 5))
  failures++
  retry = setTimeout(connect, wait * (0.5 + Math.random() / 2))
}

function drop(): void {
  const old = socket
  socket = null
  if (!old) return
  old.onopen = old.onmessage = old.onclose = old.onerror = null
  old.close()
}

function hear(text: string): void {
  lastHeard = now()
  let frame: Frame
  try {
    frame = JSON.parse(text) as Frame
  } catch {
    return resync()
  }
  if (frame.server_time) setClock(frame.server_time)
  if (!take(frame, held, waiting)) return resync()
  if (frame.type !== 'restart') {
    failures = 0
    alive()
  }
  wake()
}

/** What is held no longer fits: start from nothing. */
function resync(): void {
  held.cursor = null
  drop()
  lost()
  again(failures === 0)
}

function connect(): void {
  drop()
  if (session.phase !== 'in') return
  if (!may('read_board')) return void probe()
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
  const after = held.cursor ? `&after=${encodeURIComponent(held.cursor)}` : ''
  const opened = new WebSocket(
    `${scheme}//${location.host}/api/v1/live?topic=board${after}`,
    'hutong.live.v1',
  )
  socket = opened
  opened.onmessage = (event) => hear(String(event.data))
  opened.onclose = (event) => {
    if (socket !== opened) return
    socket = null
    lost()
    if (event.code === 4401 || event.code === 1008) void askWho()
    else if (failures >= 1) void askWho()
    else again()
  }
}

/** Is it the session or the server? A refused session locks the screen. */
async function askWho(): Promise<void> {
  try {
    await calls.whoAmI(true)
    if (socket === null) again()
  } catch (cause) {
    if (asProblem(cause).signedOut) lock('expired')
    else again()
  }
}

/** Without a socket, or when it has long been silent: does the server answer? */
async function probe(): Promise<void> {
  const stop = new AbortController()
  const limit = setTimeout(() => stop.abort(), PROBE_LIMIT)
  try {
    const answer = await fetch('/healthz', { cache: 'no-store', signal: stop.signal })
    if (!answer.ok) throw new Error(String(answer.status))
    lastHeard = now()
    if (!may('read_board')) alive()
  } catch {
    lost(lastHeard)
    if (may('read_board')) {
      drop()
      again()
    }
  } finally {
    clearTimeout(limit)
  }
}

function begin(): void {
  clearInterval(watchdog)
  failures = 0
  lastHeard = now()
  link.since = now()
  watchdog = setInterval(() => {
    if (session.phase === 'in' && now() - lastHeard > SILENCE) void probe()
  }, 5000)
  connect()
}

/** Signed out: nothing of the board stays. */
export function end(): void {
  clearInterval(watchdog)
  clearTimeout(retry)
  clearTimeout(downgrade)
  downgrade = undefined
  drop()
  held.cursor = null
  waiting.fresh = true
  waiting.changes.clear()
  link.state = 'starting'
  wake()
}

onSignIn(begin)
// A request that fails is a first sign that the server is away; one that is
// answered after that, of its return.
let silent = false
onAnswer((problem) => {
  if (problem?.status === 0) {
    silent = true
    if (link.state === 'live') void probe()
  } else if (silent) {
    silent = false
    failures = 0
    if (!socket && link.state !== 'live') again(true)
  }
})
addEventListener('online', () => socket === null && again(true))
addEventListener('offline', () => {
  drop()
  lost()
  again()
})
