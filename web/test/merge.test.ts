import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyOfServer, merge, withOthers, type Copy } from '../src/drafts/merge'
import { emptyForm } from '../src/intake/form'

const form = (matter: string) => ({ ...emptyForm(), matter })
const copy = (matter: string, more: Partial<Copy> = {}): Copy => ({
  form: form(matter),
  others: [],
  at: 100,
  version: 1,
  writer: 'here',
  dirty: true,
  ...more,
})
const server = (matter: string, more: Partial<Copy> = {}): Copy =>
  copy(matter, { dirty: false, writer: 'there', version: 2, ...more })

test('the newer copy is shown and the other stays beside it', () => {
  const newer = merge(copy('ours', { at: 300 }), server('theirs', { at: 200 }))
  assert.equal(newer?.form.matter, 'ours')
  assert.deepEqual(newer?.others.map((one) => [one.form.matter, one.from]), [['theirs', 'server']])
  assert.equal(newer?.dirty, true)
  assert.equal(newer?.version, 2)

  const older = merge(copy('ours', { at: 100 }), server('theirs', { at: 200 }))
  assert.equal(older?.form.matter, 'theirs')
  assert.deepEqual(older?.others.map((one) => [one.form.matter, one.from]), [['ours', 'machine']])
  assert.equal(older?.dirty, true, 'the server is told of the alternative')
})

test('what grew out of the server copy replaces it silently', () => {
  const grown = merge(copy('one two', { version: 2, at: 50 }), server('one', { at: 200 }))
  assert.equal(grown?.form.matter, 'one two')
  assert.deepEqual(grown?.others, [])
  assert.equal(grown?.dirty, true)
})

test('the same tab is no rival of itself', () => {
  const lost = merge(copy('one two', { at: 300 }), server('one', { writer: 'here', at: 200 }))
  assert.equal(lost?.form.matter, 'one two')
  assert.deepEqual(lost?.others, [])
  const behind = merge(copy('one', { at: 100 }), server('one two', { writer: 'here', at: 200 }))
  assert.equal(behind?.form.matter, 'one two')
  assert.equal(behind?.dirty, false)
})

test('a clean local copy gives way; equal copies are one', () => {
  const clean = merge(copy('old', { dirty: false, at: 900 }), server('new'))
  assert.equal(clean?.form.matter, 'new')
  assert.deepEqual(clean?.others, [])
  const same = merge(copy('same', { at: 900 }), server('same'))
  assert.equal(same?.dirty, false)
  assert.equal(same?.version, 2)
})

test('one side alone is taken', () => {
  assert.equal(merge(copy('x'), undefined)?.dirty, true)
  assert.equal(merge(undefined, server('y'))?.form.matter, 'y')
  assert.equal(merge(undefined, undefined), undefined)
})

test('alternatives are kept once, never empty, never the shown one', () => {
  const kept = withOthers(form('shown'), [
    { form: form('a'), at: 1, from: 'server' },
    { form: form('a'), at: 2, from: 'machine' },
    { form: form('shown'), at: 3, from: 'server' },
    { form: emptyForm(), at: 4, from: 'server' },
    { form: form('b'), at: 5, from: 'machine' },
  ])
  assert.deepEqual(kept.map((one) => one.form.matter), ['b', 'a'])
})

test('a server draft of any shape is read without harm', () => {
  assert.equal(copyOfServer(0, undefined, undefined), undefined)
  assert.equal(copyOfServer(3, undefined, 'text'), undefined)
  const odd = copyOfServer(3, '2026-01-01T00:00:00Z', {
    form: { matter: 7, children: [{ name: '甲**' }, null], place: { unknown: 'x' } },
    others: 'none',
  })
  assert.equal(odd?.form.matter, '')
  assert.equal(odd?.form.children[0]?.name, '甲**')
  assert.equal(odd?.form.children.length, 2)
  assert.equal(odd?.form.place.unknown, false)
  assert.equal(odd?.at, Date.parse('2026-01-01T00:00:00Z'))
})
