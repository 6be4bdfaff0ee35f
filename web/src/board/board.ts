// The rows of the board as they stand: fed by the live socket, applied once
// for each frame of the screen, whatever number of pushes came.
import { shallowReactive, triggerRef, shallowRef } from 'vue'
import * as calls from '@/api/calls'
import type { CaseRow, Counters } from '@/api/types'
import { flush } from '@/live/feed'
import { held, onFrame, waiting } from '@/live/socket'

const MOST_ROWS = 2000 // of a long history the newest; the rest by its number

export const rows = new Map<string, CaseRow>()
/** Changes with every flush; what reads it is drawn anew. */
export const flushed = shallowRef(0)
export const board = shallowReactive({
  counters: null as Counters | null,
  loaded: false,
  updatedAt: 0,
  paging: false,
  older: false, // there are more than were read
})

type Listener = (touched: Set<string>, fresh: boolean) => void
const listeners = new Set<Listener>()
export function onRows(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

let asked = 0
let generation = 0

function apply(): void {
  asked = 0
  const { fresh, more } = waiting
  if (waiting.counters) board.counters = waiting.counters
  if (fresh && held.cursor === null) board.counters = null // signed out
  const touched = flush(waiting, rows)
  if (fresh) {
    generation++
    board.loaded = held.cursor !== null
    if (more) void readOlder(generation)
  }
  board.updatedAt = Date.now()
  flushed.value++
  triggerRef(flushed)
  for (const listener of listeners) listener(touched, fresh)
}

onFrame(() => {
  asked ||= requestAnimationFrame(apply)
})

/** The snapshot is a window; what is older comes page by page. */
async function readOlder(mine: number): Promise<void> {
  board.paging = true
  board.older = false
  let cursor: string | undefined
  try {
    do {
      const page = await calls.listCases(cursor)
      if (mine !== generation) return
      for (const row of page.rows) {
        const known = waiting.changes.get(row.id)
        if (known === undefined || (known && known.version < row.version))
          if ((rows.get(row.id)?.version ?? -1) < row.version) waiting.changes.set(row.id, row)
      }
      asked ||= requestAnimationFrame(apply)
      cursor = page.next
    } while (cursor && rows.size < MOST_ROWS)
    board.older = cursor !== undefined
  } catch {
    // the newest rows are there; the rest comes with the next snapshot
  } finally {
    if (mine === generation) board.paging = false
  }
}
