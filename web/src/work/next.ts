// Which act a case waits for, as far as its row tells.
import type { CaseRow } from '@/api/types'

const BY_STATE: Partial<Record<CaseRow['state'], string>> = {
  TRIAGE: 'triage_case',
  REOPENED: 'dispatch_case',
  TO_DISPATCH: 'dispatch_case',
  DISPATCHED: 'sign_case',
  IN_PROGRESS: 'submit_result',
  SUBMITTED: 'review_result',
  CALLBACK: 'record_callback',
  REDO: 'sign_case',
  CLOSED: 'check_archive',
  ARCHIVE_CHK: 'archive_case',
}

export function nextAct(row: CaseRow): string {
  if (row.refusal_proposed) return 'decide_refusal'
  if (row.state === 'IN_PROGRESS' && row.due_clock === 'first_contact') return 'first_contact'
  return BY_STATE[row.state] ?? ''
}
