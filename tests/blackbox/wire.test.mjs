// HTTP as bytes: what no library would send. One answer, an error, and a
// closed connection; the server goes on.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { checkSecurityHeaders } from '../lib/api.mjs'
import { connect, exchange } from '../lib/raw.mjs'
import { sleep, within } from '../lib/wait.mjs'
import { malformed } from './malformed.mjs'
import { ok, refused, shared } from './setup.mjs'

const hutong = shared()
const host = () => new URL(hutong.server.url).host
const fine = () => `GET /healthz HTTP/1.1\r\nHost: ${host()}\r\n\r\n`

describe('a malformed request', () => {
    // The list is made with the real host once the server runs; its names are
    // known before.
    for (const [index, [name, , expected = [400]]] of malformed('h').entries()) {
        test(`${name} is refused once and the connection closed`, async () => {
            const bytes = malformed(host())[index][1]
            for (const before of ['', fine()]) {
                const { closed, answers, bytes: back } = await exchange(hutong.server.url, before ? [before, bytes] : bytes, { pause: 100 })
                assert.ok(closed, `the connection stays open: ${back.toString('latin1').slice(0, 300)}`)
                if (before) assert.equal(answers.shift()?.status, 200, 'the good request before it')
                assert.equal(answers.length, 1, `${answers.length} answers: ${back.toString('latin1').slice(0, 600)}`)
                assert.ok(expected.includes(answers[0].status), `${answers[0].status} instead of ${expected}`)
                assert.match(answers[0].headers.connection ?? '', /close/i)
                checkSecurityHeaders(answers[0].headers)
            }
        })
    }
    after(async () => {
        await (await hutong.as('agt01')).health()
    })
})

