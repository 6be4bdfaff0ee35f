import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyForm, inDanger, isEmpty, lacks, registrationOf } from '../src/intake/form'

test('only words and a place are needed', () => {
  const form = emptyForm()
  assert.ok(isEmpty(form))
  assert.deepEqual(lacks(form), ['matter', 'place'])
  form.matter = ' 孩子走失 '
  form.place.unknown = true
  assert.deepEqual(lacks(form), [])
  assert.deepEqual(registrationOf(form), { matter: '孩子走失', place_now: { unknown: true } })
})

test('free words are a place', () => {
  const form = { ...emptyForm(), matter: 'x' }
  form.place.text = '火车站东口'
  assert.deepEqual(lacks(form), [])
  assert.deepEqual(registrationOf(form).place_now, { text: '火车站东口' })
})

test('what was not said is left out, what was is sent', () => {
  const form = { ...emptyForm(), matter: 'x', anonymity: 'secret' as const }
  form.place.code = '150222102'
  form.screen.r1 = 'unknown'
  form.children.push({ name: '甲小雨', sex: 'female', age: '9', school: ' ' })
  form.children.push({ name: '', sex: '', age: '99', school: '' })
  form.reporter.phone = '00000000007'
  assert.deepEqual(registrationOf(form), {
    matter: 'x',
    place_now: { code: '150222102' },
    anonymity: 'secret',
    reporter: { phone: '00000000007' },
    children: [{ name: '甲小雨', sex: 'female', age_years: 9 }],
    screen: { r1: 'unknown' },
  })
})

test('danger is a sign answered yes', () => {
  const form = emptyForm()
  form.screen.r3 = 'unknown'
  assert.equal(inDanger(form), false)
  form.screen.r8 = 'yes'
  assert.equal(inDanger(form), true)
})
