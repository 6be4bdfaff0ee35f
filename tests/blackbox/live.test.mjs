// The live board over a WebSocket: snapshot, pushes, resuming, and every way
// in which a connection is refused or ended.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { describe, test } from 'node:test'
import WebSocket from 'ws'
import { signedIn } from '../lib/api.mjs'
import { compile } from '../lib/compile.mjs'
import { Frames, cookieOf, frame, upgradeRequest } from '../lib/frames.mjs'
import { exchange } from '../lib/raw.mjs'
import { Server, demoStore, must, randomPassword } from '../lib/server.mjs'
import { sleep, until, within } from '../lib/wait.mjs'
import { ok, shared } from './setup.mjs'

// Memory is measured below: a sanitizer may keep little of what was freed.
const hutong = shared({ env: { ASAN_OPTIONS: 'exitcode=99:detect_leaks=1:quarantine_size_mb=8:thread_local_quarantine_size_kb=64' } })
const restart = async () => {
    hutong.server = await Server.start(hutong.store, hutong.options)
    for (const client of hutong.clients) client.url = new URL(hutong.server.url)
}

/** A live connection by the `ws` package, with the frames that came. */
class Live {
    static async open(api, { after, topic = 'board', headers = {}, protocols = ['hutong.live.v1'], url = hutong.server.url } = {}) {
        const live = new Live()
        const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
        const target = `${url.replace(/^http/, 'ws')}/api/v1/live?topic=${topic}${query}`
        const sent = { Origin: url, ...(api ? { Cookie: cookieOf(api) } : {}), ...headers }
        for (const [name, value] of Object.entries(sent)) if (value === null) delete sent[name]
        live.frames = []
        live.wakes = new Set()
        live.socket = new WebSocket(target, protocols, { headers: sent, perMessageDeflate: false, maxPayload: 16 << 20 })
        live.socket.on('message', (bytes, binary) => {
            assert.equal(binary, false)
            live.frames.push(JSON.parse(bytes))
            for (const wake of live.wakes) wake()
        })
        live.closed = new Promise((resolve) => live.socket.on('close', (code) => resolve(code)))
        await within(
            60_000,
            'an open live connection',
            new Promise((resolve, reject) => {
                live.socket.on('open', resolve)
                live.socket.on('unexpected-response', (_, response) => {
                    let text = ''
                    response.on('data', (bytes) => (text += bytes))
                    response.on('end', () => reject(Object.assign(new Error(`${response.statusCode} ${text}`), { status: response.statusCode, headers: response.headers, text })))
                })
                live.socket.on('error', reject)
            }),
        )
        live.socket.on('error', () => {})
        return live
    }

    next(what, accept = () => true, ms = 30_000) {
        return within(
            ms,
            what,
            new Promise((resolve) => {
                const look = () => {
                    const index = this.frames.findIndex(accept)
                    if (index < 0) return
                    this.wakes.delete(look)
                    resolve(this.frames.splice(0, index + 1).at(-1))
                }
                this.wakes.add(look)
                look()
            }),
        )
    }

    end() {
        this.socket.terminate()
    }
}

const refusal = async (work) => {
    try {
        const live = await work()
        live.end()
    } catch (problem) {
        return problem
    }
    return assert.fail('the upgrade was granted')
}
const code = (problem) => JSON.parse(problem.text).code

describe('the first frame', () => {
    test('is a snapshot of what the list shows', async () => {
        const [agent, leader] = [await hutong.as('agt01'), await hutong.as('ldr01')]
        for (let round = 0; round < 3; round++) await agent.register()
        const live = await Live.open(leader)
        assert.equal(live.socket.protocol, 'hutong.live.v1')
        const snapshot = await live.next('a snapshot')
        assert.deepEqual(Object.keys(snapshot).sort(), ['counters', 'cursor', 'more', 'rows', 'topic', 'type'])
        assert.equal(snapshot.type, 'snapshot')
        assert.equal(snapshot.topic, 'board')
        const page = ok(await leader.get('/cases?limit=200'))
        assert.deepEqual(snapshot.rows, page.rows.slice(0, snapshot.rows.length))
        assert.deepEqual(snapshot.counters, page.counters)
        assert.equal(snapshot.more, false)
        live.end()
    })

    test('comes also when the browser keeps other cookies of this host', async () => {
        const leader = await hutong.as('ldr01')
        const live = await Live.open(leader, { headers: { Cookie: `other=${'x'.repeat(1000)}; ${cookieOf(leader)}` } })
        assert.equal((await live.next('a snapshot')).type, 'snapshot')
        live.end()
    })

    test('says that there is more than the window', async () => {
        const agent = await hutong.as('agt01')
        let known = ok(await agent.get('/cases?limit=1')).counters.open
        while (known < 230) {
            await Promise.all(Array.from({ length: 20 }, () => agent.register()))
            known += 20
        }
        const live = await Live.open(agent)
        const snapshot = await live.next('a snapshot')
        assert.ok(snapshot.rows.length >= 50)
        assert.equal(snapshot.more, snapshot.rows.length < snapshot.counters.open)
        live.end()
    })
})

