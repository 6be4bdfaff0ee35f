// One function for each request that this dashboard makes.
import { pathOf, routes } from '@gen/api'
import { ask } from './http'
import { freshKey } from './keys'
import type {
  Calls,
  CaseFile,
  CasePage,
  CaseRegisteredAnswer,
  CaseRow,
  Catalogue,
  CloseReason,
  Contact,
  ContactPage,
  DemoAccounts,
  DraftSavedAnswer,
  Duty,
  EnrolledAnswer,
  Me,
  RaiseEmergency,
  RegisterCase,
  ServerDraft,
  TakeContact,
  Territory,
  TimelineEntry,
  TimelinePage,
  Units,
  WorkPage,
} from './types'

const seg = encodeURIComponent

const query = (values: Record<string, string | number | undefined>) => {
  const given = Object.entries(values).filter(([, v]) => v !== undefined)
  const text = new URLSearchParams(given.map(([k, v]) => [k, String(v)])).toString()
  return text ? `?${text}` : ''
}

export const signIn = async (login: string, password: string): Promise<Me> =>
  (await ask<Me>('POST', '/session', { body: { login, password }, timeout: 30_000 })).data

export const whoAmI = async (background = false): Promise<Me> =>
  (await ask<Me>('GET', '/session', { background, timeout: 8_000 })).data

export const signOut = async (): Promise<void> => {
  await ask<void>('DELETE', '/session', { timeout: 8_000 })
}

export const enrol = async (token: string, password: string): Promise<EnrolledAnswer> =>
  (
    await ask<EnrolledAnswer>('POST', '/enrolment', {
      body: { token, password },
      timeout: 30_000,
    })
  ).data

export const takeContact = async (body: TakeContact, key: string): Promise<Contact> =>
  (await ask<Contact>('POST', '/contacts', { body, key })).data

export const listContacts = async (state: 'open', cursor?: string): Promise<ContactPage> =>
  (await ask<ContactPage>('GET', `/contacts${query({ state, limit: 50, cursor })}`, {
    background: true,
  })).data

export const readContact = async (id: string): Promise<Contact> =>
  (await ask<Contact>('GET', `/contacts/${seg(id)}`, { background: true })).data

export const readDraft = async (id: string): Promise<ServerDraft> =>
  (await ask<ServerDraft>('GET', `/contacts/${seg(id)}/draft`, { background: true })).data

export const saveDraft = async (
  id: string,
  content: unknown,
  version: number,
): Promise<DraftSavedAnswer> =>
  (
    await ask<DraftSavedAnswer>('PUT', `/contacts/${seg(id)}/draft`, {
      body: { content },
      ifMatch: version,
    })
  ).data

export const closeContact = async (
  id: string,
  reason: CloseReason,
  key: string,
): Promise<Contact> =>
  (await ask<Contact>('POST', `/contacts/${seg(id)}/close`, { body: { reason }, key })).data

export const registerCase = async (
  body: RegisterCase,
  key: string,
): Promise<CaseRegisteredAnswer> =>
  (await ask<CaseRegisteredAnswer>('POST', '/cases', { body, key })).data

export const listCases = async (cursor?: string): Promise<CasePage> =>
  (await ask<CasePage>('GET', `/cases${query({ limit: 200, cursor })}`, { background: true }))
    .data

export const readCase = async (no: string, background = false): Promise<CaseFile> =>
  (await ask<CaseFile>('GET', `/cases/${seg(no)}`, { background })).data

export const readTimeline = async (
  no: string,
  cursor?: string,
  background = false,
): Promise<TimelinePage> =>
  (
    await ask<TimelinePage>(
      'GET',
      `/cases/${seg(no)}/timeline${query({ limit: 100, cursor })}`,
      { background },
    )
  ).data

export const addNote = async (no: string, text: string, key = freshKey()): Promise<TimelineEntry> =>
  (await ask<TimelineEntry>('POST', `/cases/${seg(no)}/note`, { body: { text }, key })).data

/** null: it is still the one of this ETag. */
export const readTerritory = async (
  known?: string,
): Promise<{ data: Territory | null; etag: string | null }> => {
  const { data, etag } = await ask<Territory | undefined>('GET', '/territory', {
    background: true,
    ifNoneMatch: known,
  })
  return { data: data ?? null, etag }
}

export const listUnits = async (): Promise<Units> =>
  (await ask<Units>('GET', '/units', { background: true })).data

/** The routes that move a case on: each answers with its row. */
export type CaseRoute = {
  [R in keyof Calls]: Calls[R]['path'] extends { no: string }
    ? Calls[R]['answer'] extends CaseRow
      ? R
      : never
    : never
}[keyof Calls]

/** One act on a case, on the version that was read. */
export const actOn = async (
  route: CaseRoute,
  no: string,
  body: unknown,
  key: string,
  version: number,
): Promise<CaseRow> => {
  const ifMatch = routes[route].ifMatch ? { ifMatch: version } : {}
  return (await ask<CaseRow>('POST', pathOf(route, { no }), { body, key, ...ifMatch })).data
}

/** The red key: a contact, a case and its ladder at once. */
export const raiseEmergency = async (
  body: RaiseEmergency,
  key: string,
): Promise<CaseRegisteredAnswer> =>
  (await ask<CaseRegisteredAnswer>('POST', '/emergencies', { body, key, timeout: 8_000 })).data

export const listWork = async (): Promise<WorkPage> =>
  (await ask<WorkPage>('GET', `/work${query({ limit: 200 })}`, { background: true })).data

export const listDuty = async (place?: string): Promise<Duty> =>
  (await ask<Duty>('GET', `/duty${query({ place: place || undefined })}`, { background: true }))
    .data

export const readCatalogue = async (kind: string): Promise<Catalogue> =>
  (await ask<Catalogue>('GET', `/catalogue/${seg(kind)}`, { background: true })).data

export type DemoAccount = DemoAccounts['accounts'][number]

/** Fails where this is no demonstration, or not on this machine. */
export const listDemoAccounts = async (): Promise<DemoAccount[]> =>
  (await ask<DemoAccounts>('GET', '/demo/accounts', { background: true })).data.accounts

export const enterDemo = async (login: string): Promise<Me> =>
  (await ask<Me>('POST', '/demo/session', { body: { login } })).data
