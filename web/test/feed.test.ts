import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CaseRow } from '../src/api/types'
import { flush, noWaiting, take, type Held } from '../src/live/feed'

const row = (id: string, version = 1): CaseRow => ({
  id,
  no: `12349-20261123-${id}`,
  state: 'TRIAGE',
  channel: 'phone',
  registered_at: '2026-11-23T00:00:00Z',
  updated_at: '2026-11-23T00:00:00Z',
  version,
})
const counters = { open: 1, triage: 1, today: 1, danger: 0, emergency: 0, overdue: 0 }

function started(...ids: string[]) {
  const held: Held = { cursor: null }
  const waiting = noWaiting()
  const rows = new Map<string, CaseRow>()
  assert.ok(take({ type: 'snapshot', cursor: 'c1', counters, rows: ids.map((id) => row(id)) }, held, waiting))
  flush(waiting, rows)
  return { held, waiting, rows }
}

test('a snapshot replaces everything', () => {
  const { held, waiting, rows } = started('0001', '0002')
  assert.equal(held.cursor, 'c1')
  take({ type: 'snapshot', cursor: 'c9', counters, rows: [row('0003')] }, held, waiting)
  flush(waiting, rows)
  assert.deepEqual([...rows.keys()], ['0003'])
})

test('pushes follow on the cursor and are coalesced by case', () => {
  const { held, waiting, rows } = started('0001')
  for (let i = 2; i <= 500; i++)
    assert.ok(take({ type: 'push', from: `c${i - 1}`, to: `c${i}`, put: [row('0001', i)], drop: [] }, held, waiting))
  assert.equal(waiting.changes.size, 1)
  assert.deepEqual([...flush(waiting, rows)], ['0001'])
  assert.equal(rows.get('0001')?.version, 500)
  assert.equal(held.cursor, 'c500')
})

test('a push from elsewhere is refused and changes nothing', () => {
  const { held, waiting, rows } = started('0001')
  assert.equal(take({ type: 'push', from: 'c7', to: 'c8', put: [row('0002')], drop: [] }, held, waiting), false)
  assert.equal(held.cursor, 'c1')
  assert.equal(flush(waiting, rows).size, 0)
})

test('a dropped case goes, also when it was just put', () => {
  const { held, waiting, rows } = started('0001', '0002')
  take({ type: 'push', from: 'c1', to: 'c2', put: [row('0003')], drop: ['0001'] }, held, waiting)
  take({ type: 'push', from: 'c2', to: 'c3', put: [], drop: ['0003'] }, held, waiting)
  flush(waiting, rows)
  assert.deepEqual([...rows.keys()], ['0002'])
})

test('an older version never replaces a newer one', () => {
  const { waiting, rows } = started('0001')
  rows.set('0001', row('0001', 5))
  waiting.changes.set('0001', row('0001', 4))
  assert.equal(flush(waiting, rows).size, 0)
  assert.equal(rows.get('0001')?.version, 5)
})

test('hello must name the held cursor; restart awaits a snapshot', () => {
  const { held, waiting } = started('0001')
  assert.ok(take({ type: 'hello', cursor: 'c1' }, held, waiting))
  assert.equal(take({ type: 'hello', cursor: 'c2' }, held, waiting), false)
  assert.ok(take({ type: 'restart' }, held, waiting))
  assert.equal(take({ type: 'push', from: 'c1', to: 'c2', put: [], drop: [] }, held, waiting), false)
})
