// A draft against a server of twenty lines that can be away, late and rival.
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { nextTick } from 'vue'
import { createDraft, type Draft } from '../src/drafts/draft'
import { contactsIn, recordOf } from '../src/drafts/stored'
import type { Vault } from '../src/drafts/vault'
import { emptyForm } from '../src/intake/form'

interface Sent {
  method: string
  path: string
  body: Record<string, unknown>
  key: string | null
  ifMatch: string | null
}

function world() {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_800_000_000_000 })
  const sent: Sent[] = []
  const state = { away: false, version: 0, open: true, flying: 0, most: 0, content: null as unknown }
  const answer = (status: number, body: unknown) =>
    new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  const refuse = (status: number, code: string, more = {}) => answer(status, { code, status, ...more })

  globalThis.fetch = (async (url: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>
    const path = url.replace('/api/v1', '')
    const method = init.method ?? 'GET'
    const body = init.body ? (JSON.parse(init.body as string) as Record<string, unknown>) : {}
    sent.push({ method, path, body, key: headers['Idempotency-Key'] ?? null, ifMatch: headers['If-Match'] ?? null })
    state.most = Math.max(state.most, ++state.flying)
    await Promise.resolve()
    state.flying--
    if (state.away) throw new TypeError('away')
    if (path === '/contacts')
      return answer(201, { id: 'c'.repeat(32), state: 'open', channel: 'phone', taken_at: new Date().toISOString(), agent: 'a', draft_version: 0 })
    if (path.endsWith('/draft') && method === 'GET')
      return answer(200, { contact_id: 'c', version: state.version, saved_at: new Date().toISOString(), content: state.content })
    if (path.endsWith('/draft')) {
      if (headers['If-Match'] !== `"${state.version}"`) return refuse(412, 'draft.stale', { version: state.version })
      state.version++
      state.content = body.content
      return answer(200, { version: state.version, saved_at: new Date().toISOString() })
    }
    if (path === '/cases') return answer(201, { id: 'd', no: '12349-20261123-0001', state: 'TRIAGE', version: 1, query_code: '482913' })
    if (path.endsWith('/close')) return answer(200, { id: 'c', state: 'closed', channel: 'phone', taken_at: '', agent: 'a', draft_version: 0 })
    return refuse(404, 'route.unknown')
  }) as typeof fetch

  const copies = new Map<string, unknown>()
  const vault: Vault = {
    put: async (id, value) => void copies.set(id, structuredClone(value)),
    all: async () => ({ found: copies, unreadable: 0 }),
    removeRead: async () => undefined,
    remove: async (id) => void copies.delete(id),
    wipe: async () => copies.clear(),
  }
  const draft: Draft = createDraft(
    {
      take: { channel: 'phone' },
      takeKey: '20261123-aaaaaaaaaaaaaaaa',
      takenAt: Date.now(),
      contactId: '',
      channel: 'phone',
      copy: { form: emptyForm(), others: [], at: 0, version: 0, writer: '', dirty: false },
      pending: null,
      outcome: null,
    },
    () => vault,
  )
  async function pass(ms: number) {
    for (let gone = 0; gone <= ms; gone += 100) {
      for (let i = 0; i < 25; i++) await Promise.resolve()
      await nextTick()
      if (gone < ms) mock.timers.tick(100)
    }
  }
  const end = () => {
    draft.stop()
    mock.timers.reset()
  }
  return { sent, state, copies, draft, pass, end, of: (m: string, p: string) => sent.filter((s) => s.method === m && s.path.endsWith(p)) }
}

test('the contact first, then saves: one at a time, two seconds apart', async () => {
  const { draft, pass, of, state, copies, sent, end } = world()
  await pass(200)
  assert.equal(sent[0]?.path, '/contacts')
  for (let i = 0; i < 60; i++) {
    draft.form.matter += '字'
    await pass(100)
  }
  await pass(3000)
  const puts = of('PUT', '/draft')
  assert.ok(puts.length >= 3 && puts.length <= 5, `${puts.length} saves in nine seconds`)
  assert.equal(state.most, 1)
  assert.equal((state.content as { form: { matter: string } }).form.matter.length, 60)
  assert.equal(draft.state.sync, 'saved')
  assert.equal(draft.unsaved, false)
  assert.deepEqual([...copies.keys()], [recordOf(`contact ${'c'.repeat(32)}`)])
  end()
})

test('without a server all is kept here and goes up later, once', async () => {
  const { draft, pass, of, state, copies, end } = world()
  state.away = true
  draft.form.matter = '断网'
  await pass(1500)
  assert.equal(draft.state.sync, 'machine')
  assert.equal(draft.state.kept, true)
  assert.deepEqual([...copies.keys()], [recordOf('queued 20261123-aaaaaaaaaaaaaaaa')])
  draft.form.place.unknown = true
  draft.submit()
  await pass(3000)
  assert.equal(draft.state.pending?.kind, 'register')
  state.away = false
  draft.nudge()
  await pass(500)
  assert.deepEqual(draft.state.outcome, { kind: 'registered', no: '12349-20261123-0001', code: '482913' })
  assert.ok(of('POST', '/contacts').every((one) => one.key === '20261123-aaaaaaaaaaaaaaaa'))
  const [kept] = [...copies.values()] as { outcome: { code: string } }[]
  assert.equal(copies.size, 1, 'until it has been seen')
  assert.equal(kept?.outcome.code, '482913')
  end()
})

