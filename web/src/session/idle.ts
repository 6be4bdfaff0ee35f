// Locks the screen after the time that the server gives. All tabs of one
// browser share the session, so one person's hand in any of them counts.
import * as calls from '@/api/calls'
import { onAnswer } from '@/api/http'
import { lock, onSignIn, session } from './session'

const TOUCHES = ['keydown', 'pointerdown', 'wheel', 'touchstart'] as const
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('hutong')

let touched = Date.now()
let told = 0
let asked = Date.now()

function touch(): void {
  touched = Date.now()
  if (touched - told > 5000) {
    told = touched
    channel?.postMessage('touched')
  }
}

for (const name of TOUCHES) addEventListener(name, touch, { passive: true, capture: true })
channel?.addEventListener('message', (event) => {
  if (event.data === 'touched') touched = asked = Date.now()
})
onAnswer((_, background) => {
  if (!background) asked = Date.now()
})
onSignIn(() => (touched = asked = Date.now()))

setInterval(() => {
  const me = session.me
  if (session.phase !== 'in' || !me) return
  const limit = me.idle_seconds * 1000
  if (Date.now() - touched >= limit) return lock('idle')
  // Reading and scrolling ask the server nothing; say now and then that
  // somebody is there.
  if (touched > asked && Date.now() - asked > limit / 3) {
    asked = Date.now()
    calls.whoAmI().catch(() => undefined)
  }
}, 1000)