describe('a push', () => {
    test('puts the new case, and covers from what I hold', async () => {
        const [agent, leader] = [await hutong.as('agt01'), await hutong.as('ldr01')]
        const live = await Live.open(leader)
        const { cursor } = await live.next('a snapshot')
        const made = await agent.register({ place_now: { code: '150222' } })
        let at = cursor
        const push = await live.next('the new case', (one) => {
            assert.equal(one.type, 'push')
            assert.deepEqual(Object.keys(one).sort(), ['counters', 'drop', 'from', 'put', 'to', 'topic', 'type'])
            assert.equal(one.from, at, 'a push does not follow the one before')
            at = one.to
            return one.put.some((row) => row.id === made.id)
        })
        const row = push.put.find((one) => one.id === made.id)
        assert.equal(row.no, made.no)
        assert.equal(row.state, 'TRIAGE')
        assert.equal(row.place_code, '150222')
        const note = ok(await agent.post(`/cases/${made.no}/note`, { text: 'more' }), 201)
        assert.ok(note.seq)
        const second = await live.next('its note', (one) => one.put.some((other) => other.id === made.id && other.version === 2))
        assert.equal(second.put.find((one) => one.id === made.id).last_event, 'note_added')
        live.end()
    })

    test('comes after the answer could come: it is durable', async () => {
        const [agent, leader] = [await hutong.fresh('agt01'), await hutong.fresh('ldr01')]
        const live = await Live.open(leader)
        await live.next('a snapshot')
        const contact = await agent.takeContact()
        void agent.post('/cases', { contact_id: contact.id, matter: 'pushed', place_now: { unknown: true } }).catch(() => {})
        const push = await live.next('the case', (one) => one.put?.length > 0)
        await hutong.server.kill()
        await restart()
        ok(await leader.get(`/cases/${push.put[0].no}`))
        live.end()
    })

    test('shows nobody more than the list does', async () => {
        const agent = await hutong.as('agt01')
        const watchers = {}
        for (const login of ['cty_gy', 'cty_dm', 'twn_blm', 'ptr_wf', 'ptl_edu', 'dsp01', 'agt02']) {
            const api = await hutong.as(login)
            const live = await Live.open(api)
            watchers[login] = { api, live, all: [await live.next('a snapshot')] }
        }
        const village = ok(await agent.get('/territory')).nodes.find((node) => /^150223104\d{3}$/.test(node.code)).code
        const made = []
        for (const place of [{ code: '150222102' }, { code: village }, { code: '150223' }, { unknown: true }]) {
            const one = await agent.register({ place_now: place, children: [{ name: '甲小雨' }], matter: '叙述里的原话', screen: { r1: 'yes' } })
            ok(await agent.post(`/cases/${one.no}/note`, { text: 'a note' }), 201)
            made.push(one)
        }
        // Something that each of them sees, so that all before it has come.
        const leader = await Live.open(await hutong.as('ldr01'))
        await leader.next('a snapshot')
        await sleep(1500)
        for (const [login, { api, live, all }] of Object.entries(watchers)) {
            const listed = new Map(ok(await api.get('/cases?limit=200')).rows.map((row) => [row.id, row]))
            const pushed = (one) => live.frames.flatMap((frame_) => frame_.put ?? []).filter((row) => row.id === one.id).at(-1)
            await until(`${login} is up to date`, () => made.every((one) => !listed.has(one.id) || pushed(one)?.version === listed.get(one.id).version))
            all.push(...live.frames)
            const text = JSON.stringify(all)
            for (const one of made) {
                if (!listed.has(one.id)) {
                    assert.ok(!text.includes(one.id) && !text.includes(one.no), `${login} heard of ${one.no}`)
                } else {
                    assert.deepEqual(pushed(one), listed.get(one.id), `${login}: the row pushed is not the row listed`)
                }
            }
            for (const word of ['甲小雨', '甲**', '叙述里的原话']) assert.ok(!text.includes(word), `${login} heard ${word}`)
            if (login === 'ptr_wf') assert.ok(!text.includes(village), 'a read-only partner heard of the village')
            live.end()
        }
        leader.end()
    })

    test('a row goes where its case moves out of sight', async () => {
        const [agent, guyang, donghe] = [await hutong.as('agt01'), await hutong.as('cty_gy'), await hutong.as('cty_dh')]
        const one = await agent.register({ place_now: { code: '150222102' } })
        const [before, after] = [await Live.open(guyang), await Live.open(donghe)]
        for (const live of [before, after]) await live.next('a snapshot', (frame) => frame.type === 'snapshot')
        const moved = await agent.post(`/cases/${one.no}/triage`, { category: 'B01', urgency: 'general', place_now: { code: '150202' } }, { ifMatch: 1 })
        assert.equal(ok(moved).place_code, '150202')
        const gone = await before.next('the drop', (push) => push.drop?.length > 0)
        assert.deepEqual(gone.drop, [one.id])
        assert.deepEqual(gone.put, [])
        const came = await after.next('the row', (push) => push.put?.some((row) => row.id === one.id))
        assert.deepEqual(came.drop, [])
        for (const live of [before, after]) live.end()
    })

    test('snapshot and pushes together are the list, under load', async () => {
        const [agent, leader] = [await hutong.as('agt01'), await hutong.as('ldr01')]
        const cases = await Promise.all(Array.from({ length: 4 }, () => agent.register()))
        const load = (async () => {
            for (let round = 0; round < 15; round++) {
                await Promise.all(
                    cases.flatMap((one) => [agent.post(`/cases/${one.no}/note`, { text: `round ${round}` }), agent.register()]),
                )
            }
        })()
        const model = async () => {
            const live = await Live.open(leader)
            const snapshot = await live.next('a snapshot')
            const rows = new Map(snapshot.rows.map((row) => [row.id, row]))
            let { cursor, counters } = snapshot
            const take = (push) => {
                assert.equal(push.from, cursor)
                cursor = push.to
                counters = push.counters
                for (const row of push.put) rows.set(row.id, row)
                for (const id of push.drop) rows.delete(id)
            }
            await load
            const page = ok(await leader.get('/cases?limit=200'))
            await until('the last push', () => {
                for (const push of live.frames.splice(0)) take(push)
                return page.rows.every((row) => rows.get(row.id)?.version === row.version)
            })
            for (const row of page.rows) assert.deepEqual(rows.get(row.id), row)
            assert.deepEqual(counters, page.counters)
            live.end()
        }
        await Promise.all([model(), sleep(300).then(model), sleep(900).then(model)])
    })
})