describe('sizes', () => {
    test('a giant header is refused', async () => {
        for (const lines of [
            `X-Long: ${'a'.repeat(20_000)}\r\n`,
            `Cookie: hutong=${'a'.repeat(70_000)}\r\n`,
            Array.from({ length: 2000 }, (_, at) => `X-${at}: 1\r\n`).join(''),
            `${'X'.repeat(20_000)}: 1\r\n`,
        ]) {
            const { closed, answers } = await exchange(hutong.server.url, `GET /healthz HTTP/1.1\r\nHost: ${host()}\r\n${lines}\r\n${fine()}`)
            assert.ok(closed)
            assert.equal(answers.length, 1)
            assert.ok([431, 400].includes(answers[0].status), `${answers[0].status}`)
        }
    })

    test('a last field whose name begins like a known one does not hide the end', async () => {
        for (const name of ['X', 'A', 'Sec', 'Con', 'Upgr', 'X-A', 'Head']) {
            const { answers } = await exchange(hutong.server.url, `GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n${name}: 1\r\n\r\n`)
            assert.equal(answers.length, 1, name)
            assert.equal(answers[0].status, 200, name)
        }
    })

    test('a giant path is refused', async () => {
        for (const size of [9_000, 100_000]) {
            const { closed, answers } = await exchange(hutong.server.url, `GET /${'a'.repeat(size)} HTTP/1.1\r\nHost: ${host()}\r\n\r\n${fine()}`)
            assert.ok(closed)
            assert.equal(answers.length, 1)
            assert.ok([431, 414, 400].includes(answers[0].status), `${answers[0].status}`)
        }
    })

    test('a header without an end is not stored for ever', async () => {
        const socket = await connect(hutong.server.url)
        socket.resume()
        let sent = 0
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nX-Long: `)
        while (!socket.destroyed && sent < 8 << 20) {
            socket.write('a'.repeat(64 << 10))
            sent += 64 << 10
            await sleep(5)
        }
        await within(30_000, 'the end of a connection after 8 MiB of header', closed)
    })

    test('a body that is announced too long is refused without being read', async () => {
        const { answers, closed } = await exchange(
            hutong.server.url,
            `POST /api/v1/session HTTP/1.1\r\nHost: ${host()}\r\nX-Hutong: 1\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{`,
        )
        assert.ok(closed)
        assert.equal(answers.length, 1)
        assert.equal(answers[0].status, 413)
        assert.equal(JSON.parse(answers[0].body).code, 'json.too_long')
    })
})

describe('slow senders', { concurrency: true }, () => {
    const slowly = async (first, drip, ms, ceiling) => {
        const socket = await connect(hutong.server.url)
        const started = Date.now()
        let back = ''
        socket.on('data', (bytes) => (back += bytes.toString('latin1')))
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.write(first)
        const timer = setInterval(() => !socket.destroyed && socket.write(drip), ms)
        const open = await within(ceiling, 'an end', closed).then(() => false, () => true)
        clearInterval(timer)
        socket.destroy()
        return { open, seconds: (Date.now() - started) / 1000, back }
    }

    test('of headers are cut', async () => {
        const { open, back } = await slowly(`GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nX-Slow: `, 'a', 700, 60_000)
        assert.ok(!open, 'a header may take for ever')
        assert.ok(back === '' || /^HTTP\/1\.1 (408|400)/.test(back), back.slice(0, 100))
    })

    test('of nothing are cut', async () => {
        const socket = await connect(hutong.server.url)
        socket.resume()
        const closed = new Promise((resolve) => socket.once('close', resolve))
        await within(90_000, 'the end of a connection that says nothing', closed)
    })

    test('of bodies are cut', async () => {
        const head = `POST /api/v1/session HTTP/1.1\r\nHost: ${host()}\r\nX-Hutong: 1\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{`
        const { open, back } = await slowly(head, ' ', 700, 90_000)
        assert.ok(!open, 'a body may take for ever')
        assert.ok(back === '' || /^HTTP\/1\.1 (408|400)/.test(back), back.slice(0, 100))
    })

    test('do not slow the others', async () => {
        const sockets = await Promise.all(Array.from({ length: 200 }, () => connect(hutong.server.url)))
        for (const socket of sockets) socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nX-Slow: `)
        const api = await hutong.as('agt01')
        for (let round = 0; round < 5; round++) ok(await api.get('/cases'))
        for (const socket of sockets) socket.destroy()
    })
})

describe('one connection, many requests', () => {
    test('pipelined requests are answered in order', async () => {
        const agent = await hutong.as('agt01')
        const cookie = `Cookie: hutong=${agent.cookies.get('hutong')}\r\n`
        const get = (target) => `GET ${target} HTTP/1.1\r\nHost: ${host()}\r\n${cookie}\r\n`
        const body = '{"channel":"phone"}'
        const post = `POST /api/v1/contacts HTTP/1.1\r\nHost: ${host()}\r\n${cookie}X-Hutong: 1\r\nIdempotency-Key: ${agent.key()}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
        const { answers } = await exchange(
            hutong.server.url,
            get('/healthz') + get('/api/v1/session') + post + get('/api/v1/nowhere') + get('/api/v1/cases'),
            { enough: (found) => found.length >= 5 && found.every((one) => one.status), quiet: 30_000 },
        )
        // A server may answer the first only, if it says that it closes.
        const expected = [200, 200, 201, 404, 200]
        assert.ok(answers.length > 0)
        assert.deepEqual(answers.map((answer) => answer.status), expected.slice(0, answers.length))
        if (answers.length < expected.length) assert.match(answers.at(-1).headers.connection ?? '', /close/i)
        if (answers[1]) assert.equal(JSON.parse(answers[1].body).login, 'agt01')
    })

    test('a request in single bytes is a request', async () => {
        const bytes = [...fine()]
        const { answers } = await exchange(hutong.server.url, bytes, { pause: 2, enough: (found) => found[0]?.status })
        assert.equal(answers[0].status, 200)
    })

    test('a hundred requests on one connection', async () => {
        const { answers } = await exchange(hutong.server.url, Array.from({ length: 100 }, fine), {
            pause: 1,
            enough: (found) => found.length >= 100,
        })
        assert.equal(answers.length, 100)
        assert.ok(answers.every((answer) => answer.status === 200))
    })

    test('Connection: close closes; HTTP/1.0 closes', async () => {
        for (const bytes of [`GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`, `GET /healthz HTTP/1.0\r\nHost: ${host()}\r\n\r\n`]) {
            const { closed, answers } = await exchange(hutong.server.url, bytes)
            assert.ok(closed)
            assert.equal(answers.length, 1)
            assert.equal(answers[0].status, 200)
        }
    })

    test('a client that leaves in the middle leaves nothing behind', async () => {
        const agent = await hutong.as('agt01')
        const body = '{"channel":"phone"}'
        const seq = (await agent.health()).seq
        for (const cut of [10, 60, 150]) {
            for (let round = 0; round < 20; round++) {
                const socket = await connect(hutong.server.url)
                const bytes = `POST /api/v1/contacts HTTP/1.1\r\nHost: ${host()}\r\nCookie: hutong=${agent.cookies.get('hutong')}\r\nX-Hutong: 1\r\nIdempotency-Key: ${agent.key()}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
                socket.write(bytes.slice(0, Math.min(cut, bytes.length - 3)))
                socket.destroy()
            }
        }
        await sleep(200)
        assert.equal((await agent.health()).seq, seq)
        // and one that leaves right after the whole request
        for (let round = 0; round < 50; round++) {
            const socket = await connect(hutong.server.url)
            socket.write(`POST /api/v1/contacts HTTP/1.1\r\nHost: ${host()}\r\nCookie: hutong=${agent.cookies.get('hutong')}\r\nX-Hutong: 1\r\nIdempotency-Key: ${agent.key()}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`, () => socket.destroy())
        }
        await sleep(500)
        ok(await agent.get('/session'))
    })
})

