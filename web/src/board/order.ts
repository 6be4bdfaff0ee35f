// Which rows are shown, and in which order: the most urgent first, then the
// newest. Sorted anew at most every two seconds, and not under a hand.
import type { CaseRow, CaseState } from '@/api/types'
import { dayOf, now } from '@/app/clock'
import { pathOf } from '@/territory/territory'
import { names } from '@/ui/names'
import { unitName } from '@/ui/units'

const RANK = { most_urgent: 1, urgent: 2, general: 3 } as const

export const rankOf = (row: CaseRow): number =>
  row.danger ? 0 : row.urgency ? RANK[row.urgency] : 4

/** 12349-20260306-0017 is spoken of as 0306-0017. */
export const shortNo = (no: string): string => {
  const [, day = '', serial = ''] = no.split('-')
  return `${day.slice(4)}-${serial}`
}

/** Stages of the order, for the words beside a state. */
export const STAGES: Record<CaseState, 'register' | 'handle' | 'review' | 'done' | 'archive' | 'none'> = {
  DRAFT: 'register',
  TRIAGE: 'register',
  REFUSED: 'register',
  ANSWERED: 'done',
  TO_DISPATCH: 'register',
  DISPATCHED: 'handle',
  IN_PROGRESS: 'handle',
  RETURN_REQ: 'handle',
  SUSPENDED: 'handle',
  SUBMITTED: 'review',
  CALLBACK: 'review',
  REDO: 'handle',
  CLOSED: 'done',
  ARCHIVE_CHK: 'archive',
  ARCHIVED: 'archive',
  MERGED: 'none',
  REOPENED: 'register',
  VOID: 'none',
}

const OVER = new Set<CaseState>(['CLOSED', 'ARCHIVE_CHK', 'ARCHIVED', 'MERGED', 'VOID'])

export type Quick = '' | 'open' | 'today' | 'danger'
export interface Wanted {
  state: CaseState | ''
  quick: Quick
  text: string
}

function fitsQuick(row: CaseRow, quick: Quick): boolean {
  if (quick === 'danger') return row.danger === true
  if (quick === 'today') return dayOf(row.registered_at) === dayOf(now())
  return quick === '' || !OVER.has(row.state)
}

function fitsText(row: CaseRow, words: string[]): boolean {
  if (!words.length) return true
  const hay = [
    row.no,
    shortNo(row.no),
    pathOf(row.place_code),
    row.agent, // not shown, but asked for
    unitName(row.unit),
    names.state(row.state),
    names.channel(row.channel),
  ]
    .join(' ')
    .toLowerCase()
  return words.every((word) => hay.includes(word))
}

export function orderOf(rows: ReadonlyMap<string, CaseRow>, wanted: Wanted): string[] {
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean)
  const found: CaseRow[] = []
  for (const row of rows.values())
    if (
      (wanted.state === '' || row.state === wanted.state) &&
      fitsQuick(row, wanted.quick) &&
      fitsText(row, words)
    )
      found.push(row)
  return found
    .sort((a, b) => rankOf(a) - rankOf(b) || (a.registered_at < b.registered_at ? 1 : -1))
    .map((row) => row.id)
}
