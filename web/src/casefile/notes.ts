// Notes that are being written: one for each case, kept sealed on this machine
// until the server has them.
import { reactive } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, type Problem } from '@/api/http'
import { freshKey } from '@/api/keys'
import type { TimelineEntry } from '@/api/types'
import { theVault, vaultOpened } from '@/drafts/desk'
import { recordOf } from '@/drafts/stored'

export interface NoteDraft {
  text: string
  key: string // of the sending that is under way or unanswered
  sent: string // the text that the key stands for
  busy: boolean
  kept: boolean
  problem: Problem | null
}

const notes = reactive(new Map<string, NoteDraft>())
const timers = new Map<string, ReturnType<typeof setTimeout>>()
/** Where this tab's note on a case lies. */
const recordOfNote = (no: string): string => recordOf(`note ${no}`)

export function noteOf(no: string): NoteDraft {
  const known = notes.get(no)
  if (known) return known
  notes.set(no, { text: '', key: '', sent: '', busy: false, kept: true, problem: null })
  const note = notes.get(no) as NoteDraft
  void restore(no, note)
  return note
}

async function restore(no: string, note: NoteDraft): Promise<void> {
  const kept = await (await vaultOpened())?.all().catch(() => undefined)
  if (note.text) return
  const found = [...(kept?.found ?? [])].filter(([record]) => `${record} `.startsWith(`note ${no} `))
  const texts = found.map(([, value]) => value as Partial<NoteDraft>).filter((one) => one.text)
  const [one, ...more] = texts
  if (!one) return
  note.text = [...new Set(texts.map(({ text }) => text))].join('\n\n')
  if (!more.length) {
    note.key = one.key ?? ''
    note.sent = one.sent ?? ''
  }
  await keep(no, note)
  const old = found.map(([record]) => record).filter((record) => record !== recordOfNote(no))
  if (note.kept) await theVault()?.removeRead(old).catch(() => undefined)
}

async function keep(no: string, note: NoteDraft): Promise<void> {
  const vault = theVault()
  try {
    if (!vault) throw new Error('no vault')
    if (note.text) {
      const { text, key, sent } = note
      await vault.put(recordOfNote(no), { text, key, sent })
      note.kept = note.text === text
    } else {
      await vault.remove(recordOfNote(no))
      note.kept = true
    }
  } catch {
    note.kept = false
  }
}

export function noteChanged(no: string): void {
  const note = noteOf(no)
  note.kept = false
  clearTimeout(timers.get(no))
  timers.set(
    no,
    setTimeout(() => void keep(no, note), 300),
  )
}

/** The entry, or undefined when it did not go: the text stays. */
export async function sendNote(no: string): Promise<TimelineEntry | undefined> {
  const note = noteOf(no)
  const text = note.text.trim()
  if (!text || note.busy) return undefined
  if (note.sent !== text || !note.key) {
    note.key = freshKey() // the same words again repeat, others are new
    note.sent = text
  }
  note.busy = true
  note.problem = null
  await keep(no, note)
  try {
    const entry = await calls.addNote(no, text, note.key)
    note.text = note.text.trim() === text ? '' : note.text
    note.key = note.sent = ''
    await keep(no, note)
    return entry
  } catch (cause) {
    note.problem = asProblem(cause)
    return undefined
  } finally {
    note.busy = false
  }
}

/** At sign-out: only what is half sent goes again; a note half written stays. */
export async function flushNotes(): Promise<void> {
  for (const [no, note] of notes) {
    clearTimeout(timers.get(no))
    await keep(no, note)
  }
}

export function forgetNotes(): void {
  for (const timer of timers.values()) clearTimeout(timer)
  notes.clear()
}

addEventListener('beforeunload', (event) => {
  for (const note of notes.values()) if (!note.kept) event.preventDefault()
})
