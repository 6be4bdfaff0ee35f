// Reading a child's file is a fact: it stands in the log before the answer
// leaves, once in a quarter of an hour for a session, a case and a mask.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signedIn } from '../lib/api.mjs'
import { Clock } from '../lib/clock.mjs'
import { Server, demoStore } from '../lib/server.mjs'
import { ok, refused } from './setup.mjs'

const clock = new Clock()
let store, server, agent, made
before(async () => {
    store = demoStore()
    server = await Server.start(store, { env: clock.env })
    agent = await signedIn(server, 'agt01')
    made = await agent.register({ children: [{ name: '甲小雨' }] })
})
after(async () => {
    agent?.close()
    await server?.stop()
})
const seq = async () => (await agent.health()).seq

/** How much the log grew. */
async function grownBy(work) {
    const before = await seq()
    await work()
    return (await seq()) - before
}

test('a case file adds one event before it is answered', async () => {
    const leader = await signedIn(server, 'ldr01')
    assert.equal(await grownBy(async () => ok(await leader.get(`/cases/${made.no}`))), 1)
    // the answer came, so the event is durable: a kill does not take it away
    const before = await seq()
    await server.kill()
    server = await Server.start(store, { env: clock.env })
    for (const client of [agent, leader]) client.url = new URL(server.url)
    assert.equal(await seq(), before)
    leader.close()
})

test('again within a quarter of an hour adds none; later it does', async () => {
    const leader = await signedIn(server, 'ldr01')
    const look = async () => ok(await leader.get(`/cases/${made.no}`))
    assert.equal(await grownBy(look), 1)
    assert.equal(await grownBy(look), 0)
    assert.equal(await grownBy(async () => ok(await leader.get(`/cases/${made.no}/timeline`))), 0)
    clock.pass(10 * 60)
    assert.equal(await grownBy(look), 0)
    clock.pass(6 * 60)
    assert.equal(await grownBy(look), 1)
    leader.close()
})

test('every session, and every case, has its own', async () => {
    const [one, two] = [await signedIn(server, 'ldr01'), await signedIn(server, 'ldr01')]
    const other = await agent.register({})
    assert.equal(await grownBy(async () => ok(await one.get(`/cases/${made.no}`))), 1)
    assert.equal(await grownBy(async () => ok(await two.get(`/cases/${made.no}`))), 1)
    assert.equal(await grownBy(async () => ok(await one.get(`/cases/${other.no}`))), 1)
    one.close()
    two.close()
})

test('ten reads at once are one event', async () => {
    const leader = await signedIn(server, 'ldr01')
    const reads = () => Promise.all(Array.from({ length: 10 }, async () => ok(await leader.get(`/cases/${made.no}`))))
    assert.equal(await grownBy(reads), 1)
    leader.close()
})

test('what was not shown is no read', async () => {
    const county = await signedIn(server, 'cty_gy')
    const nothing = async () => refused(await county.get(`/cases/12349-${county.me.server_day}-9999`), 'case.unknown')
    assert.equal(await grownBy(nothing), 0)
    assert.equal(await grownBy(async () => ok(await county.get('/cases'))), 0)
    county.close()
})
