// All contacts of mine that are not finished, on the server and here.
import { computed, shallowReactive } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, onAnswer } from '@/api/http'
import { freshKey } from '@/api/keys'
import type { CloseReason, Contact, Me, TakeContact } from '@/api/types'
import { now } from '@/app/clock'
import { emptyForm, isEmpty } from '@/intake/form'
import { onReturn } from '@/live/socket'
import { may, onSignIn, session } from '@/session/session'
import { createDraft, type Draft } from './draft'
import { copyOfServer, merge, type Copy } from './merge'
import { contactsIn, storedOf, type Found, type Stored } from './stored'
import { openVault, type Vault } from './vault'
import { WRITER } from './writer'

const RESUME_WITHIN = 30 * 60_000

export const desk = shallowReactive({
  drafts: [] as Draft[],
  current: null as Draft | null,
  loaded: false,
  unreadable: 0, // copies on this machine sealed under another key
  noVault: false,
})

export const openDrafts = computed(() => desk.drafts.filter((one) => !one.state.outcome))
export const unsavedDrafts = computed(() => desk.drafts.filter((one) => one.unsaved))

let vault: Vault | null = null
let opened: () => void = () => undefined
const opening = new Promise<void>((resolve) => (opened = resolve))
let account = ''
let again: ReturnType<typeof setTimeout> | undefined

export const theVault = (): Vault | null => vault
/** As soon as it is known whether there is one. */
export const vaultOpened = (): Promise<Vault | null> => opening.then(() => vault)

function add(draft: Draft): void {
  desk.drafts = [...desk.drafts, draft].sort((a, b) => b.state.takenAt - a.state.takenAt)
}

const copyOf = (stored: Stored): Copy => stored

/** What a draft was made of goes once its own copy holds all of it. */
async function replace(draft: Draft, records: string[]): Promise<void> {
  await draft.keep()
  if (!draft.state.kept) return
  await vault?.removeRead(records.filter((one) => one !== draft.record)).catch(() => undefined)
}

const nothing = (version: number): Copy => ({
  form: emptyForm(),
  others: [],
  at: 0,
  version,
  writer: WRITER,
  dirty: false,
})

/** The same key twice is one contact, not two. */
function justTaken(body: TakeContact): Draft | undefined {
  const { current } = desk
  if (!current || current.state.outcome || current.state.channel !== body.channel) return undefined
  return now() - current.state.takenAt < 5000 && isEmpty(current.form) ? current : undefined
}

export function take(body: TakeContact): Draft {
  const same = justTaken(body)
  if (same) return same
  const draft = createDraft(
    {
      take: body,
      takeKey: freshKey(),
      takenAt: now(),
      contactId: '',
      channel: body.channel,
      copy: {
        ...nothing(0),
        at: now(),
        form: {
          ...emptyForm(),
          language: body.language ?? '',
          anonymity: body.anonymity ?? '',
        },
      },
      pending: null,
      outcome: null,
    },
    theVault,
  )
  add(draft)
  desk.current = draft
  draft.nudge()
  return draft
}

/** Takes a finished contact off the desk. */
export function dismiss(draft: Draft): void {
  draft.stop()
  void vault?.remove(draft.record).catch(() => undefined)
  desk.drafts = desk.drafts.filter((one) => one !== draft)
  if (desk.current === draft) desk.current = openDrafts.value[0] ?? null
}

/** A contact that ended elsewhere left words behind: they begin a new one. */
export function takeOver(draft: Draft): void {
  const fresh = take({ channel: draft.state.channel })
  Object.assign(fresh.form, JSON.parse(JSON.stringify(draft.form)))
  dismiss(draft)
  desk.current = fresh
}

async function fromServer(contact: Contact, found: Found | undefined): Promise<void> {
  const local = found?.stored
  const draft = contact.draft_version > 0 ? await calls.readDraft(contact.id) : undefined
  const theirs = draft && copyOfServer(draft.version, draft.saved_at, draft.content)
  const copy = merge(local && copyOf(local), theirs) ?? nothing(contact.draft_version)
  if (desk.drafts.some((one) => one.state.contactId === contact.id)) return
  const made = createDraft(
    {
      take: local?.take ?? { channel: contact.channel },
      takeKey: local?.takeKey ?? '',
      takenAt: Date.parse(contact.taken_at),
      contactId: contact.id,
      channel: contact.channel,
      copy,
      pending: local?.pending ?? null,
      outcome: null,
    },
    theVault,
  )
  add(made)
  void replace(made, found?.records ?? [])
}

function fromMachine(found: Found): Draft {
  const { stored } = found
  const draft = createDraft({ ...stored, copy: copyOf(stored) }, theVault)
  add(draft)
  void replace(draft, found.records)
  return draft
}

/** A copy here whose contact is no longer open. */
async function fromEnded(found: Found): Promise<void> {
  if (!found.stored.dirty && !found.stored.pending) {
    await vault?.removeRead(found.records)
    return
  }
  fromMachine(found).nudge() // asks the server what became of it
}