describe('resuming', () => {
    const cursorNow = async (api) => {
        const live = await Live.open(api)
        const { cursor } = await live.next('a snapshot')
        live.end()
        return cursor
    }

    test('after a cursor: hello, then what was missed', async () => {
        const [agent, leader] = [await hutong.as('agt01'), await hutong.as('ldr01')]
        const cursor = await cursorNow(leader)
        const missed = await agent.register()
        const live = await Live.open(leader, { after: cursor })
        const hello = await live.next('hello')
        assert.equal(hello.type, 'hello')
        assert.deepEqual(Object.keys(hello).sort(), ['cursor', 'server_time', 'topic', 'type'])
        if (hello.cursor === cursor) {
            const push = await live.next('what was missed', (one) => one.put.some((row) => row.id === missed.id))
            assert.equal(push.from, cursor)
        } else assert.fail('hello names another cursor than the one that was given')
        const later = await agent.register()
        await live.next('what came later', (one) => one.put.some((row) => row.id === later.id))
        live.end()
    })

    test('after the newest cursor: hello, and nothing missed', async () => {
        const [agent, leader] = [await hutong.as('agt01'), await hutong.as('ldr01')]
        const cursor = await cursorNow(leader)
        const live = await Live.open(leader, { after: cursor })
        assert.equal((await live.next('hello')).cursor, cursor)
        const later = await agent.register()
        let at = cursor
        await live.next('the next case', (one) => {
            assert.equal(one.from, at)
            at = one.to
            return one.put.some((row) => row.id === later.id)
        })
        live.end()
    })

    test('over a kill of the server', async () => {
        const [agent, leader] = [await hutong.as('agt01'), await hutong.as('ldr01')]
        const cursor = await cursorNow(leader)
        const missed = await agent.register()
        await hutong.server.kill()
        await restart()
        const live = await Live.open(leader, { after: cursor })
        const first = await live.next('an answer')
        assert.ok(['hello', 'snapshot'].includes(first.type))
        if (first.type === 'hello') await live.next('what was missed', (one) => one.put.some((row) => row.id === missed.id))
        else assert.ok(first.rows.some((row) => row.id === missed.id))
        live.end()
    })

    test('after a cursor that is forged, foreign, or none: a snapshot', async () => {
        const leader = await hutong.as('ldr01')
        const cursor = await cursorNow(leader)
        const flipped = (at) => cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1)
        const other = demoStore({ fresh: true })
        const elsewhere = await Server.start(other)
        const there = await signedIn(elsewhere, 'ldr01')
        const away = await Live.open(there, { url: elsewhere.url })
        const foreign = (await away.next('a snapshot')).cursor
        away.end()
        there.close()
        await elsewhere.stop()
        for (const after of [flipped(0), flipped(Math.floor(cursor.length / 2)), flipped(cursor.length - 2), foreign, 'AAAA', '', '0', 'x'.repeat(500), '../..', '%', cursor + cursor]) {
            const live = await Live.open(leader, { after })
            const first = await live.next(`an answer to ${after}`)
            assert.equal(first.type, 'snapshot', `after=${after}`)
            live.end()
        }
    })
})

