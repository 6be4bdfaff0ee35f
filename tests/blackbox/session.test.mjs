// Signing in and out: who gets in, what the cookie is, what guessing costs,
// and how a session ends. Failures come from other loopback addresses, because
// a failure slows its address down.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Api, signedIn } from '../lib/api.mjs'
import { Clock } from '../lib/clock.mjs'
import { Server, demoStore } from '../lib/server.mjs'
import { sleep } from '../lib/wait.mjs'
import { ok, refused, shared } from './setup.mjs'

const SLOWEST = 8 // seconds that an address alone may be made to wait

describe('signing in', () => {
    const hutong = shared()

    test('the right password opens a session and says who I am', async () => {
        const api = hutong.stranger()
        const answer = await api.trySignIn('agt01', hutong.store.password)
        const me = ok(answer)
        assert.equal(me.login, 'agt01')
        assert.equal(me.role, 'R-AGT')
        assert.equal(me.demo, true)
        assert.match(me.draft_key, /^[0-9a-f]{64}$/)
        for (const act of ['take_contact', 'save_draft', 'register_case', 'close_contact', 'add_note', 'read_board']) {
            assert.ok(me.may.includes(act), `an agent may ${act}`)
        }
        const again = ok(await api.get('/session'))
        assert.equal(again.account_id, me.account_id)
    })

    test('the cookie is HttpOnly, strict, without Domain, and unguessable', async () => {
        const values = new Set()
        for (let round = 0; round < 3; round++) {
            const api = hutong.stranger()
            const answer = await api.trySignIn('agt01', hutong.store.password)
            const lines = answer.headers['set-cookie']
            assert.equal(lines.length, 1)
            const [pair, ...flags] = lines[0].split(';').map((part) => part.trim())
            assert.match(pair, /^hutong=[A-Za-z0-9_-]{64}$/)
            assert.deepEqual(flags.map((flag) => flag.toLowerCase()).sort(), ['httponly', 'path=/', 'samesite=strict'])
            values.add(pair)
        }
        assert.equal(values.size, 3)
    })

    test('a wrong password, an unknown account and a strange one are one answer', async () => {
        const bodies = new Set()
        let address = 10
        for (const [login, password] of [
            ['agt01', 'not the password'],
            ['nobody', 'not the password'],
            ['nobody', hutong.store.password],
            ['AGT01 ', 'not the password'],
            ["' or 1=1 --", 'x'],
            ['agt01', ''],
        ]) {
            const api = hutong.stranger({ localAddress: `127.0.1.${address++}` })
            const answer = await api.trySignIn(login, password)
            if (password === '' && answer.code === 'field.invalid') continue
            refused(answer, 'session.wrong')
            assert.equal(answer.headers['set-cookie'], undefined)
            bodies.add(answer.text)
        }
        assert.equal(bodies.size, 1)
    })

    test('an unknown account costs the same work as a wrong password', async () => {
        // The quickest of several: other load can only make one slower.
        const quickest = async (login, net) => {
            let best = Infinity
            for (let round = 0; round < 5; round++) {
                const api = hutong.stranger({ localAddress: `127.0.${net}.${round + 1}` })
                const started = performance.now()
                refused(await api.trySignIn(login, 'not the password'), 'session.wrong')
                best = Math.min(best, performance.now() - started)
            }
            return best
        }
        const wrong = await quickest('sen01', 20)
        const unknown = await quickest('sen99', 21)
        assert.ok(unknown > wrong * 0.4, `unknown ${unknown} ms, wrong ${wrong} ms`)
        assert.ok(wrong > unknown * 0.4, `unknown ${unknown} ms, wrong ${wrong} ms`)
        assert.ok(wrong > 15, `a password is checked in ${wrong} ms: that is no argon2id`)
    })

    test('sign-out ends this session, clears the cookie, and no other', async () => {
        const [first, second] = [await hutong.fresh('agt02'), await hutong.fresh('agt02')]
        const cookies = new Map(first.cookies)
        const answer = await first.signOut()
        assert.equal(answer.status, 204)
        assert.equal(answer.bytes.length, 0)
        assert.equal(first.cookies.size, 0, 'the cookie was not cleared')
        first.cookies = new Map(cookies)
        refused(await first.get('/session'), 'session.expired')
        first.cookies = cookies
        refused(await first.post('/contacts', { channel: 'phone' }), 'session.expired')
        ok(await second.get('/session'))
    })

    test('no cookie, and a cookie that was never given', async () => {
        const api = hutong.stranger()
        refused(await api.get('/session'), 'session.required')
        refused(await api.get('/cases'), 'session.required')
        refused(await api.post('/contacts', { channel: 'phone' }), 'session.required')
        refused(await api.signOut(), 'session.required')
        const good = await hutong.fresh('agt01')
        const value = good.cookies.get('hutong')
        const flipped = value.slice(0, 40) + (value[40] === 'A' ? 'B' : 'A') + value.slice(41)
        for (const forged of ['A'.repeat(64), flipped, value.slice(1), `${value}A`, '', 'ü', '%00', value.toUpperCase()]) {
            const answer = await api.get('/session', { headers: { cookie: `hutong=${encodeURIComponent(forged)}` } })
            assert.equal(answer.status, 401, `cookie ${forged}`)
        }
        // The session's id with another secret says no more than that.
        ok(await good.get('/session'))
    })

    test('two cookies of the name are not twice the right', async () => {
        const good = await hutong.fresh('agt01')
        const value = good.cookies.get('hutong')
        const api = hutong.stranger()
        for (const cookie of [`hutong=${'A'.repeat(64)}; hutong=${value}`, `hutong=${value}; hutong=${'A'.repeat(64)}`, `hutong=${value}; hutong=${value}`, `hutong=; hutong=${value}`, `hutong=${value};hutong=${value};hutong=${value}`]) {
            refused(await api.get('/session', { headers: { cookie } }), 'session.required', cookie.replaceAll(value, 'VALUE'))
        }
        ok(await api.get('/session', { headers: { cookie: `other=1; hutong=${value}; more="x"` } }))
    })

    test('a password is never echoed', async () => {
        const secret = 'Canary-of-a-password-7391'
        const api = hutong.stranger({ localAddress: '127.0.1.99' })
        for (const body of [
            { login: 'agt01', password: secret },
            { login: 'agt01', password: secret, more: secret },
            { login: secret.repeat(10), password: secret },
            `{"login":"agt01","password":"${secret}"`,
        ]) {
            const answer = await api.request('POST', '/api/v1/session', { body })
            assert.ok(answer.status >= 400)
            if (!answer.text.includes('/more')) assert.ok(!answer.text.includes(secret))
        }
        assert.ok(!hutong.server.stderr.includes(secret))
    })

    test('a password of 257 bytes is refused, one of 256 is read', async () => {
        const api = hutong.stranger({ localAddress: '127.0.1.98' })
        refused(await api.trySignIn('nobody', 'x'.repeat(257)), 'field.invalid')
        refused(await api.trySignIn('nobody', 'x'.repeat(256)), 'session.wrong')
    })
})

