// The protocol of schema/live.md, without a socket: what a frame does to the
// rows, and whether it follows on what is held.
import type { CaseRow, Counters } from '@/api/types'

export interface Frame {
  type: 'snapshot' | 'push' | 'hello' | 'restart'
  cursor?: string
  from?: string
  to?: string
  counters?: Counters
  rows?: CaseRow[]
  put?: CaseRow[]
  drop?: string[]
  more?: boolean
  server_time?: string
}

/** What waits for the next frame of the screen: one entry for each case. */
export interface Waiting {
  fresh: boolean // forget what was there
  changes: Map<string, CaseRow | null>
  counters: Counters | null
  more: boolean // the snapshot is a window: older rows are read page by page
}

export const noWaiting = (): Waiting => ({
  fresh: false,
  changes: new Map(),
  counters: null,
  more: false,
})

export interface Held {
  cursor: string | null
}

/** False when the frame does not follow: reconnect without a cursor. */
export function take(frame: Frame, held: Held, waiting: Waiting): boolean {
  switch (frame.type) {
    case 'snapshot':
      waiting.fresh = true
      waiting.changes.clear()
      for (const row of frame.rows ?? []) waiting.changes.set(row.id, row)
      waiting.counters = frame.counters ?? waiting.counters
      waiting.more = frame.more ?? false
      held.cursor = frame.cursor ?? null
      return true
    case 'push':
      if (!held.cursor || frame.from !== held.cursor) return false
      for (const row of frame.put ?? []) waiting.changes.set(row.id, row)
      for (const id of frame.drop ?? []) waiting.changes.set(id, null)
      waiting.counters = frame.counters ?? waiting.counters
      held.cursor = frame.to ?? null
      return true
    case 'hello':
      return held.cursor !== null && frame.cursor === held.cursor
    case 'restart':
      held.cursor = null // a snapshot follows
      return true
    default:
      return true
  }
}

/** Applies what waits; says which cases are new and which have changed. */
export function flush(waiting: Waiting, rows: Map<string, CaseRow>): Set<string> {
  const touched = new Set<string>()
  if (waiting.fresh) rows.clear()
  for (const [id, row] of waiting.changes) {
    if (row === null) {
      if (rows.delete(id)) touched.add(id)
    } else {
      const known = rows.get(id)
      if (known && known.version > row.version) continue
      rows.set(id, row)
      touched.add(id)
    }
  }
  waiting.fresh = false
  waiting.changes.clear()
  waiting.counters = null
  return touched
}
