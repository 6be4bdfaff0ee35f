// A draft as it lies on this machine, once unsealed.
import type { Channel, CloseReason, RegisterCase, TakeContact } from '@/api/types'
import { formOf, isEmpty, sameForm, type Registration } from '@/intake/form'
import { othersOf, withOthers, type Copy, type Other } from './merge'
import { WRITER } from './writer'

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

/** Each tab has a record of its own: two that type in one draft are two copies. */
export const recordOf = (id: string): string => `${id} ${WRITER}`

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

/** All that lies here of one contact. */
export interface Found {
  stored: Stored
  records: string[]
}

/** The newest is shown; what other tabs have typed stays beside it. */
function asOne(copies: Stored[]): Stored {
  const lacking = copies.filter((copy) => copy.dirty || copy.pending)
  // Where the server has every copy, it has the later ones too.
  const pool = lacking.length
    ? lacking.sort((a, b) => b.at - a.at)
    : copies.sort((a, b) => b.version - a.version).slice(0, 1)
  const shown = pool.find((copy) => copy.pending?.kind === 'register' && copy.pending.body) ?? pool[0]!
  const rivals: Other[] = pool
    .filter((copy) => copy.writer !== shown.writer && !isEmpty(copy.form) && !sameForm(copy.form, shown.form))
    .map(({ form, at }) => ({ form, at, from: 'machine' }))
  const born = copies.find((copy) => copy.takeKey) ?? shown
  return {
    ...shown,
    take: born.take,
    takeKey: born.takeKey,
    contactId: copies.find((copy) => copy.contactId)?.contactId ?? '',
    others: withOthers(shown.form, [...rivals, ...pool.flatMap((copy) => copy.others)]),
    // A last word that was never sent waits for a person who has seen them all.
    pending:
      shown.pending?.kind === 'register' && shown.pending.body
        ? shown.pending
        : rivals.length
          ? null
          : (pool.find((copy) => copy.pending)?.pending ?? null),
    outcome: copies.find((copy) => copy.outcome)?.outcome ?? null,
    dirty: lacking.length > 0,
  }
}

/** What the vault holds, contact by contact. */
export function contactsIn(records: Map<string, unknown>): Found[] {
  const copies: [string, Stored][] = []
  for (const [record, value] of records) {
    const stored = storedOf(value)
    if (stored) copies.push([record, stored])
  }
  const taken = new Map<string, string>()
  for (const [, { takeKey, contactId }] of copies) if (takeKey && contactId) taken.set(takeKey, contactId)
  const contacts = new Map<string, [string, Stored][]>()
  for (const one of copies) {
    const { takeKey, contactId } = one[1]
    const key = contactId || taken.get(takeKey) || takeKey
    contacts.set(key, [...(contacts.get(key) ?? []), one])
  }
  return [...contacts.values()].map((each) => ({
    stored: each.length === 1 ? each[0]![1] : asOne(each.map(([, stored]) => stored)),
    records: each.map(([record]) => record),
  }))
}
