// More connections than there is room for: nobody takes every place, and a
// server without a descriptor for the next one rests instead of spinning.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { answersIn, connect, exchange } from '../lib/raw.mjs'
import { signedIn } from '../lib/api.mjs'
import { Server, demoStore } from '../lib/server.mjs'
import { sleep, until } from '../lib/wait.mjs'
import { ok } from './setup.mjs'

let server
beforeEach(async () => {
    server = await Server.start(demoStore())
})
afterEach(async () => {
    await server?.stop()
})

/** The lowest number that is no descriptor of the server: the next one's. */
const next = () => {
    const taken = new Set(fs.readdirSync(`/proc/${server.pid}/fd`).map(Number))
    let number = 0
    while (taken.has(number)) number++
    return number
}
const files = (most) => execFileSync('prlimit', ['--pid', String(server.pid), `--nofile=${most}:`])
/** Seconds of processor that the server has used so far. */
const used = () => {
    const [, rest] = fs.readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')
    const [user, system] = rest.split(' ').slice(11, 13)
    return (Number(user) + Number(system)) / 100
}

describe('one address', () => {
    test('does not take every place', async () => {
        files(128 + 100) // of which 128 are not for connections
        const crowd = await Promise.all(Array.from({ length: 140 }, () => connect(server.url)))
        const served = await Promise.all(
            crowd.map(
                (socket) =>
                    new Promise((resolve) => {
                        socket.on('data', () => resolve(true))
                        socket.on('close', () => resolve(false))
                        socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
                    }),
            ),
        )
        const held = served.filter(Boolean).length
        assert.ok(held >= 60 && held <= 75, `${held} of 100 places`)
        const desk = await signedIn(server, 'agt01', { localAddress: '127.0.0.9' })
        ok(await desk.get('/cases'))
        const few = await Promise.all(Array.from({ length: 7 }, () => exchange(server.url, 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n', { localAddress: '127.0.0.9' })))
        assert.ok(few.every((one) => one.answers[0]?.status === 200))
        for (const socket of crowd) socket.destroy()
        // and places come back
        await until('room again', async () => (await exchange(server.url, 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')).answers[0]?.status === 200)
        desk.close()
    })
})

describe('bodies in flight', () => {
    const announce = (length, cookie = '') => `POST /api/v1/${cookie ? 'contacts' : 'session'} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Hutong: 1\r\n${cookie}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{`
    const kept = async (api) => Number(/^hutong_body_bytes (\d+)$/m.exec((await api.request('GET', '/metrics')).text)[1])

    test('are bounded in sum: 64 MiB, then 503 until there is room', async () => {
        const api = await signedIn(server, 'agt01')
        const cookie = () => `Cookie: hutong=${api.cookies.get('hutong')}\r\nIdempotency-Key: ${api.key()}\r\n`
        const sockets = await Promise.all(Array.from({ length: 260 }, () => connect(server.url)))
        for (const socket of sockets) socket.write(announce(256 * 1024, cookie()))
        await until('64 MiB', async () => (await kept(api)) === 64 << 20)
        const answer = await api.post('/contacts', { channel: 'phone' })
        assert.equal(answer.code, 'server.busy')
        assert.ok(Number(answer.headers['retry-after']) > 0)
        ok(await api.get('/session')) // what has no body is answered
        for (const socket of sockets) socket.destroy()
        await until('room again', async () => (await kept(api)) === 0)
        ok(await api.post('/contacts', { channel: 'phone' }), 201)
        api.close()
    })

    test('leave the last half of the room to who has signed in', async () => {
        const api = await signedIn(server, 'agt01')
        const cookie = () => `Cookie: hutong=${api.cookies.get('hutong')}\r\nIdempotency-Key: ${api.key()}\r\n`
        const sockets = await Promise.all(Array.from({ length: 128 }, () => connect(server.url)))
        for (const socket of sockets) socket.write(announce(256 * 1024, cookie()))
        await until('32 MiB', async () => (await kept(api)) === 32 << 20)
        const stranger = await exchange(server.url, announce(2) + '}', { enough: (found) => found[0]?.status })
        assert.equal(stranger.answers[0].status, 503)
        ok(await api.post('/contacts', { channel: 'phone' }), 201)
        for (const socket of sockets) socket.destroy()
        api.close()
    })
})

describe('without descriptors', () => {
    test('accepting rests, says so once, and goes on when there are some again', async () => {
        const api = await signedIn(server, 'agt01')
        files(next())
        const sockets = await Promise.all(Array.from({ length: 20 }, () => connect(server.url)))
        const answers = sockets.map((socket) => {
            const answer = { text: '' }
            socket.on('data', (bytes) => (answer.text += bytes))
            socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
            return answer
        })
        await until('a line about it', () => /accept|lws/.test(server.stderr))
        const started = used()
        await sleep(3000)
        assert.ok(used() - started < 1, `it spins: ${used() - started} s of 3 s`)
        const lines = server.stderr.split('\n').filter((line) => /accept|lws/.test(line))
        assert.equal(lines.length, 1, lines.slice(0, 5).join('\n'))
        assert.match(lines[0], /accept_rests sys=24 count=1/)
        ok(await api.get('/session')) // who is in is served
        ok(await api.post('/contacts', { channel: 'phone' }), 201)
        assert.ok(answers.every((one) => one.text === ''))
        files(1024)
        await until('an answer to all who waited', () => answers.every((one) => answersIn(one.text)[0]?.status === 200))
        for (const socket of sockets) socket.destroy()
        api.close()
    })
})
