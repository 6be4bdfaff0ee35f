// TLS by --tls-cert and --tls-key, and what is refused without it.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import WebSocket from 'ws'
import { Api } from '../lib/api.mjs'
import { folder, root } from '../lib/folder.mjs'
import { cookieOf } from '../lib/frames.mjs'
import { exchange } from '../lib/raw.mjs'
import { Server, binary, demoStore, tryToServe } from '../lib/server.mjs'
import { until, within } from '../lib/wait.mjs'
import { malformed } from './malformed.mjs'
import { ok } from './setup.mjs'

let store, server, cert, key
const cleartext = (url) => url.replace('https:', 'http:')

before(async () => {
    const place = folder('tls')
    ;[cert, key] = [path.join(place, 'cert.pem'), path.join(place, 'key.pem')]
    execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
        { stdio: 'ignore' },
    )
    store = demoStore()
    server = await Server.start(store, { args: ['--tls-cert', cert, '--tls-key', key] })
})
after(async () => {
    await server?.stop()
})

/** openssl s_client: what it says about one handshake. */
function handshake(port, ...args) {
    const done = spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', cert, ...args], {
        input: 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
        encoding: 'utf8',
        timeout: 60_000,
    })
    return { text: done.stdout + done.stderr, protocol: /^\s*(?:New, |Protocol\s*: )(TLSv[\d.]+)/m.exec(done.stdout)?.[1], cipher: /Cipher is (\S+)/.exec(done.stdout)?.[1] }
}

describe('versions', () => {
    test('1.3 works', () => {
        const { text, protocol } = handshake(server.port, '-tls1_3')
        assert.equal(protocol, 'TLSv1.3', text.slice(0, 2000))
        assert.match(text, /Verify return code: 0/)
    })

    test('1.2 works, with forward secrecy and an AEAD', () => {
        const { text, protocol, cipher } = handshake(server.port, '-tls1_2')
        assert.equal(protocol, 'TLSv1.2', text.slice(0, 2000))
        assert.match(cipher, /^ECDHE-.*(GCM|CHACHA20|CCM)/)
    })

    test('1.1 and 1.0 are refused, by the server and not by the client', async () => {
        const weak = ['-cipher', 'DEFAULT@SECLEVEL=0']
        for (const version of ['-tls1_1', '-tls1']) {
            const { text, cipher } = handshake(server.port, version, ...weak)
            assert.ok(!cipher || cipher === '(NONE)', `${version}: ${cipher}`)
            assert.match(text, /alert protocol version|tlsv1 alert|no protocols available|unsupported protocol|handshake failure|unexpected eof|errno=/i)
        }
        // The same client does speak 1.1 with a server that does.
        const peer = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-cert', cert, '-key', key, '-cipher', 'ALL:@SECLEVEL=0'], { stdio: ['pipe', 'pipe', 'pipe'] })
        try {
            let said = ''
            peer.stdout.on('data', (bytes) => (said += bytes))
            peer.stderr.on('data', (bytes) => (said += bytes))
            const port = await until('the port of s_server', () => /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said)?.[1])
            const { cipher, text } = handshake(port, '-tls1_1', ...weak)
            assert.ok(cipher && cipher !== '(NONE)' && /Protocol *: TLSv1\.1/.test(text), `this openssl cannot speak 1.1, so the test proves nothing: ${text.slice(0, 500)}${said}`)
        } finally {
            peer.kill('SIGKILL')
        }
    })

    test('weak suites, compression and renegotiation are not there', () => {
        const cbc = ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-ECDSA-AES256-SHA384']
        for (const suite of ['RC4-SHA', 'DES-CBC3-SHA', 'NULL-SHA256', 'AES128-SHA', 'aNULL', 'EXPORT', ...cbc]) {
            const { cipher } = handshake(server.port, '-tls1_2', '-cipher', `${suite}:@SECLEVEL=0`)
            assert.ok(!cipher || cipher === '(NONE)', `${suite}: ${cipher}`)
        }
        assert.match(handshake(server.port, '-tls1_2').text, /Compression: NONE/)
    })

    test('HTTP/1.1 by ALPN, and no HTTP/2', () => {
        assert.match(handshake(server.port, '-alpn', 'h2,http/1.1').text, /ALPN protocol: http\/1\.1/)
        assert.doesNotMatch(handshake(server.port, '-alpn', 'h2').text, /ALPN protocol: h2/)
    })

    test('no plain text on the TLS port', async () => {
        const { answers, bytes } = await exchange(cleartext(server.url), `GET /healthz HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\n\r\n`)
        assert.ok(!answers.some((answer) => answer.status === 200), bytes.toString('latin1').slice(0, 200))
        assert.doesNotMatch(bytes.toString('latin1'), /"status"/)
    })
})