describe('guessing', () => {
    // Five failures lock one account for one address; an address alone is only
    // slowed. The lock outlives a restart. Time passes by a shifted clock.
    const clock = new Clock()
    let store, server
    before(async () => {
        store = demoStore()
        server = await Server.start(store, { env: clock.env })
    })
    after(async () => {
        await server?.stop()
    })
    const from = (localAddress) => new Api(server.url, { localAddress })
    const waitOf = (answer) => {
        const seconds = Number(answer.headers['retry-after'])
        assert.ok(Number.isInteger(seconds) && seconds >= 1, `Retry-After: ${answer.headers['retry-after']}`)
        return seconds
    }
    /** Signs in, waiting as the server says while that is a short wait. */
    async function patiently(api, login, password) {
        for (let round = 0; ; round++) {
            const answer = await api.trySignIn(login, password)
            if (answer.status !== 429 || waitOf(answer) > SLOWEST || round > 10) return answer
            await sleep(waitOf(answer) * 1000)
        }
    }

    test('five failures lock the account for that address, for 30 minutes', async () => {
        const attacker = from('127.0.0.2')
        for (let failure = 1; failure <= 5; failure++) {
            refused(await patiently(attacker, 'agt02', `guess ${failure}`), 'session.wrong', `failure ${failure}`)
        }
        const locked = await attacker.trySignIn('agt02', store.password)
        refused(locked, 'session.slow_down', 'the right password does not help any more')
        assert.ok(waitOf(locked) > 1700 && waitOf(locked) <= 1800, `Retry-After ${waitOf(locked)}`)
        for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'true-client-ip']) {
            const headers = { [name]: name === 'forwarded' ? 'for=10.1.2.3' : '10.1.2.3' }
            refused(await attacker.trySignIn('agt02', store.password, { headers }), 'session.slow_down', `${name} is believed`)
        }
        attacker.close()
    })

    test('the account is open from another address', async () => {
        const desk = from('127.0.0.3')
        ok(await desk.trySignIn('agt02', store.password))
        desk.close()
    })

    test('a machine at the desk’s address slows who works there, and locks nobody out', async () => {
        const desk = from('127.0.0.5')
        ok(await desk.trySignIn('agt01', store.password))
        for (let failure = 1; failure <= 7; failure++) {
            const answer = await desk.trySignIn('agt01', `guess ${failure}`)
            refused(answer, failure <= 5 ? 'session.wrong' : 'session.slow_down', `failure ${failure}`)
            if (failure > 5) assert.ok(waitOf(answer) <= 3, `Retry-After ${waitOf(answer)}`)
        }
        clock.pass(2)
        refused(await desk.trySignIn('agt01', 'guess 8'), 'session.wrong')
        const paused = await desk.trySignIn('agt01', store.password)
        assert.ok(waitOf(paused) <= 5, `Retry-After ${waitOf(paused)}`)
        clock.pass(4)
        ok(await desk.trySignIn('agt01', store.password))
        desk.close()
    })

    test('another account is open from the attacked address, after a short wait at most', async () => {
        const neighbour = from('127.0.0.2')
        ok(await patiently(neighbour, 'agt01', store.password))
        neighbour.close()
    })

    test('a crowd of strangers does not keep out who came in before', async () => {
        const desk = from('127.0.0.3')
        ok(await desk.trySignIn('agt01', store.password))
        let over = false
        const crowd = Array.from({ length: 60 }, async (_, index) => {
            for (let round = 0; !over; round++) {
                const stranger = from(`127.0.${40 + (index % 30)}.9`)
                // They may keep each other waiting for as long as it takes.
                const answer = await stranger.trySignIn(`x${index}.${round}`, 'not the password', { timeout: 600_000 })
                assert.ok([401, 429, 503].includes(answer.status), answer.text)
                stranger.close()
                if (answer.status !== 401) await sleep(20)
            }
        })
        await sleep(500)
        try {
            for (let round = 0; round < 5; round++) ok(await desk.trySignIn('agt01', store.password))
        } finally {
            over = true
            await Promise.all(crowd)
            desk.close()
        }
    })

    test('an address that fails with many accounts is slowed, never shut', async () => {
        const attacker = from('127.0.0.4')
        let slowed = 0
        for (let round = 0; round < 14; round++) {
            const answer = await attacker.trySignIn(`nobody${round}`, 'guess')
            if (answer.status === 429) {
                slowed++
                assert.ok(waitOf(answer) <= SLOWEST, `Retry-After ${waitOf(answer)}`)
                await sleep(250)
            } else refused(answer, 'session.wrong')
        }
        assert.ok(slowed > 0, 'fourteen failures in a row were not slowed')
        ok(await patiently(attacker, 'agt01', store.password))
        attacker.close()
    })

    test('the lock outlives a kill, and ends with its time', async () => {
        await server.kill()
        server = await Server.start(store, { env: clock.env })
        const attacker = from('127.0.0.2')
        refused(await attacker.trySignIn('agt02', store.password), 'session.slow_down')
        clock.pass(31 * 60)
        ok(await patiently(attacker, 'agt02', store.password))
        attacker.close()
    })
})