describe('the body of a request that was refused', { concurrency: true }, () => {
    // Whatever was refused, and however early: what follows as its body must
    // not be read as a request of its own.
    const inner = () => `GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nX-Smuggled: 1\r\n\r\n`
    const line = (name, value) => `${name}: ${value}\r\n`
    for (const [name, head, statuses] of [
        ['without a session', ['POST', '/api/v1/contacts', [['X-Hutong', '1'], ['Content-Type', 'application/json']]], [401]],
        ['without X-Hutong', ['POST', '/api/v1/session', [['Content-Type', 'application/json']]], [403]],
        ['of a foreign origin', ['POST', '/api/v1/session', [['X-Hutong', '1'], ['Origin', 'http://evil.example'], ['Content-Type', 'application/json']]], [403]],
        ['of another media type', ['POST', '/api/v1/session', [['X-Hutong', '1'], ['Content-Type', 'text/plain']]], [415]],
        ['to nowhere', ['POST', '/api/v1/nowhere', [['X-Hutong', '1'], ['Content-Type', 'application/json']]], [404]],
        ['by a wrong method', ['PUT', '/api/v1/cases', [['X-Hutong', '1'], ['Content-Type', 'application/json']]], [405, 401]],
        ['to a file', ['POST', '/', [['Content-Type', 'application/json']]], [405]],
        ['of a GET', ['GET', '/healthz', [['Content-Type', 'application/json']]], [200, 400]],
        ['of a GET of a file', ['GET', '/', []], [200, 400]],
        ['of a DELETE', ['DELETE', '/api/v1/session', [['X-Hutong', '1'], ['Content-Type', 'application/json']]], [401, 400, 415]],
        ['that is no JSON', ['POST', '/api/v1/session', [['X-Hutong', '1'], ['Content-Type', 'application/json']]], [400]],
    ]) {
        test(name, async () => {
            const [method, target, lines] = head
            const body = inner().repeat(3)
            const bytes = `${method} ${target} HTTP/1.1\r\n${line('Host', host())}${lines.map(([key, value]) => line(key, value)).join('')}${line('Content-Length', body.length)}\r\n`
            // at once, in two pieces, and cut inside the inner request
            for (const parts of [[bytes + body], [bytes, body], [bytes + body.slice(0, 20), body.slice(20)], [bytes + body.slice(0, inner().length), body.slice(inner().length)]]) {
                const { answers, bytes: back } = await exchange(hutong.server.url, parts, { pause: 150, quiet: 1000 })
                assert.equal(answers.length, 1, `${answers.length} answers: ${back.toString('latin1').slice(0, 800)}`)
                assert.ok(statuses.includes(answers[0].status), `${answers[0].status}`)
            }
            // and the connection, where it stays open, is in step
            const { answers, closed } = await exchange(hutong.server.url, [bytes + body, fine()], { pause: 400, quiet: 1500, least: 2 })
            assert.ok((closed && answers.length === 1) || (answers.length === 2 && answers[1].status === 200), `${answers.map((one) => one.status)}`)
        })
    }
})

