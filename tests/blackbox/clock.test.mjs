// The clock of a server under test: who may move it, and that what falls due
// on the way is there, in order and at its time, before the move is answered.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Frames, cookieOf } from '../lib/frames.mjs'
import { Server, demoStore, must, realStore, testStore, tryToServe } from '../lib/server.mjs'
import { sleep, until, within } from '../lib/wait.mjs'
import { BASE, ok, refused, shared } from './setup.mjs'

const EVENING = '2021-03-06T22:10:00+08:00'
const at = (time) => new Date(time).getTime()
const same = (a, b) => assert.equal(at(a), at(b), `${a} and ${b}`)
const serving = (time) => ({ args: ['--test-clock', time] })

const hutong = shared({ store: testStore, ...serving(EVENING) })
const now = async (api) => ok(await api.get('/session')).server_time
const place = { place_now: { code: '150222102' } }

/** A client that has signed in at the time that it is. */
async function take(login) {
    const api = hutong.stranger()
    await api.click(login)
    return api
}

/** The row of a case on the board of a reader. */
async function row(api, no) {
    for (let next = ''; ; ) {
        const page = ok(await api.get(`/cases?limit=100${next}`))
        const found = page.rows.find((one) => one.no === no)
        if (found || !page.next) return found
        next = `&cursor=${encodeURIComponent(page.next)}`
    }
}

/** What the clock said of a case. */
async function overdue(api, no) {
    const { rows: entries } = ok(await api.get(`/cases/${no}/timeline`))
    return entries.filter(({ event }) => event === 'clock_overdue')
}

describe('a store that was not made for tests', () => {
    for (const [kind, make] of Object.entries({ demonstration: demoStore, real: realStore })) {
        test(`${kind}: --test-clock is refused`, async () => {
            const store = make()
            const done = await tryToServe([...store.args, '--listen', '127.0.0.1:0', '--test-clock', '2030-01-01T00:00:00Z'])
            assert.equal(done.code, 64)
            assert.match(done.stderr, /--for-tests/)
        })
    }

    test('and has no address to move a clock at', async () => {
        const server = await Server.start(demoStore())
        const api = hutong.stranger()
        api.url = new URL(server.url)
        for (const method of ['POST', 'GET', 'PUT']) refused(await api.request(method, `${BASE}/test/clock`, { body: method === 'GET' ? undefined : { advance_ms: 1 } }), 'route.unknown')
        await server.stop()
    })
})

describe('a store that was', () => {
    test('is served without a test clock like any other', async () => {
        const server = await Server.start(testStore())
        const api = hutong.stranger()
        api.url = new URL(server.url)
        refused(await api.request('POST', `${BASE}/test/clock`, { body: { advance_ms: 1 } }), 'route.unknown')
        await server.stop()
    })

    test('init makes one, too', async () => {
        const server = await Server.start(realStore(['--for-tests']), serving(EVENING))
        const api = hutong.stranger()
        api.url = new URL(server.url)
        same(await api.moveClock(1000), '2021-03-06T14:10:01Z')
        refused(await api.request('GET', `${BASE}/demo/accounts`), 'route.unknown')
        await server.stop()
    })

    test('does not go back behind its last record', async () => {
        const store = testStore()
        const done = await tryToServe([...store.args, '--listen', '127.0.0.1:0', '--test-clock', '2019-12-31T00:00:00Z'])
        assert.equal(done.code, 64)
        assert.match(done.stderr, /before the last record/)
    })

    test('takes no time that is none', async () => {
        const store = testStore()
        for (const wrong of ['2021-03-06', 'tomorrow', '']) {
            const done = await tryToServe([...store.args, '--listen', '127.0.0.1:0', '--test-clock', wrong])
            assert.equal(done.code, 64, wrong)
        }
    })
})

describe('the clock', () => {
    test('stands still until it is moved, and only forwards', async () => {
        const api = await take('ldr01')
        const before = await now(api)
        await sleep(20)
        assert.equal(await now(api), before)
        same(await api.moveClock(60_000), at(before) + 60_000)
        same(await now(api), at(before) + 60_000)
        refused(await api.request('POST', `${BASE}/test/clock`, { body: { to: before } }), 'clock.backwards')
        same(await now(api), at(before) + 60_000)
        same(await api.moveClock(0), at(before) + 60_000)
    })

    test('says what it does not understand', async () => {
        const api = hutong.stranger()
        const move = (body, headers) => api.request('POST', `${BASE}/test/clock`, { body, headers })
        refused(await move({}), 'field.invalid')
        refused(await move({ to: '2030-01-01T00:00:00Z', advance_ms: 1 }), 'field.invalid')
        refused(await move({ advance_ms: -1 }), 'field.invalid')
        refused(await move({ to: 'noon' }), 'field.invalid')
        refused(await move({ advance_ms: 1 }, { 'x-hutong': null }), 'header.missing')
        refused(await move({ advance_ms: 1 }, { origin: 'http://evil.example' }), 'origin.refused')
    })

    test('ends a session that says nothing for too long', async () => {
        const silent = await take('agt02')
        await (await take('ldr01')).moveClock((silent.me.idle_seconds + 1) * 1000)
        refused(await silent.get('/session'), 'session.expired')
    })
})