describe('a session over TLS', () => {
    test('has a __Host- cookie, Secure, and HSTS with every answer', async () => {
        const api = new Api(server.url, { ca: fs.readFileSync(cert) })
        const answer = await api.trySignIn('ldr01', store.password)
        ok(answer)
        const [line] = answer.headers['set-cookie']
        const [pair, ...flags] = line.split(';').map((part) => part.trim())
        assert.match(pair, /^__Host-hutong=[A-Za-z0-9_-]{64}$/)
        assert.deepEqual(flags.map((flag) => flag.toLowerCase()).sort(), ['httponly', 'path=/', 'samesite=strict', 'secure'])
        assert.match(answer.headers['strict-transport-security'], /max-age=\d{8}/)
        ok(await api.get('/session'))
        // The name without its prefix is no session here.
        const plain = await api.get('/session', { headers: { cookie: line.split(';')[0].replace('__Host-', '') } })
        assert.equal(plain.status, 401)
        assert.equal((await api.signOut()).status, 204)
        api.close()
    })

    test('takes whatever Host the certificate may be for', async () => {
        const { answers } = await exchange(server.url, 'GET /healthz HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n\r\n')
        assert.equal(answers[0].status, 200)
    })

    test('takes https origins only', async () => {
        const api = new Api(server.url, { ca: fs.readFileSync(cert) })
        api.me = ok(await api.trySignIn('agt01', store.password))
        const { host } = new URL(server.url)
        ok(await api.post('/contacts', { channel: 'phone' }, { headers: { origin: `https://${host}` } }), 201)
        const answer = await api.post('/contacts', { channel: 'phone' }, { headers: { origin: `http://${host}` } })
        assert.equal(answer.code, 'origin.refused')
        api.close()
    })

    test('has a live board', async () => {
        const api = new Api(server.url, { ca: fs.readFileSync(cert) })
        api.me = ok(await api.trySignIn('agt01', store.password))
        const socket = new WebSocket(`${server.url.replace('https', 'wss')}/api/v1/live?topic=board`, ['hutong.live.v1'], { ca: fs.readFileSync(cert), headers: { Cookie: cookieOf(api), Origin: server.url } })
        const frames = []
        const wakes = []
        socket.on('message', (bytes) => {
            frames.push(JSON.parse(bytes))
            for (const wake of wakes) wake()
        })
        const made = within(60_000, 'the case over wss', new Promise((resolve, reject) => {
            socket.on('error', reject)
            wakes.push(() => frames.some((one) => one.put?.length) && resolve())
        }))
        await until('a snapshot', () => frames[0]?.type === 'snapshot', 60_000)
        await api.register()
        await made
        socket.terminate()
        api.close()
    })

    test('large answers and bodies arrive whole', async () => {
        const api = new Api(server.url, { ca: fs.readFileSync(cert) })
        api.me = ok(await api.trySignIn('agt01', store.password))
        const matter = '字'.repeat(20_000)
        const made = await api.register({ matter })
        assert.equal(ok(await api.get(`/cases/${made.no}`)).matter, matter)
        assert.ok(ok(await api.get('/territory')).nodes.length > 900)
        api.close()
    })

    test('is as strict about malformed requests', async () => {
        const { host } = new URL(server.url)
        for (const [name, bytes, expected = [400]] of malformed(host)) {
            if (name === 'TLS to a plain port') continue
            const { closed, answers } = await exchange(server.url, bytes)
            assert.ok(closed, `${name}: the connection stays open`)
            assert.equal(answers.length, 1, `${name}: ${answers.length} answers`)
            assert.ok(expected.includes(answers[0].status), `${name}: ${answers[0].status}`)
        }
    })
})

