// A session ended here must end on the server too. When the server is away the
// cookie, which no script can remove, outlives the sign-out: that is remembered
// over a reload, and nothing else is asked before the server has been told.
import * as calls from '@/api/calls'
import { asProblem } from '@/api/http'

const KEY = 'hutong.left'
const LONGEST_WAIT = 8000

let here = false
let failures = 0
let telling: Promise<boolean> | null = null
let retry: ReturnType<typeof setTimeout> | undefined

export function owed(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return here
  }
}

function remember(is: boolean): void {
  here = is
  try {
    if (is) localStorage.setItem(KEY, '1')
    else localStorage.removeItem(KEY)
  } catch {
    // no storage: then this page alone knows
  }
}

async function once(): Promise<boolean> {
  clearTimeout(retry)
  try {
    await calls.signOut()
  } catch (cause) {
    if (asProblem(cause).passing) {
      const wait = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures++, 5))
      clearTimeout(retry)
      retry = setTimeout(() => void tell(), wait * (0.5 + Math.random() / 2))
      return false
    }
  }
  failures = 0
  remember(false)
  return true
}

/** One try; false: the server was not reached, it goes on behind. */
function tell(): Promise<boolean> {
  if (!owed()) return Promise.resolve(true)
  telling ??= once().finally(() => (telling = null))
  return telling
}

/** Signed out here; the server hears of it as soon as it can. */
export function goodbye(): void {
  remember(true)
  void tell()
}

/** Before anything else is asked of the server under the old cookie. */
export const goodbyeSaid = tell

/** A new session has taken the place of the old cookie. */
export function welcome(): void {
  clearTimeout(retry)
  remember(false)
}

/** Calls when another tab of this browser has signed out. */
export function onGoodbye(listener: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === KEY && event.newValue !== null) listener()
  })
}