describe('the Host of a server without TLS', () => {
    // A page of any site may let its own name point here (DNS rebinding).
    test('is this machine, by name or address', async () => {
        const { port } = new URL(hutong.server.url)
        for (const name of [`127.0.0.1:${port}`, `localhost:${port}`, 'localhost', `[::1]:${port}`, '127.0.0.1:8080']) {
            const { answers } = await exchange(hutong.server.url, `GET /healthz HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`)
            assert.equal(answers[0].status, 200, name)
        }
    })

    test('is nothing else, whatever is asked', async () => {
        const { port } = new URL(hutong.server.url)
        for (const name of [`evil.example:${port}`, 'evil.example', `localhost.evil.example:${port}`, `127.0.0.1.evil.example:${port}`, '192.168.1.1']) {
            for (const head of [
                `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`,
                `GET /metrics HTTP/1.1\r\nHost: ${name}\r\n\r\n`,
                `GET /api/v1/session HTTP/1.1\r\nHost: ${name}\r\n\r\n`,
                `POST /api/v1/session HTTP/1.1\r\nHost: ${name}\r\nOrigin: http://${name}\r\nX-Hutong: 1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
                `GET /api/v1/live?topic=board HTTP/1.1\r\nHost: ${name}\r\nOrigin: http://${name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: hutong.live.v1\r\n\r\n`,
            ]) {
                const { answers, closed } = await exchange(hutong.server.url, head)
                assert.equal(answers.length, 1)
                assert.equal(answers[0].status, 400, `${name} ${head.split('\r\n')[0]}`)
                assert.equal(JSON.parse(answers[0].body).code, 'request.malformed')
                assert.ok(closed)
            }
        }
    })
})

