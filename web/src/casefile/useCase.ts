// One case: read once, read again when the board says that it has changed.
import { onScopeDispose, shallowReactive } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, type Problem } from '@/api/http'
import type { CaseFile, CaseRow, TimelineEntry } from '@/api/types'
import { onRows, rows } from '@/board/board'
import { onSignIn } from '@/session/session'

const QUIET = 400

export interface CaseState {
  file: CaseFile | null
  row: CaseRow | null
  entries: TimelineEntry[]
  next: string | undefined
  problem: Problem | null
  gone: boolean // it was on the board and may no longer be seen
}

export function useCase(no: string) {
  const state = shallowReactive<CaseState>({
    file: null,
    row: null,
    entries: [],
    next: undefined,
    problem: null,
    gone: false,
  })
  let stopped = false
  let id = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  function add(entries: TimelineEntry[]): void {
    const all = new Map([...state.entries, ...entries].map((entry) => [entry.seq, entry]))
    state.entries = [...all.values()].sort((a, b) => b.seq - a.seq)
  }

  async function load(background: boolean): Promise<void> {
    try {
      const [file, page] = await Promise.all([
        calls.readCase(no, background),
        calls.readTimeline(no, undefined, background),
      ])
      if (stopped) return
      state.file = file
      if (!state.row || state.row.version <= file.row.version) state.row = file.row
      id = file.row.id
      if (!state.entries.length) state.next = page.next
      add(page.rows)
      state.problem = null
      state.gone = false
    } catch (cause) {
      if (stopped) return
      const problem = asProblem(cause)
      state.problem = problem
      if (problem.code === 'case.unknown') {
        state.gone = state.file !== null
        state.file = null
        state.row = null
        state.entries = []
      } else if (problem.passing) later(3000)
    }
  }

  function later(wait = QUIET): void {
    clearTimeout(timer)
    timer = setTimeout(() => void load(true), wait)
  }

  async function older(): Promise<void> {
    if (!state.next) return
    try {
      const page = await calls.readTimeline(no, state.next)
      state.next = page.next
      add(page.rows)
    } catch (cause) {
      state.problem = asProblem(cause)
    }
  }

  const stop = onRows((touched) => {
    if (!id || !touched.has(id)) return
    const row = rows.get(id)
    if (!row) return later(0) // dropped: ask whether it may still be read
    if (state.row && row.version > state.row.version) {
      state.row = row
      later()
    }
  })
  const forget = onSignIn(() => state.file && later(0))
  onScopeDispose(() => {
    stopped = true
    clearTimeout(timer)
    stop()
    forget()
  })
  void load(false)

  /** The answer to an act of mine: what it led to is read at once. */
  function moved(row: CaseRow): void {
    if (!state.row || row.version > state.row.version) state.row = row
    later(0)
  }

  return { state, add, older, moved, reload: () => later(0) }
}
