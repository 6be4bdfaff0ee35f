// The red key: a place and some words, sent until the server has answered. The
// words are kept sealed on this machine; the same key makes one case of them.
import { reactive } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, type Problem } from '@/api/http'
import { freshKey } from '@/api/keys'
import type { RaiseEmergency } from '@/api/types'
import { desk, theVault, vaultOpened } from '@/drafts/desk'
import type { Draft } from '@/drafts/draft'
import { recordOf } from '@/drafts/stored'
import { onReturn } from '@/live/socket'
import { onSignIn } from '@/session/session'

export const RED_ID = 'red key'
const LONGEST_WAIT = 4000
const AT_ONCE = 300 // ms

export interface Red {
  open: boolean
  matter: string
  place: { code: string; unknown: boolean; text: string }
  contactId: string
  key: string // of what is being sent; empty: not pressed yet
  body: RaiseEmergency | null
  no: string // the case that came of it
  code: string // to read out
  busy: boolean
  kept: boolean
  problem: Problem | null
}

const nothing = (): Red => ({
  open: false,
  matter: '',
  place: { code: '', unknown: false, text: '' },
  contactId: '',
  key: '',
  body: null,
  no: '',
  code: '',
  busy: false,
  kept: true,
  problem: null,
})

export const red = reactive<Red>(nothing())
let timer: ReturnType<typeof setTimeout> | undefined
let saving: ReturnType<typeof setTimeout> | undefined
let failures = 0

async function keep(): Promise<void> {
  clearTimeout(saving)
  const vault = theVault()
  try {
    if (!vault) throw new Error('no vault')
    if (red.matter.trim() || red.key) {
      const { matter, place, contactId, key, body } = red
      await vault.put(recordOf(RED_ID), JSON.parse(JSON.stringify({ matter, place, contactId, key, body })))
    } else await vault.remove(recordOf(RED_ID))
    red.kept = true
  } catch {
    red.kept = false
  }
}

export function redChanged(): void {
  red.kept = false
  clearTimeout(saving)
  saving = setTimeout(() => void keep(), 200)
}

let source: Draft | null = null // the open call that the words come from

/** Opens the dialog; what an open contact says already is taken over. */
export function openRed(): void {
  red.open = true
  if (red.key || red.no) return
  const draft = desk.current
  source = draft && !draft.state.outcome ? draft : null
  if (!draft || !source) {
    red.contactId = ''
    return
  }
  red.contactId = draft.state.contactId
  if (!red.matter.trim()) red.matter = draft.form.matter
  const { place } = draft.form
  if (place.code || place.unknown || place.text) Object.assign(red.place, place)
}

export function closeRed(): void {
  red.open = false
  if (!red.no) return
  Object.assign(red, nothing()) // it stands on the server
  void keep()
}

function bodyOf(): RaiseEmergency {
  const { code, unknown, text } = red.place
  const nowhere = !code && !text.trim()
  return {
    ...(red.contactId ? { contact_id: red.contactId } : {}),
    matter: red.matter.trim(),
    place_now: {
      ...(code && !unknown ? { code } : {}),
      ...(unknown || nowhere ? { unknown: true } : {}),
      ...(text.trim() ? { text: text.trim() } : {}),
    },
  }
}

/** What else was typed into the form of the call goes into its draft first, if
    that is a matter of a moment: the emergency does not wait for it. A call that
    the server has only just taken is known by then, too. */
async function lastWords(): Promise<void> {
  if (!source || source.state.outcome) return
  const moment = new Promise((resolve) => setTimeout(resolve, AT_ONCE))
  await Promise.race([source.flush().catch(() => false), moment])
  red.contactId = source.state.contactId
}

/** One press. Words are all that it needs. */
export async function pressRed(): Promise<void> {
  if (!red.matter.trim() || red.key || red.busy) return
  red.busy = true
  await lastWords()
  red.key = freshKey()
  red.body = bodyOf()
  red.problem = null
  red.busy = false
  failures = 0
  void keep()
  void send()
}

async function send(): Promise<void> {
  clearTimeout(timer)
  if (red.busy || !red.key || !red.body || red.no) return
  red.busy = true
  try {
    const answer = await calls.raiseEmergency(red.body, red.key)
    red.no = answer.no
    red.open = true // the numbers are what counts now
    red.code = answer.query_code ?? ''
    red.problem = null
    settleContact(red.body.contact_id ?? '', answer.no, red.code)
    Object.assign(red, { key: '', body: null, matter: '' })
    void keep()
  } catch (cause) {
    await fail(asProblem(cause))
  } finally {
    red.busy = false
  }
}

async function fail(problem: Problem): Promise<void> {
  red.problem = problem
  if (problem.code.startsWith('contact.') && red.body?.contact_id) {
    // That contact has ended meanwhile; the emergency does not wait for it.
    red.contactId = ''
    red.key = freshKey()
    red.body = bodyOf()
    timer = setTimeout(() => void send(), 0)
  } else if (problem.passing || problem.signedOut) {
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures++, 3))
    timer = setTimeout(() => void send(), wait * (0.5 + Math.random() / 2))
  } else Object.assign(red, { key: '', body: null }) // what is wrong can be put right
  await keep()
}

/** The contact has become that case: its form has its end. */
function settleContact(id: string, no: string, code: string): void {
  if (!id) return
  desk.drafts.find((draft) => draft.state.contactId === id)?.registered(no, code)
}

async function restore(): Promise<void> {
  const kept = await (await vaultOpened())?.all().catch(() => undefined)
  const [record, given] =
    [...(kept?.found ?? [])].find(([one]) => one.startsWith(`${RED_ID} `)) ?? ['', undefined]
  const value = given as Partial<Red> | undefined
  if (!value?.matter || red.matter || red.key || red.no) return
  Object.assign(red, {
    matter: value.matter,
    place: { ...nothing().place, ...value.place },
    contactId: value.contactId ?? '',
    key: value.key ?? '',
    body: value.body ?? null,
  })
  await keep()
  if (record !== recordOf(RED_ID)) await theVault()?.removeRead([record]).catch(() => undefined)
  if (!red.key) return
  red.open = true
  void send()
}

export async function flushRed(): Promise<void> {
  await keep()
}
export function forgetRed(): void {
  clearTimeout(timer)
  clearTimeout(saving)
  Object.assign(red, nothing())
}

onSignIn(() => {
  void restore()
  void send()
})
onReturn(() => void send())
addEventListener('online', () => void send())
addEventListener('beforeunload', (event) => {
  if (red.key || !red.kept) event.preventDefault()
})