describe('a session ends', () => {
    const clock = new Clock()
    let store, server
    before(async () => {
        store = demoStore()
        server = await Server.start(store, { env: clock.env })
    })
    after(async () => {
        await server?.stop()
    })

    test('after its idle time; a background request does not count as activity', async () => {
        const [active, away] = [await signedIn(server, 'agt01'), await signedIn(server, 'agt01')]
        const idle = active.me.idle_seconds
        for (let round = 0; round < 3; round++) {
            clock.pass(Math.floor(idle * 0.45))
            ok(await active.get('/session'))
            if (round < 2) ok(await away.get('/session', { headers: { 'x-hutong-background': '1' } }))
        }
        const cookies = new Map(away.cookies) // which the first answer takes away
        refused(await away.get('/session', { headers: { 'x-hutong-background': '1' } }), 'session.expired')
        away.cookies = cookies
        refused(await away.get('/session'), 'session.expired')
        ok(await active.get('/session'))
        clock.pass(idle + 5)
        refused(await active.post('/contacts', { channel: 'phone' }), 'session.expired')
        active.close()
        away.close()
    })

    test('after its longest time, however active', async () => {
        const api = await signedIn(server, 'agt01')
        const step = Math.floor(api.me.idle_seconds * 0.9)
        let passed = 0
        let answer
        do {
            clock.pass(step)
            passed += step
            answer = await api.get('/session')
        } while (answer.status === 200 && passed < 8 * 24 * 3600)
        refused(answer, 'session.expired')
        assert.ok(passed > 4 * 3600, `a shift is longer than ${passed} s`)
        api.close()
    })

    test('by time that goes by, not by a clock that is set', async () => {
        const api = await signedIn(server, 'agt01')
        for (const seconds of [16 * 60, -3600, 20 * 3600, -48 * 3600, 400 * 86400, -400 * 86400]) {
            clock.step(seconds)
            ok(await api.get('/session'))
        }
        clock.step(-clock.stepped)
        // Nor does it keep one: who is away is signed out all the same.
        const away = await signedIn(server, 'agt01')
        clock.step(-3600)
        clock.pass(away.me.idle_seconds + 5)
        refused(await away.get('/session'), 'session.expired')
        clock.step(-clock.stepped)
        api.close()
        away.close()
    })

    test('but not by a restart of the server', async () => {
        const api = await signedIn(server, 'agt01')
        const contact = await api.takeContact()
        await server.kill()
        server = await Server.start(store, { env: clock.env })
        const after = new Api(server.url)
        after.cookies = api.cookies
        ok(await after.get(`/contacts/${contact.id}`))
        api.close()
        after.close()
    })
})
