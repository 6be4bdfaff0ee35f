// A draft as it lies on this machine, once unsealed.
import type { Channel, CloseReason, RegisterCase, TakeContact } from '@/api/types'
import { formOf, type Registration } from '@/intake/form'
import { othersOf, type Copy } from './merge'

/** The last word on a contact, until the server has confirmed it. */
export type Pending =
  | { kind: 'close'; key: string; reason: CloseReason }
  | { kind: 'register'; key: string; said: Registration; body: RegisterCase | null }

/** What became of a contact; shown until the person has seen it. */
export type Outcome =
  | { kind: 'registered'; no: string; code: string }
  | { kind: 'closed'; reason: CloseReason | undefined }

export interface Stored extends Copy {
  take: TakeContact
  takeKey: string
  takenAt: number
  contactId: string
  channel: Channel
  pending: Pending | null
  outcome: Outcome | null
}

/** Undefined for records of another kind. */
export function storedOf(value: unknown): Stored | undefined {
  if (!value || typeof value !== 'object') return undefined
  const given = value as Partial<Stored>
  if (typeof given.takeKey !== 'string' || !given.take) return undefined
  return {
    take: given.take,
    takeKey: given.takeKey,
    takenAt: given.takenAt ?? 0,
    contactId: given.contactId ?? '',
    channel: given.channel ?? given.take.channel,
    form: formOf(given.form),
    others: othersOf(given.others),
    at: given.at ?? 0,
    version: given.version ?? 0,
    writer: given.writer ?? '',
    dirty: given.dirty ?? true,
    pending: given.pending ?? null,
    outcome: given.outcome ?? null,
  }
}