describe('who may not', () => {
    test('without a session: 401', async () => {
        const problem = await refusal(() => Live.open(null))
        assert.equal(problem.status, 401)
        assert.equal(code(problem), 'session.required')
        const forged = await refusal(() => Live.open(null, { headers: { Cookie: `hutong=${'A'.repeat(64)}` } }))
        assert.equal(forged.status, 401)
    })

    test('without an Origin, or with a foreign one: 403', async () => {
        const leader = await hutong.as('ldr01')
        for (const origin of [null, 'http://evil.example', 'null', hutong.server.url.replace('http:', 'https:'), `${hutong.server.url}.evil.example`, `${hutong.server.url}0`]) {
            const problem = await refusal(() => Live.open(leader, { headers: { Origin: origin } }))
            assert.equal(problem.status, 403, `Origin: ${origin}`)
            assert.equal(code(problem), 'origin.refused')
        }
    })

    test('an unknown topic: 400', async () => {
        const leader = await hutong.as('ldr01')
        for (const topic of ['nothing', '', 'board2', 'BOARD']) {
            const problem = await refusal(() => Live.open(leader, { topic }))
            assert.equal(problem.status, 400, topic)
            assert.ok(['live.topic', 'field.invalid', 'request.malformed'].includes(code(problem)), code(problem))
        }
    })

    test('a name of the query twice: 400', async () => {
        const leader = await hutong.as('ldr01')
        for (const topic of ['board&topic=board', 'nothing&topic=board', 'board&after=&after=x', 'board&%74opic=board']) {
            const problem = await refusal(() => Live.open(leader, { topic }))
            assert.equal(problem.status, 400, topic)
            assert.equal(code(problem), 'request.malformed')
        }
    })

    test('a seventeenth of one session: 503, until one is closed', async () => {
        const [leader, other] = [await hutong.fresh('ldr01'), await hutong.fresh('ldr01')]
        const held = await Promise.all(Array.from({ length: 16 }, () => Live.open(leader)))
        const problem = await refusal(() => Live.open(leader))
        assert.equal(problem.status, 503)
        assert.equal(code(problem), 'server.busy')
        const another = await Live.open(other)
        another.socket.terminate()
        held.pop().socket.terminate()
        const again = await until('a place again', () => Live.open(leader).catch(() => null))
        for (const live of [again, ...held]) live.socket.terminate()
    })

    test('a role without a board: 403', async () => {
        for (const login of ['qc01', 'knw01', 'prv_01', 'lea01', 'adm01', 'sec01', 'aud01']) {
            const api = await hutong.as(login)
            const problem = await refusal(() => Live.open(api))
            assert.equal(problem.status, 403, login)
            assert.equal(code(problem), 'right.denied')
        }
    })

    test('another version of the protocol: 426; not an upgrade: no 101', async () => {
        const leader = await hutong.as('ldr01')
        const cookie = cookieOf(leader)
        const ask = async (headers) => {
            const { answers } = await exchange(hutong.server.url, upgradeRequest(hutong.server.url, '/api/v1/live?topic=board', { cookie, headers }), { enough: (found) => found[0]?.status })
            return answers[0]
        }
        const old = await ask({ 'Sec-WebSocket-Version': '12' })
        assert.equal(old.status, 426)
        assert.equal(old.headers['sec-websocket-version'], '13')
        for (const headers of [
            { Upgrade: null },
            { Connection: 'keep-alive', Upgrade: null },
            { 'Sec-WebSocket-Key': null },
            { 'Sec-WebSocket-Key': 'short' },
            { 'Sec-WebSocket-Version': null },
            { Upgrade: 'h2c' },
            { 'Sec-WebSocket-Protocol': 'other.v1' },
        ]) {
            const answer = await ask(headers)
            assert.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(headers)}: ${answer.status}`)
        }
        const post = await exchange(hutong.server.url, upgradeRequest(hutong.server.url, '/api/v1/live?topic=board', { cookie }).replace(/^GET/, 'POST'), { enough: (found) => found[0]?.status })
        assert.ok(post.answers[0].status >= 400)
        // Elsewhere nothing is upgraded.
        for (const target of ['/', '/api/v1/cases', '/api/v1/live2?topic=board']) {
            const { answers } = await exchange(hutong.server.url, upgradeRequest(hutong.server.url, target, { cookie }), { enough: (found) => found[0]?.status })
            assert.notEqual(answers[0].status, 101, target)
        }
    })
})

describe('a connection ends', () => {
    test('with 1008 when the client says anything', async () => {
        const leader = await hutong.as('ldr01')
        for (const say of [(socket) => socket.send('hello'), (socket) => socket.send(Buffer.from([1, 2, 3])), (socket) => socket.send('')]) {
            const live = await Live.open(leader)
            await live.next('a snapshot')
            say(live.socket)
            assert.equal(await within(60_000, 'a close', live.closed), 1008)
        }
    })

    test('but not for a ping', async () => {
        const leader = await hutong.as('ldr01')
        const live = await Live.open(leader)
        await live.next('a snapshot')
        const pong = new Promise((resolve) => live.socket.once('pong', resolve))
        live.socket.ping('are you there')
        assert.equal((await within(60_000, 'a pong', pong)).toString(), 'are you there')
        live.end()
    })

    test('when a frame is not what the protocol allows', async () => {
        const leader = await hutong.as('ldr01')
        const cookie = cookieOf(leader)
        for (const [name, bytes, expected] of [
            ['a frame of 2^62 bytes', frame(1, '', { size: 1n << 62n }), [1009, 1002, 1006]],
            ['a frame of 2^63 bytes', frame(1, '', { size: 1n << 63n }), [1009, 1002, 1006]],
            ['a message over 64 KiB', frame(1, 'x'.repeat(70_000)), [1009, 1008, 1006]],
            ['an unmasked frame', frame(1, 'hello', { mask: false }), [1002, 1008, 1006]],
            ['a reserved bit', frame(1, 'hello', { rsv: 4 }), [1002, 1008, 1006]],
            ['a reserved opcode', frame(3, 'hello'), [1002, 1003, 1008, 1006]],
            ['a continuation of nothing', frame(0, 'hello'), [1002, 1008, 1006]],
            ['a ping of 126 bytes', frame(9, 'x'.repeat(126)), [1002, 1006]],
            ['a ping in pieces', frame(9, 'x', { fin: false }), [1002, 1006]],
            ['text that ends inside a character', frame(1, [0xe7, 0xab]), [1007, 1008, 1006]],
            ['text that is not UTF-8', frame(1, [0xff, 0xfe]), [1007, 1008, 1006]],
            ['a first piece and no more', frame(1, 'x', { fin: false }), [1008, 1002, 1006]],
        ]) {
            const live = await Frames.open(hutong.server.url, { cookie })
            await live.next('a snapshot')
            live.send(bytes)
            const got = await live.closed()
            assert.ok(expected.includes(got), `${name}: ${got}`)
            live.end()
        }
        const close = await Frames.open(hutong.server.url, { cookie })
        await close.next('a snapshot')
        close.send(frame(8, Buffer.from([0x03, 0xe8])))
        assert.ok([1000, 1005, 1006].includes(await close.closed()))
        close.end()
    })

    test('with 4401 at sign-out', async () => {
        const [leader, other] = [await hutong.fresh('ldr01'), await hutong.fresh('ldr01')]
        const [live, still] = [await Live.open(leader), await Live.open(other)]
        await live.next('a snapshot')
        await still.next('a snapshot')
        assert.equal((await leader.signOut()).status, 204)
        assert.equal(await within(60_000, 'a close', live.closed), 4401)
        const made = await (await hutong.as('agt01')).register()
        await still.next('the other session goes on', (one) => one.put?.some((row) => row.id === made.id))
        still.end()
    })

    test('with 4401 when the account is disabled', async () => {
        const api = await hutong.fresh('cbk01')
        const live = await Live.open(api)
        await live.next('a snapshot')
        must(['user', 'disable', ...hutong.store.args, '--login', 'cbk01'])
        assert.equal(await within(60_000, 'a close', live.closed), 4401)
    })

    test('with 4401 when a new password is set by a link', async () => {
        const live = await Live.open(await hutong.fresh('sen01'))
        await live.next('a snapshot')
        const link = must(['user', 'enrol', ...hutong.store.args, '--login', 'sen01'])
        const token = /#([A-Za-z0-9_-]{20,80})/.exec(link)[1]
        ok(await hutong.stranger().request('POST', '/api/v1/enrolment', { body: { token, password: randomPassword() } }))
        // Long before the session would be looked at again.
        assert.equal(await within(20_000, 'a close', live.closed), 4401)
    })

    test('with 1001 when the server stops', async () => {
        const leader = await hutong.as('ldr01')
        const live = await Live.open(leader)
        await live.next('a snapshot')
        await hutong.server.stop()
        assert.equal(await within(60_000, 'a close', live.closed), 1001)
        await restart()
    })
})

describe('a laggard', () => {
    test('that never reads is cut, while the others go on and memory stays flat', async (t) => {
        const [agent, leader] = [await hutong.as('agt01'), await hutong.as('ldr01')]
        const lag = spawn(compile('neverreads'), [String(hutong.server.port)], { stdio: ['pipe', 'pipe', 'inherit'] })
        t.after(() => lag.kill('SIGKILL'))
        lag.stdin.end(upgradeRequest(hutong.server.url, '/api/v1/live?topic=board', { cookie: cookieOf(leader) }))
        const port = await within(60_000, 'the port of the laggard', new Promise((resolve) => lag.stdout.once('data', (bytes) => resolve(Number(bytes)))))
        const good = await Live.open(leader)
        let { cursor } = await good.next('a snapshot')
        let version = 0
        good.socket.removeAllListeners('message')
        good.socket.on('message', (bytes) => {
            const push = JSON.parse(bytes)
            if (push.type === 'push') {
                assert.equal(push.from, cursor)
                cursor = push.to
                for (const row of push.put) version = Math.max(version, row.version)
            }
        })
        const cases = await Promise.all(Array.from({ length: 32 }, () => agent.register()))
        const rss = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${hutong.server.pid}/status`, 'utf8'))[1])
        // The server's side of the laggard's connection, as the kernel has it.
        const established = () => {
            const hex = (number) => number.toString(16).toUpperCase().padStart(4, '0')
            const here = hex(hutong.server.port)
            return fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').some((line) => new RegExp(`: \\w{8}:${here} \\w{8}:${hex(port)} 01 `).test(line))
        }
        assert.ok(established(), 'the connection is not in /proc/net/tcp')
        const before = rss()
        const words = 'w'.repeat(100)
        const end = Date.now() + 180_000
        let rounds = 0
        while (established() && Date.now() < end) {
            const answers = await Promise.all(cases.map((one) => agent.post(`/cases/${one.no}/note`, { text: words })))
            for (const answer of answers) ok(answer, 201)
            // Its buffers are full soon; then it is a matter of time.
            if (++rounds > 60) await sleep(100)
        }
        assert.ok(!established(), `after ${rounds * cases.length} notes the laggard is still connected`)
        t.diagnostic(`cut after ${rounds * cases.length} notes`)
        const target = ok(await agent.get(`/cases/${cases[0].no}`)).row.version
        await until('the good reader is up to date', () => version >= target, 60_000)
        assert.ok(rss() - before < 200_000, `memory grew by ${rss() - before} KiB`)
        good.end()
    })
})
