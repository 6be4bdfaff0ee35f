// Which rows are shown, and in which order: the most urgent first, then the
// newest. Sorted anew at most every two seconds, and not under a hand.
import type { CaseRow, CaseState, Stage } from '@/api/types'
import { dayOf, now } from '@/app/clock'
import { categoryText } from '@/catalogue/categories'
import { pathOf } from '@/territory/territory'
import { names } from '@/ui/names'
import { unitName } from '@/ui/units'

const RANK = { most_urgent: 1, urgent: 2, general: 3 } as const

export const inEmergency = (row: CaseRow): boolean => row.ladder_state === 'running'
export const isOverdue = (row: CaseRow): boolean =>
  (row.overdue ?? false) || (row.due_at !== undefined && Date.parse(row.due_at) < now())

/** A running emergency stands above everything; what is over is never danger. */
export function rankOf(row: CaseRow): number {
  if (inEmergency(row)) return -1
  if (OVER.has(row.state)) return 5
  return row.danger ? 0 : row.urgency ? RANK[row.urgency] : 4
}

/** 12349-20260306-0017 is spoken of as 0306-0017. */
export const shortNo = (no: string): string => {
  const [, day = '', serial = ''] = no.split('-')
  return `${day.slice(4)}-${serial}`
}

/** The official stage of a state, where the row does not say it. */
const STAGES: Partial<Record<CaseState, Stage>> = {
  DRAFT: 'register',
  TRIAGE: 'register',
  REFUSED: 'register',
  ANSWERED: 'close',
  TO_DISPATCH: 'register',
  DISPATCHED: 'handle',
  IN_PROGRESS: 'handle',
  RETURN_REQ: 'handle',
  SUSPENDED: 'handle',
  SUBMITTED: 'review',
  CALLBACK: 'review',
  REDO: 'handle',
  CLOSED: 'close',
  ARCHIVE_CHK: 'archive',
  ARCHIVED: 'archive',
  REOPENED: 'register',
}
export const stageOf = (row: CaseRow): Stage | undefined => row.stage ?? STAGES[row.state]

const OVER = new Set<CaseState>(['CLOSED', 'ARCHIVE_CHK', 'ARCHIVED', 'MERGED', 'VOID'])

export type Quick = '' | 'open' | 'today' | 'danger' | 'emergency' | 'overdue'
export interface Wanted {
  state: CaseState | ''
  quick: Quick
  stage: Stage | ''
  text: string
}

function fitsQuick(row: CaseRow, quick: Quick): boolean {
  if (quick === 'emergency') return inEmergency(row)
  if (quick === 'overdue') return isOverdue(row) && !OVER.has(row.state)
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
    categoryText(row.category),
    unitName(row.lead_unit),
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
      (wanted.stage === '' || stageOf(row) === wanted.stage) &&
      fitsQuick(row, wanted.quick) &&
      fitsText(row, words)
    )
      found.push(row)
  return found
    .sort((a, b) => rankOf(a) - rankOf(b) || (a.registered_at < b.registered_at ? 1 : -1))
    .map((row) => row.id)
}