describe('starting', () => {
    const serve = (...args) => tryToServe([...store.args, ...args])
    const refusesToStart = async (why, ...args) => {
        const done = await serve(...args)
        assert.equal(done.code, 64, `${why}: ${done.code ?? done.signal} ${done.stderr}`)
        assert.notEqual(done.stderr.trim(), '', why)
        assert.doesNotMatch(done.stdout, /listening/)
    }
    before(async () => {
        await server.stop()
    })

    test('on an address of the network without TLS is refused', async () => {
        for (const address of ['0.0.0.0:0', '10.0.0.1:0', '192.168.1.1:0', '[::]:0', '172.17.0.1:0', '128.0.0.1:0', '*:0', ':0']) {
            await refusesToStart(address, '--listen', address)
        }
    })

    test('with a certificate that is not one is refused', async () => {
        const nonsense = path.join(folder('tls'), 'nonsense.pem')
        fs.writeFileSync(nonsense, 'nonsense')
        await refusesToStart('no such certificate', '--listen', '127.0.0.1:0', '--tls-cert', '/nonexistent.pem', '--tls-key', key)
        await refusesToStart('no such key', '--listen', '127.0.0.1:0', '--tls-cert', cert, '--tls-key', '/nonexistent.pem')
        await refusesToStart('nonsense', '--listen', '127.0.0.1:0', '--tls-cert', nonsense, '--tls-key', key)
        await refusesToStart('only one of both', '--listen', '127.0.0.1:0', '--tls-cert', cert)
        await refusesToStart('only the other', '--listen', '127.0.0.1:0', '--tls-key', key)
        const other = path.join(folder('tls'), 'other.pem')
        execFileSync('openssl', ['ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', other], { stdio: 'ignore' })
        await refusesToStart('the key of another certificate', '--listen', '127.0.0.1:0', '--tls-cert', cert, '--tls-key', other)
    })

    test('with an address that is none is refused', async () => {
        for (const address of ['nonsense', '127.0.0.1', '127.0.0.1:99999', '127.0.0.1:-1', '127.0.0.1:x', '300.0.0.1:0', '']) {
            await refusesToStart(`"${address}"`, '--listen', address)
        }
    })

    test('on a port that is taken is refused', async () => {
        const net = await import('node:net')
        const taken = net.createServer().listen(0, '127.0.0.1')
        await new Promise((resolve) => taken.once('listening', resolve))
        const done = await serve('--listen', `127.0.0.1:${taken.address().port}`)
        taken.close()
        assert.notEqual(done.code, 0)
        assert.ok(typeof done.code === 'number' && done.code < 99, `${done.code ?? done.signal}`)
        assert.doesNotMatch(done.stdout, /listening/)
    })

    after(async () => {
        server = await Server.start(store, { args: ['--tls-cert', cert, '--tls-key', key] })
    })
})

test('the program is linked with no libssl and no libcrypto', () => {
    const programs = [binary(), path.join(root, 'build/hutong')].filter((file) => fs.existsSync(file))
    for (const program of programs) {
        const linked = execFileSync('ldd', [program], { encoding: 'utf8' })
        assert.match(linked, /libc\.so/)
        assert.doesNotMatch(linked, /libssl|libcrypto|libgnutls|libwebsockets|libmbed/)
    }
})
