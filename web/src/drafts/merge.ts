// Two copies of one draft become one, and nothing typed is dropped: the newer
// is shown, the other stays beside it.
import { formOf, isEmpty, sameForm, type Form } from '@/intake/form'

export interface Other {
  form: Form
  at: number
  from: 'server' | 'machine'
}

/** What is saved on the server for one contact. */
export interface Content {
  v: 1
  writer: string // the tab that typed it
  at: number // when it was typed, server's time
  form: Form
  others: Other[]
}

export interface Copy {
  form: Form
  others: Other[]
  at: number
  version: number // the server's version that this came from
  writer: string
  dirty: boolean // the server does not have it yet
}

type Loose = Record<string, unknown>

export function othersOf(value: unknown): Other[] {
  if (!Array.isArray(value)) return []
  return (value as Loose[])
    .filter((one) => one && typeof one === 'object')
    .map((one) => ({
      form: formOf(one.form),
      at: typeof one.at === 'number' ? one.at : 0,
      from: one.from === 'machine' ? 'machine' : 'server',
    }))
}

/** The server's draft as a copy; undefined where there is none. */
export function copyOfServer(
  version: number,
  savedAt: string | undefined,
  content: unknown,
): Copy | undefined {
  if (!version || !content || typeof content !== 'object') return undefined
  const given = content as Loose
  return {
    form: formOf(given.form),
    others: othersOf(given.others),
    at: typeof given.at === 'number' ? given.at : Date.parse(savedAt ?? '') || 0,
    version,
    writer: typeof given.writer === 'string' ? given.writer : '',
    dirty: false,
  }
}

/** Keeps an alternative once, and none that says nothing new. */
export function withOthers(form: Form, others: Other[]): Other[] {
  const kept: Other[] = []
  for (const one of others) {
    if (isEmpty(one.form) || sameForm(one.form, form)) continue
    if (!kept.some((other) => sameForm(other.form, one.form))) kept.push(one)
  }
  return kept.sort((a, b) => b.at - a.at)
}

export function merge(local: Copy | undefined, server: Copy | undefined): Copy | undefined {
  if (!local || !server) return local ? { ...local, dirty: local.dirty || !isEmpty(local.form) } : server
  const version = server.version
  const pool = [...local.others, ...server.others]
  if (sameForm(local.form, server.form))
    return { ...server, others: withOthers(server.form, pool), dirty: false }
  if (!local.dirty) return { ...server, others: withOthers(server.form, pool) }
  // One line of typing: the same tab wrote both, or ours grew out of theirs.
  const grown =
    local.version === version || (local.writer !== '' && local.writer === server.writer)
  const winner = local.at >= server.at || local.version === version ? local : server
  const loser = winner === local ? server : local
  if (!grown)
    pool.push({ form: loser.form, at: loser.at, from: loser === server ? 'server' : 'machine' })
  return {
    ...winner,
    version,
    others: withOthers(winner.form, pool),
    dirty: winner === local || !grown,
  }
}