test('a repeated submission carries the same key and the same body', async () => {
  const { draft, pass, of, state, end } = world()
  await pass(300)
  draft.form.matter = '原话'
  draft.form.place.unknown = true
  await pass(3000)
  state.away = true
  draft.submit()
  await pass(4000)
  state.away = false
  await pass(4000)
  const tries = of('POST', '/cases')
  assert.ok(tries.length >= 2)
  assert.equal(new Set(tries.map((one) => one.key)).size, 1)
  assert.equal(new Set(tries.map((one) => JSON.stringify(one.body))).size, 1)
  assert.equal(draft.state.outcome?.kind, 'registered')
  end()
})

test('a rival copy on the server stays beside ours', async () => {
  const { draft, pass, state, end } = world()
  await pass(300)
  draft.form.matter = '我们的'
  await pass(3000)
  state.version = 9
  state.content = { v: 1, writer: 'elsewhere', at: Date.now(), form: { matter: '别处的' }, others: [] }
  draft.form.matter = '我们的，后来'
  await pass(4000)
  assert.equal(draft.form.matter, '我们的，后来')
  assert.equal(draft.state.others[0]?.form.matter, '别处的')
  assert.equal(state.version, 10)
  draft.swap(draft.state.others[0]!)
  assert.equal(draft.form.matter, '别处的')
  assert.equal(draft.state.others[0]?.form.matter, '我们的，后来')
  end()
})

test('what was typed is saved before a contact ends without a case', async () => {
  const { draft, pass, sent, end } = world()
  await pass(300)
  draft.form.matter = '没有声音'
  await pass(0)
  draft.close('silent')
  await pass(500)
  assert.deepEqual(
    sent.map((one) => `${one.method} ${one.path.split('/').pop()}`),
    ['POST contacts', 'PUT draft', 'POST close'],
  )
  assert.deepEqual(draft.state.outcome, { kind: 'closed', reason: 'silent' })
  end()
})

const copy = (writer: string, matter: string, at: number, more = {}) => ({
  take: { channel: 'phone' },
  takeKey: '',
  takenAt: 1,
  contactId: 'c'.repeat(32),
  channel: 'phone',
  form: { ...emptyForm(), matter },
  others: [],
  at,
  version: 3,
  writer,
  dirty: true,
  pending: null,
  outcome: null,
  ...more,
})
const only = (...copies: { writer: string }[]) => {
  const contacts = contactsIn(new Map(copies.map((one, i) => [`record ${i}`, one])))
  assert.equal(contacts.length, 1)
  assert.equal(contacts[0]!.records.length, copies.length)
  return contacts[0]!.stored
}
const beside = (stored: { others: { form: { matter: string } }[] }) => stored.others.map(({ form }) => form.matter)

test('copies of two tabs are one contact: the newer is shown, the other beside it', () => {
  const both = only(copy('one', '开头，一', 100), copy('two', '开头，二', 200))
  assert.equal(both.form.matter, '开头，二')
  assert.deepEqual(beside(both), ['开头，一'])
  assert.equal(both.dirty, true)
  const same = only(copy('one', '一样', 100), copy('two', '一样', 200))
  assert.deepEqual(beside(same), [])
})

test('a copy that the server has is no rival of one that it lacks', () => {
  const one = only(copy('one', '开头', 900, { dirty: false }), copy('two', '开头，二', 200))
  assert.equal(one.form.matter, '开头，二')
  assert.deepEqual(beside(one), [])
  const none = only(copy('one', '旧', 900, { dirty: false }), copy('two', '新', 200, { dirty: false, version: 4 }))
  assert.equal(none.form.matter, '新')
  assert.equal(none.dirty, false)
})

test('a contact that waited for its number is the one that got it', () => {
  const takeKey = '20261123-aaaaaaaaaaaaaaaa'
  const one = only(copy('one', '早', 100, { takeKey, contactId: '' }), copy('one', '早，晚', 200, { takeKey }))
  assert.equal(one.contactId, 'c'.repeat(32))
  assert.equal(one.form.matter, '早，晚')
  assert.deepEqual(beside(one), [])
})

test('a last word goes by itself only where nothing else was typed', () => {
  const pending = { kind: 'register', key: 'k', said: {}, body: null }
  assert.deepEqual(only(copy('one', '一', 100, { pending }), copy('two', '一', 200)).pending, pending)
  assert.equal(only(copy('one', '一', 100, { pending }), copy('two', '二', 200)).pending, null)
  const sent = { ...pending, body: {} } // the server may have it: only the same words again tell
  const both = only(copy('one', '一', 100, { pending: sent }), copy('two', '二', 200))
  assert.deepEqual(both.pending, sent)
  assert.equal(both.form.matter, '一')
  assert.deepEqual(beside(both), ['二'])
})
