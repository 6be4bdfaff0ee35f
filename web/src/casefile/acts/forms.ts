// Forms of acts that are being filled in: one for each act of a case, kept
// sealed on this machine until the server has taken them.
import { reactive } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, type Problem } from '@/api/http'
import { freshKey } from '@/api/keys'
import type { CaseRow } from '@/api/types'
import { theVault, vaultOpened } from '@/drafts/desk'
import { recordOf } from '@/drafts/stored'
import type { Values } from './values'

export interface ActForm {
  values: Values
  touched: boolean // there is something that must not be lost
  since: number // the newest entry of the timeline when it was begun
  key: string // of the sending that is under way or unanswered
  sent: string // the body that the key stands for
  busy: boolean
  kept: boolean
  problem: Problem | null
}

const forms = reactive(new Map<string, ActForm>())
const timers = new Map<string, ReturnType<typeof setTimeout>>()
export const formId = (no: string, act: string): string => `act ${act} ${no}`

/** A form begins with `initial`; what was typed before comes over it. */
export function formOf(no: string, act: string, since: number, initial: () => Values): ActForm {
  const id = formId(no, act)
  const known = forms.get(id)
  if (known) {
    if (!known.touched) Object.assign(known, { values: initial(), since })
    return known
  }
  forms.set(id, {
    values: initial(),
    touched: false,
    since,
    key: '',
    sent: '',
    busy: false,
    kept: true,
    problem: null,
  })
  const form = forms.get(id) as ActForm
  void restore(id, form)
  return form
}

async function restore(id: string, form: ActForm): Promise<void> {
  const kept = await (await vaultOpened())?.all().catch(() => undefined)
  // This tab's own copy, or one that another tab has left.
  const found = [...(kept?.found ?? [])].filter(([record]) => record.startsWith(`${id} `))
  const [record, given] = found.find(([one]) => one === recordOf(id)) ?? found[0] ?? ['', undefined]
  const value = given as Partial<ActForm> | undefined
  if (!value?.values || form.touched) return
  Object.assign(form.values, value.values)
  form.since = value.since ?? form.since
  form.key = value.key ?? ''
  form.sent = value.sent ?? ''
  form.touched = true
  if (record === recordOf(id)) return
  await keep(id, form)
  if (form.kept) await theVault()?.removeRead([record]).catch(() => undefined)
}

async function keep(id: string, form: ActForm): Promise<void> {
  const vault = theVault()
  try {
    if (!vault) throw new Error('no vault')
    if (form.touched) {
      const { values, since, key, sent } = form
      const whole = JSON.stringify({ values, since, key, sent })
      await vault.put(recordOf(id), JSON.parse(whole))
      form.kept = JSON.stringify(form.values) === JSON.stringify(values)
    } else {
      await vault.remove(recordOf(id))
      form.kept = true
    }
  } catch {
    form.kept = false
  }
}

export function formChanged(no: string, act: string): void {
  const id = formId(no, act)
  const form = forms.get(id)
  if (!form) return
  form.touched = true
  form.kept = false
  clearTimeout(timers.get(id))
  timers.set(
    id,
    setTimeout(() => void keep(id, form), 300),
  )
}

/** A person lets go of what was typed. */
export function emptyForm(no: string, act: string, values: Values, since: number): void {
  const id = formId(no, act)
  const form = forms.get(id)
  clearTimeout(timers.get(id))
  if (!form) return
  Object.assign(form, { values, since, touched: false, key: '', sent: '', problem: null })
  void keep(id, form)
}

/** It has arrived: nothing of it stays. */
async function formOver(no: string, act: string): Promise<void> {
  const id = formId(no, act)
  const form = forms.get(id)
  clearTimeout(timers.get(id))
  if (!form) return
  forms.delete(id)
  form.touched = false
  await keep(id, form)
}

/** The case as it stands then, or undefined when it did not go: all stays. */
export async function sendForm(
  no: string,
  act: string,
  route: calls.CaseRoute,
  body: unknown,
  version: number,
): Promise<CaseRow | undefined> {
  const id = formId(no, act)
  const form = forms.get(id)
  if (!form || form.busy) return undefined
  const words = JSON.stringify(body)
  if (form.sent !== words || !form.key) {
    form.key = freshKey() // the same again repeats, other words are new
    form.sent = words
  }
  form.busy = true
  form.touched = true
  form.problem = null
  await keep(id, form)
  try {
    const row = await calls.actOn(route, no, body, form.key, version)
    await formOver(no, act)
    return row
  } catch (cause) {
    const problem = asProblem(cause)
    if (!problem.passing && !problem.signedOut) form.key = form.sent = '' // it left no trace
    form.problem = problem
    return undefined
  } finally {
    form.busy = false
    if (form.touched) await keep(id, form)
  }
}

export async function flushForms(): Promise<void> {
  for (const [id, form] of forms) {
    clearTimeout(timers.get(id))
    await keep(id, form)
  }
}

export function forgetForms(): void {
  for (const timer of timers.values()) clearTimeout(timer)
  forms.clear()
}

addEventListener('beforeunload', (event) => {
  for (const form of forms.values()) if (!form.kept) event.preventDefault()
})
