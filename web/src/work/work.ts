// What waits for me: asked for when the live board has changed, at most every
// second, and once a minute for what became due by itself.
import { onScopeDispose, shallowReactive } from 'vue'
import * as calls from '@/api/calls'
import { asProblem, type Problem } from '@/api/http'
import type { CaseRow } from '@/api/types'
import { onRows } from '@/board/board'
import { onReturn } from '@/live/socket'
import { may, onSignIn } from '@/session/session'

const QUIET = 700
const EVERY = 60_000

export const work = shallowReactive({
  rows: [] as readonly CaseRow[],
  more: false,
  loaded: false,
  at: 0,
  problem: null as Problem | null,
})

let running = false
let again = false
let timer: ReturnType<typeof setTimeout> | undefined

async function load(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  if (!may('read_work')) return
  if (running) {
    again = true
    return
  }
  running = true
  try {
    const page = await calls.listWork()
    Object.assign(work, { rows: page.rows, more: page.more, loaded: true, at: Date.now(), problem: null })
  } catch (cause) {
    work.problem = asProblem(cause)
    if (work.problem.passing) later(4000)
  } finally {
    running = false
    if (again) {
      again = false
      later()
    }
  }
}

function later(wait = QUIET): void {
  timer ??= setTimeout(() => void load(), wait)
}

/** Kept up to date while a page shows it. */
export function useWork() {
  const stop = [onRows(() => later()), onSignIn(() => void load())]
  const clock = setInterval(() => later(0), EVERY)
  void load()
  onScopeDispose(() => {
    for (const end of stop) end()
    clearInterval(clock)
    clearTimeout(timer)
    timer = undefined
  })
  return { work, reload: load }
}
onReturn(() => work.loaded && later(0))