async function openContacts(): Promise<Contact[]> {
  const found: Contact[] = []
  let cursor: string | undefined
  do {
    const page = await calls.listContacts('open', cursor)
    found.push(...page.rows)
    cursor = page.next
  } while (cursor && found.length < 500)
  return found
}

function resumeNewest(): void {
  if (desk.current) return
  const newest = [...desk.drafts].sort(
    (a, b) => Math.max(b.state.changedAt, b.state.takenAt) - Math.max(a.state.changedAt, a.state.takenAt),
  )[0]
  if (!newest) return
  const last = Math.max(newest.state.changedAt, newest.state.takenAt)
  if (now() - last <= RESUME_WITHIN) desk.current = newest
}

async function load(): Promise<void> {
  clearTimeout(again)
  let local: Found[] = []
  try {
    const kept = await vault?.all()
    desk.unreadable = kept?.unreadable ?? 0
    local = contactsIn(kept?.found ?? new Map())
  } catch {
    desk.noVault = true
  }
  local = local.filter(({ records }) => !desk.drafts.some((one) => records.includes(one.record)))
  for (const one of local) if (!one.stored.contactId || one.stored.outcome) fromMachine(one)
  try {
    const contacts = await openContacts()
    const open = new Set(contacts.map((contact) => contact.id))
    for (const contact of contacts)
      await fromServer(
        contact,
        local.find(({ stored }) => stored.contactId === contact.id),
      )
    for (const one of local) {
      const { contactId, outcome } = one.stored
      if (contactId && !outcome && !open.has(contactId)) await fromEnded(one)
    }
    desk.loaded = true
  } catch (cause) {
    const problem = asProblem(cause)
    for (const one of local) {
      const { contactId } = one.stored
      if (contactId && !desk.drafts.some(({ state }) => state.contactId === contactId)) fromMachine(one)
    }
    if (problem.passing) again = setTimeout(() => void load(), 4000)
    else desk.loaded = true
  }
  resumeNewest()
}

onSignIn((me: Me) => void arrive(me))

async function arrive(me: Me): Promise<void> {
  if (account && account !== me.account_id) clear()
  account = me.account_id
  try {
    vault = await openVault(me.draft_key, me.account_id)
    desk.noVault = false
  } catch {
    vault = null
    desk.noVault = true
  }
  opened()
  for (const draft of desk.drafts) {
    void draft.keep() // the key may be another now
    draft.nudge()
  }
  if (!desk.loaded && may('take_contact')) await load()
}

/** Ids of what is kept here and is no contact: notes, forms, the red key. */
export async function wordsKept(): Promise<string[]> {
  const kept = await vault?.all().catch(() => undefined)
  return [...(kept?.found.keys() ?? [])].filter((id) => /^(note|act|red) /.test(id))
}

export async function flushAll(): Promise<Draft[]> {
  await Promise.all(openDrafts.value.map((draft) => draft.flush()))
  return unsavedDrafts.value.filter((draft) => draft.unsaved)
}

/** What the server lacks and this tab does not show: copies of other tabs, notes. */
async function notShown(): Promise<string[]> {
  const all = await vault?.all().catch(() => undefined)
  return [...(all?.found ?? [])]
    .filter(([record, value]) => {
      const stored = storedOf(value)
      if (!stored) return true // a note, which goes when it is sent
      return (stored.dirty || stored.pending) && !desk.drafts.some((one) => one.record === record)
    })
    .map(([record]) => record)
}

/** At sign-out: copies that the server has go; those it lacks stay sealed. */
export async function leaveDesk(): Promise<void> {
  const lacking = desk.drafts.filter((draft) => draft.unsaved)
  await Promise.all(lacking.map((draft) => draft.keep()))
  const kept = new Set([...lacking.map((draft) => draft.record), ...(await notShown())])
  await vault?.wipe(kept).catch(() => undefined)
  clear()
  vault = null
  account = ''
}

function clear(): void {
  clearTimeout(again)
  for (const draft of desk.drafts) draft.stop()
  desk.drafts = []
  desk.current = null
  desk.loaded = false
  desk.unreadable = 0
}

export function nudgeAll(): void {
  if (session.phase !== 'in') return
  for (const draft of desk.drafts) draft.nudge()
}

export const closeCurrent = (reason: CloseReason): void => desk.current?.close(reason)

// Any answer after a silence is news that the server is back.
let silent = false
onAnswer((problem) => {
  if (problem?.status === 0) silent = true
  else if (silent) {
    silent = false
    nudgeAll()
  }
})
onReturn(nudgeAll)
addEventListener('online', nudgeAll)
addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'hidden') return
  for (const draft of openDrafts.value) {
    void draft.keep()
    draft.nudge()
  }
})
addEventListener('beforeunload', (event) => {
  if (desk.drafts.some((draft) => draft.unsaved)) event.preventDefault()
})