describe('methods', () => {
    const api = () => hutong.as('agt01')

    test('HEAD is GET without its body', async () => {
        for (const target of ['/', '/healthz', '/api/v1/session', '/api/v1/cases', '/api/v1/openapi.json', '/api/v1/nowhere']) {
            const client = await api()
            const get = await client.request('GET', target)
            const head = await client.request('HEAD', target)
            assert.equal(head.bytes.length, 0, target)
            if (head.status === 405) {
                assert.match(head.headers.allow ?? '', /GET/)
                continue
            }
            assert.equal(head.status, get.status, target)
            assert.equal(head.headers['content-type'], get.headers['content-type'], target)
        }
        // no body behind it on the wire either
        const { answers, bytes } = await exchange(hutong.server.url, `HEAD /api/v1/openapi.json HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`)
        assert.ok(answers[0].status === 200 || answers[0].status === 405)
        assert.ok(bytes.toString('latin1').endsWith('\r\n\r\n'))
    })

    test('a method that a path does not take: 405 and Allow', async () => {
        const client = await api()
        for (const [method, target, allow] of [
            ['DELETE', '/api/v1/cases', /GET.*POST|POST.*GET/],
            ['PUT', '/api/v1/contacts', /GET.*POST|POST.*GET/],
            ['PATCH', '/api/v1/cases', /GET/],
            ['POST', '/api/v1/territory', /GET/],
            ['GET', '/api/v1/enrolment', /POST/],
            ['POST', '/healthz', /GET/],
            ['POST', '/', /GET/],
            ['PUT', '/index.html', /GET/],
            ['OPTIONS', '/api/v1/cases', /GET/],
            ['OPTIONS', '/', /GET/],
            ['TRACE', '/api/v1/cases', /GET/],
            ['TRACE', '/', /GET/],
            ['PROPFIND', '/api/v1/cases', /GET/],
        ]) {
            const answer = await client.request(method, target, { headers: { 'idempotency-key': client.key() } })
            assert.equal(answer.status, 405, `${method} ${target}`)
            assert.match(answer.headers.allow ?? '', allow, `${method} ${target}`)
            assert.doesNotMatch(answer.headers.allow, /TRACE/)
            assert.equal(answer.headers['access-control-allow-origin'], undefined)
            if (target.startsWith('/api/')) refused(answer, 'route.method')
        }
    })

    test('CONNECT and OPTIONS * open nothing', async () => {
        for (const bytes of [`CONNECT ${host()} HTTP/1.1\r\nHost: ${host()}\r\n\r\n`, `OPTIONS * HTTP/1.1\r\nHost: ${host()}\r\n\r\n`, `GET http://${host()}/healthz HTTP/1.1\r\nHost: ${host()}\r\n\r\n`, `GET http://evil.example/healthz HTTP/1.1\r\nHost: ${host()}\r\n\r\n`]) {
            const { answers } = await exchange(hutong.server.url, bytes, { enough: (found) => found[0]?.status })
            assert.equal(answers.length, 1)
            assert.ok([400, 404, 405, 501].includes(answers[0].status) || (bytes.startsWith('GET http://127') && answers[0].status === 200), `${bytes.split('\r\n')[0]}: ${answers[0].status}`)
        }
    })

    test('an upgrade to h2c is not followed', async () => {
        const { answers } = await exchange(
            hutong.server.url,
            `GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n`,
            { enough: (found) => found[0]?.status },
        )
        assert.ok([200, 400].includes(answers[0].status), `${answers[0].status}`)
    })

    test('Expect: 100-continue does not hang', async () => {
        const body = '{"login":"x","password":"y"}'
        const head = `POST /api/v1/session HTTP/1.1\r\nHost: ${host()}\r\nX-Hutong: 1\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`
        const { answers } = await exchange(hutong.server.url, [head, body], {
            pause: 1500,
            localAddress: '127.0.8.1',
            enough: (found) => found.some((answer) => answer.status >= 200),
        })
        const last = answers.at(-1)
        assert.ok([401, 417, 400].includes(last.status), `${last.status}`)
    })
})

describe('paths', () => {
    test('that nobody knows: 404', async () => {
        const client = await hutong.as('agt01')
        for (const target of ['/api/v1/nowhere', '/api/v1/', '/api/v1', '/api/v2/cases', '/api/v1/cases/', '/api/v1//cases', '/api/v1/CASES', '/api/v1/cases/x/y/z', '/api/v1/contacts/x/y']) {
            refused(await client.request('GET', target), 'route.unknown', target)
        }
    })

    test('do not lead out of the house', async () => {
        for (const target of ['/../../etc/passwd', '/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/../../etc/passwd', '/assets/..%5c..%5cx.js', '//etc/passwd', '/assets//x.js', '/./x.js', '/api/v1/../../etc/passwd', '/%00.js', '/test/clock']) {
            const { answers } = await exchange(hutong.server.url, `GET ${target} HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`)
            assert.equal(answers.length, 1, target)
            assert.doesNotMatch(answers[0].body, /root:/)
            assert.ok([400, 404].includes(answers[0].status) || /<!doctype html>/i.test(answers[0].body), `${target}: ${answers[0].status}`)
        }
    })

    test('with escapes mean what they mean unescaped, or nothing', async () => {
        const client = await hutong.as('agt01')
        const made = await client.register()
        const answer = await client.request('GET', `/api/v1/cases/${made.no.replaceAll('-', '%2D')}`)
        assert.ok(answer.status === 200 || answer.status === 404 || answer.status === 400)
        const encoded = await client.request('GET', `/api/v1/cases%2F${made.no}`)
        assert.ok(encoded.status >= 400)
    })
})
