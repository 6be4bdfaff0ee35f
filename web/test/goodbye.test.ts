// Signing out while the server is away, and what comes after it.
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { goodbye, goodbyeSaid, owed, welcome } from '../src/session/goodbye'

test('a sign-out that the server did not hear is owed until it does', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  let away = true
  let asked = 0
  globalThis.fetch = (async () => {
    asked++
    if (away) throw new TypeError('away')
    return new Response(null, { status: 204 })
  }) as typeof fetch
  assert.equal(owed(), false)
  goodbye()
  assert.equal(owed(), true)
  assert.equal(await goodbyeSaid(), false)
  assert.equal(asked, 1) // one request, though two wanted it
  assert.equal(owed(), true)
  away = false
  mock.timers.tick(10_000)
  assert.equal(await goodbyeSaid(), true)
  assert.equal(owed(), false)
  assert.equal(asked, 2)
  mock.timers.reset()
})

test('a session that is gone already, or taken over, is owed nothing', async () => {
  globalThis.fetch = (async () =>
    new Response('{"code":"session.expired"}', { status: 401 })) as typeof fetch
  goodbye()
  assert.equal(await goodbyeSaid(), true)
  assert.equal(owed(), false)
  goodbye()
  welcome()
  assert.equal(owed(), false)
})