describe('a due time', () => {
    test('comes to the second, and the board says so by itself', async () => {
        const { no } = await (await take('agt01')).register(place)
        const first = await row(await take('agt01'), no)
        assert.equal(first.due_clock, 'dispatch')
        assert.equal(first.overdue, false)
        // It may be the next morning: by then a session has ended.
        await hutong.stranger().moveClock(new Date(at(first.due_at) - 1000).toISOString())
        const agent = await take('agt01')
        const live = await Frames.open(hutong.server.url, { cookie: cookieOf(agent) })
        const pushed = []
        live.on('json', (frame) => pushed.push(...(frame.put ?? [])))

        await agent.moveClock(999)
        assert.equal((await row(agent, no)).overdue, false)
        assert.deepEqual(await overdue(agent, no), [])
        await agent.moveClock(first.due_at)
        const red = await until('a push of the red row', () => pushed.find((one) => one.no === no && one.overdue))
        same(red.due_at, first.due_at)
        assert.equal((await row(agent, no)).overdue, true)
        const [entry] = await overdue(agent, no)
        same(entry.at, first.due_at)
        live.socket.destroy()
    })

    test('is caught up when nobody served, in order', async () => {
        const agent = await take('agt01')
        const made = []
        for (let i = 0; i < 5; i++) {
            const { no } = await agent.register(place)
            made.push({ no, due: (await row(agent, no)).due_at })
            await agent.moveClock(60_000)
        }
        const last = Math.max(...made.map(({ due }) => at(due)))
        await hutong.server.stop()
        hutong.server = await Server.start(hutong.store, serving(new Date(last + 86_400_000).toISOString()))
        const later = await take('agt01')
        await later.moveClock(0)
        const seqs = []
        for (const { no, due } of made) {
            const [entry] = await overdue(later, no)
            same(entry.at, due)
            seqs.push(entry.seq)
        }
        assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b))
    })

    test('300 cases of a year, each at its time', { timeout: 240_000 }, async () => {
        const made = []
        for (let month = 4; month <= 12; month++) {
            const agent = hutong.stranger()
            await agent.moveClock(`2021-${String(month).padStart(2, '0')}-02T09:00:00+08:00`)
            await agent.click('agt01')
            for (let i = 0; i < 34 && made.length < 300; i++) {
                const { no } = await agent.register(place)
                made.push({ no })
                await agent.moveClock(10_000)
            }
            for (const one of made) one.due ??= (await row(agent, one.no)).due_at
        }
        assert.equal(made.length, 300)
        const agent = hutong.stranger()
        const began = Date.now()
        await within(60_000, 'the end of the year', agent.moveClock('2022-01-01T00:00:00+08:00'))
        const took = Date.now() - began
        assert.ok(took < 30_000, `${took} ms`)
        await agent.click('ldr01')
        const entries = []
        for (const { no, due } of made) {
            const found = await overdue(agent, no)
            assert.equal(found.length, 1, `${no}: ${JSON.stringify(found)}`)
            same(found[0].at, due)
            entries.push(found[0])
        }
        entries.sort((a, b) => a.seq - b.seq)
        for (let i = 1; i < entries.length; i++) assert.ok(at(entries[i - 1].at) <= at(entries[i].at))
    })
})

describe('a demonstration', () => {
    test('is entered by a click', async () => {
        const api = hutong.stranger()
        const { accounts } = ok(await api.request('GET', `${BASE}/demo/accounts`))
        assert.equal(accounts[0].login, 'agt01')
        assert.ok(accounts.length >= 36)
        for (const login of ['ctr02', 'cty_dm2', 'ptl_pol']) assert.ok(accounts.some((one) => one.login === login), login)
        assert.equal((await api.click('cty_dm2')).unit, 'ca_dm')
        assert.equal((await api.get('/session')).json.demo, true)
    })

    test('but not for who has no account', async () => {
        const api = hutong.stranger()
        refused(await api.request('POST', `${BASE}/demo/session`, { body: { login: 'nobody' } }), 'account.unknown')
        must(['user', 'disable', ...hutong.store.args, '--login', 'prv_01'])
        refused(await api.request('POST', `${BASE}/demo/session`, { body: { login: 'prv_01' } }), 'account.unknown')
        const { accounts } = ok(await api.request('GET', `${BASE}/demo/accounts`))
        assert.ok(!accounts.some((one) => one.login === 'prv_01'))
    })

    test('nor under a name that another page made lead here', async () => {
        const api = hutong.stranger()
        const { port } = new URL(hutong.server.url)
        const host = `evil.example:${port}`
        refused(await api.request('GET', `${BASE}/demo/accounts`, { headers: { host } }), 'request.malformed')
        refused(await api.request('POST', `${BASE}/demo/session`, { body: { login: 'agt01' }, headers: { host, origin: `http://${host}` } }), 'request.malformed')
        refused(await api.request('POST', `${BASE}/demo/session`, { body: { login: 'agt01' }, headers: { origin: 'http://evil.example' } }), 'origin.refused')
        refused(await api.request('POST', `${BASE}/demo/session`, { body: { login: 'agt01' }, headers: { 'x-hutong': null } }), 'header.missing')
    })

    test('a real store has no such address', async () => {
        const server = await Server.start(realStore())
        const api = hutong.stranger()
        api.url = new URL(server.url)
        refused(await api.request('GET', `${BASE}/demo/accounts`), 'route.unknown')
        refused(await api.request('POST', `${BASE}/demo/session`, { body: { login: 'admin' } }), 'route.unknown')
        refused(await api.request('PUT', `${BASE}/demo/session`, { body: {} }), 'route.unknown')
        await server.stop()
    })
})
