import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calledBy, indexOf, search } from '../src/territory/search'

const node = (code: string, name: string, pinyin: string, initials: string, also?: string) => ({
  code,
  name,
  pinyin,
  initials,
  ...(also && { also }),
})
const index = indexOf([
  node('150202', '东河区', 'donghequ', 'dhq'),
  node('150202100', '河东镇', 'hedongzhen', 'hdz'),
  node('150203', '昆都仑区', 'kundulunqu', 'kdlq'),
  node('150203011', '白云路街道', 'baiyunlujiedao', 'byljd'),
  node('150206', '白云鄂博矿区', 'baiyunebokuangqu', 'byebkq', '白云矿区 baiyunkuangqu bykq 白云区 baiyunqu byq'),
  node('150207', '九原区', 'jiuyuanqu', 'jyq', '郊区 jiaoqu jq'),
  node('150222', '固阳县', 'guyangxian', 'gyx'),
  node('150222102', '金山镇', 'jinshanzhen', 'jsz'),
  node('150222102201', '金山村', 'jinshancun', 'jsc'),
])
const found = (query: string) => search(index, query).map((place) => place.path.join('/'))

test('initials, pinyin, Chinese and code find a place', () => {
  for (const query of ['jsz', 'jinshanzhen', '金山镇', '150222102', 'JSZ'])
    assert.equal(found(query)[0], '固阳县/金山镇', query)
})

test('what an input method shows while it composes is enough', () => {
  assert.equal(found("gu'yang'x")[0], '固阳县')
})

test('several words narrow from the wide to the narrow', () => {
  assert.deepEqual(found('gy js'), ['固阳县/金山镇', '固阳县/金山镇/金山村'])
  assert.deepEqual(found('kdl js'), [])
  assert.deepEqual(found('固阳 金山村'), ['固阳县/金山镇/金山村'])
})

test('names that sound alike all show, each with its path', () => {
  assert.deepEqual(found('by'), ['白云鄂博矿区', '昆都仑区/白云路街道'])
  assert.deepEqual(found('东河'), ['东河区'])
  assert.deepEqual(found('河'), ['东河区/河东镇', '东河区'])
})

test('names that people still use find the place of today', () => {
  for (const query of ['郊区', 'jq', 'jiaoqu', '郊']) assert.equal(found(query)[0], '九原区', query)
  for (const query of ['白云矿区', 'bykq', '白云区']) assert.equal(found(query)[0], '白云鄂博矿区', query)
  const called = (query: string) => calledBy(search(index, query)[0]!, query)
  assert.equal(called('jq'), '郊区')
  assert.equal(called('白云区'), '白云区')
  assert.equal(called('白云'), '') // by its own name
  assert.equal(called('1502'), '')
})

test('nothing is found by nothing', () => {
  assert.deepEqual(found('  '), [])
  assert.deepEqual(found('zzzz'), [])
})
