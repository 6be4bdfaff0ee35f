// One contact that is being written down. What is typed goes to this machine
// at once and to the server at most every two seconds, one request at a time;
// without a server it waits here and goes later. Nothing typed is dropped.
import { reactive, shallowReactive, watch, type EffectScope, effectScope } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, type Problem } from '@/api/http'
import { freshKey } from '@/api/keys'
import type {
  CaseRegisteredAnswer,
  Channel,
  CloseReason,
  Contact,
  RegisterCase,
  TakeContact,
} from '@/api/types'
import { now } from '@/app/clock'
import { registrationOf, type Form } from '@/intake/form'
import { copyOfServer, withOthers, type Content, type Copy, type Other } from './merge'
import { recordOf, type Outcome, type Pending, type Stored } from './stored'
import type { Vault } from './vault'
import { WRITER } from './writer'

const MACHINE_AFTER = 300
const SERVER_AFTER = 600
const SERVER_GAP = 2000
const LONGEST_WAIT = 15_000

export type Sync = 'saved' | 'waiting' | 'saving' | 'machine' | 'stuck'

export interface DraftState {
  id: string
  contactId: string
  channel: Channel
  takenAt: number
  changedAt: number
  version: number
  savedAt: number // when the server last said it has it
  sync: Sync
  kept: boolean // this machine has a whole copy
  others: Other[]
  rival: boolean // another place saved over this one while it was open
  pending: Pending | null
  problem: Problem | null
  outcome: Outcome | null
}

export interface Draft {
  readonly key: string // the same from birth to end
  readonly state: DraftState
  readonly form: Form
  readonly unsaved: boolean
  submit(): void
  close(reason: CloseReason): void
  /** It became a case by another way than this form. */
  registered(no: string, code: string): void
  /** Shows the alternative; what was shown becomes one. */
  swap(other: Other): void
  discard(other: Other): void
  nudge(): void
  flush(): Promise<boolean>
  keep(): Promise<void>
  readonly record: string // where its sealed copy lies
  stop(): void
}

export interface Birth {
  take: TakeContact
  takeKey: string
  takenAt: number
  contactId: string
  channel: Channel
  copy: Copy
  pending: Pending | null
  outcome: Outcome | null
}

