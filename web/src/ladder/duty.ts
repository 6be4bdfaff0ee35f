// Who is on duty for a place: asked for when somebody looks, kept for a while,
// so that the numbers are there when the server is not.
import { shallowReactive } from 'vue'
import * as calls from '@/api/calls'
import type { DutyPerson } from '@/api/types'
import { onReturn } from '@/live/socket'

const FRESH = 60_000

interface Known {
  persons: readonly DutyPerson[]
  at: number
  busy: boolean
  failed: boolean
}

const known = shallowReactive(new Map<string, Known>())
const NONE: Known = { persons: [], at: 0, busy: false, failed: false }

async function load(place: string): Promise<void> {
  const before = known.get(place) ?? NONE
  if (before.busy) return
  known.set(place, { ...before, busy: true })
  try {
    const { persons } = await calls.listDuty(place)
    known.set(place, { persons, at: Date.now(), busy: false, failed: false })
  } catch {
    known.set(place, { ...before, busy: false, failed: true })
  }
}

/** For a code as deep as it is known; '' is the city. */
export function askDuty(place: string): void {
  const there = known.get(place)
  if (!there || there.failed || Date.now() - there.at > FRESH) void load(place)
}
export const dutyOf = (place: string): Known => known.get(place) ?? NONE

onReturn(() => {
  for (const [place, one] of known) if (one.failed) void load(place)
})