export function createDraft(birth: Birth, vault: () => Vault | null): Draft {
  const form = reactive(birth.copy.form) as Form
  const state: DraftState = shallowReactive({
    id: birth.contactId ? `contact ${birth.contactId}` : `queued ${birth.takeKey}`,
    contactId: birth.contactId,
    channel: birth.channel,
    takenAt: birth.takenAt,
    changedAt: birth.copy.at,
    version: birth.copy.version,
    savedAt: birth.copy.dirty ? 0 : birth.copy.at,
    sync: birth.copy.dirty || !birth.contactId ? 'waiting' : 'saved',
    kept: false,
    others: birth.copy.others,
    rival: false,
    pending: birth.pending,
    problem: null,
    outcome: birth.outcome,
  })
  let edits = birth.copy.dirty ? 1 : 0
  let sent = 0
  let lastPut = 0
  let failures = 0
  let running: Promise<void> | null = null
  let serverTimer: ReturnType<typeof setTimeout> | undefined
  let machineTimer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const dirty = () => edits !== sent
  const ended = () => state.outcome !== null
  const work = () =>
    !stopped && !ended() && (!state.contactId || dirty() || state.pending !== null)

  const stored = (): Stored => ({
    take: birth.take,
    takeKey: birth.takeKey,
    takenAt: state.takenAt,
    contactId: state.contactId,
    channel: state.channel,
    form: JSON.parse(JSON.stringify(form)) as Form,
    others: state.others,
    at: state.changedAt,
    version: state.version,
    writer: WRITER,
    dirty: dirty(),
    pending: state.pending,
    outcome: state.outcome,
  })

  async function keep(): Promise<void> {
    clearTimeout(machineTimer)
    machineTimer = undefined
    if (stopped) return
    const before = edits
    try {
      const open = vault()
      if (!open) throw new Error('no vault')
      await open.put(recordOf(state.id), stored())
      if (before === edits) state.kept = true
    } catch {
      state.kept = false
    }
  }

  function changed(): void {
    if (stopped || ended()) return
    edits++
    state.changedAt = now()
    state.kept = false
    if (state.sync === 'saved' || state.sync === 'stuck') state.sync = 'waiting'
    machineTimer ??= setTimeout(() => void keep(), MACHINE_AFTER)
    schedule(SERVER_AFTER)
  }

  function schedule(after: number): void {
    if (serverTimer !== undefined || running || !work()) return
    const gap = Math.max(after, lastPut + SERVER_GAP - Date.now())
    serverTimer = setTimeout(() => {
      serverTimer = undefined
      void run()
    }, gap)
  }

  function waitAfterFailure(): number {
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(failures - 1, 5))
    return wait * (0.5 + Math.random() / 2)
  }

  function run(): Promise<void> {
    running ??= step()
      .then(() => {
        failures = 0
        state.sync = dirty() ? 'waiting' : 'saved'
      })
      .catch((cause: unknown) => fail(asProblem(cause)))
      .finally(() => {
        running = null
        if (state.sync === 'machine') schedule(waitAfterFailure())
        else if (state.sync !== 'stuck') schedule(0)
      })
    return running
  }

  function fail(problem: Problem): void {
    failures++
    state.problem = problem
    state.sync = problem.passing || problem.signedOut ? 'machine' : 'stuck'
    void keep()
  }

  async function step(): Promise<void> {
    if (!work()) return
    if (!state.contactId) await take()
    if (dirty() && state.pending?.kind !== 'register') await put()
    if (state.pending) await finish(state.pending)
  }

  async function take(): Promise<void> {
    await keep()
    state.sync = 'saving'
    const contact = await calls.takeContact(birth.take, birth.takeKey)
    const queued = state.id
    state.contactId = contact.id
    state.channel = contact.channel
    state.takenAt = Date.parse(contact.taken_at)
    state.id = `contact ${contact.id}`
    state.problem = null
    await keep()
    await vault()?.remove(recordOf(queued)).catch(() => undefined)
  }

  async function put(): Promise<void> {
    for (let tries = 0; ; tries++) {
      const carried = edits
      const content: Content = {
        v: 1,
        writer: WRITER,
        at: state.changedAt,
        form: JSON.parse(JSON.stringify(form)) as Form,
        others: state.others,
      }
      state.sync = 'saving'
      lastPut = Date.now()
      try {
        const answer = await calls.saveDraft(state.contactId, content, state.version)
        state.version = answer.version
        state.savedAt = Date.parse(answer.saved_at)
        sent = carried
        state.problem = null
        void keep()
        return
      } catch (cause) {
        const problem = asProblem(cause)
        if (problem.code === 'contact.not_open') return learnEnd()
        if (problem.code !== 'draft.stale' || tries > 3) throw problem
        await meetRival()
      }
    }
  }

  /** The server has another copy: keep it beside ours and go on. */
  async function meetRival(): Promise<void> {
    const theirs = await calls.readDraft(state.contactId)
    const copy = copyOfServer(theirs.version, theirs.saved_at, theirs.content)
    state.version = theirs.version
    if (!copy || copy.writer === WRITER) return // our own, its answer was lost
    state.rival = true
    state.others = withOthers(form, [
      { form: copy.form, at: copy.at, from: 'server' },
      ...copy.others,
      ...state.others,
    ])
    await keep()
  }

  async function learnEnd(): Promise<void> {
    const contact: Contact = await calls.readContact(state.contactId)
    if (contact.state === 'open') return
    settle(
      contact.case_no
        ? { kind: 'registered', no: contact.case_no, code: '' }
        : { kind: 'closed', reason: contact.close_reason },
    )
  }

  function settle(outcome: Outcome): void {
    state.pending = null
    state.problem = null
    state.outcome = outcome
    state.sync = 'saved'
    clearTimeout(machineTimer)
    clearTimeout(serverTimer)
    void keep() // a reload must not take the query code away
  }

  async function finish(pending: Pending): Promise<void> {
    state.sync = 'saving'
    try {
      if (pending.kind === 'close') {
        await calls.closeContact(state.contactId, pending.reason, pending.key)
        settle({ kind: 'closed', reason: pending.reason })
        return
      }
      if (!pending.body) {
        const body: RegisterCase = {
          ...pending.said,
          contact_id: state.contactId,
          draft_version: state.version,
        }
        pending = { ...pending, body }
        state.pending = pending
        await keep() // a repeat must carry the very same body
      }
      const answer: CaseRegisteredAnswer = await calls.registerCase(
        pending.body as RegisterCase,
        pending.key,
      )
      sent = edits
      settle({ kind: 'registered', no: answer.no, code: answer.query_code ?? '' })
    } catch (cause) {
      const problem = asProblem(cause)
      if (problem.code === 'contact.not_open') return learnEnd()
      if (!problem.passing && !problem.signedOut) state.pending = null
      throw problem
    }
  }

  function ask(pending: Pending): void {
    if (state.pending || ended()) return
    state.pending = pending
    state.problem = null
    clearTimeout(serverTimer)
    serverTimer = undefined
    void keep()
    const go = () => void run()
    if (running) void running.then(go)
    else go()
  }

  const scope: EffectScope = effectScope(true)
  scope.run(() => watch(form, changed, { deep: true }))
  schedule(0)

  return {
    key: birth.contactId || birth.takeKey,
    state,
    form,
    get unsaved() {
      return work()
    },
    submit() {
      ask({ kind: 'register', key: freshKey(), said: registrationOf(form), body: null })
    },
    close(reason) {
      ask({ kind: 'close', key: freshKey(), reason })
    },
    registered(no, code) {
      if (!ended()) settle({ kind: 'registered', no, code })
    },
    swap(other) {
      const shown: Other = {
        form: JSON.parse(JSON.stringify(form)) as Form,
        at: state.changedAt,
        from: 'machine',
      }
      const rest = state.others.filter((one) => one !== other)
      Object.assign(form, JSON.parse(JSON.stringify(other.form)))
      state.others = withOthers(form, [shown, ...rest])
    },
    discard(other) {
      state.others = state.others.filter((one) => one !== other)
      state.rival = state.rival && state.others.length > 0
      changed()
    },
    nudge() {
      failures = 0
      clearTimeout(serverTimer)
      serverTimer = undefined
      if (work() && !running) void run()
    },
    async flush() {
      clearTimeout(serverTimer)
      serverTimer = undefined
      for (let tries = 0; tries < 4 && work(); tries++) {
        await (running ?? run())
        clearTimeout(serverTimer)
        serverTimer = undefined
        if (state.sync === 'machine' || state.sync === 'stuck') break
      }
      schedule(waitAfterFailure())
      return !work()
    },
    keep,
    get record() {
      return recordOf(state.id)
    },
    stop() {
      stopped = true
      clearTimeout(serverTimer)
      clearTimeout(machineTimer)
      scope.stop()
    },
  }
}

