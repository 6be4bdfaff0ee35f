// What is served from memory: the dashboard, compressed or not, with the
// headers that keep a browser strict; and what a machine asks: healthz, metrics.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import zlib from 'node:zlib'
import { ok, refused, shared } from './setup.mjs'

const hutong = shared()
const get = (target, headers) => hutong.stranger().request('GET', target, { headers })

/** Every file that the page, and the files it names, name. */
async function assets() {
    const page = await get('/')
    const found = new Set()
    const pending = [page.text]
    while (pending.length) {
        for (const [, name] of pending.pop().matchAll(/["'(`]\.?\/?(assets\/[\w.@-]+\.\w+)["')`]/g)) {
            const target = `/${name}`
            if (found.has(target)) continue
            found.add(target)
            const answer = await get(target)
            if (/javascript|css/.test(answer.headers['content-type'] ?? '')) pending.push(answer.text)
        }
    }
    return [...found]
}

describe('the page', () => {
    test('is HTML that asks again each time', async () => {
        const answer = await get('/')
        assert.equal(answer.status, 200)
        assert.match(answer.headers['content-type'], /^text\/html; ?charset=utf-8/i)
        assert.match(answer.headers['cache-control'], /no-cache|no-store/)
        assert.match(answer.headers.etag, /^"[^"]+"$/)
        assert.match(answer.text, /<!doctype html>/i)
        assert.match(answer.text, /<html[^>]+lang="zh/)
        assert.doesNotMatch(answer.text, /<script(?![^>]*src=)[^>]*>[^<]/, 'a script inline')
        assert.doesNotMatch(answer.text, /\son\w+=|<style|\sstyle=/, 'a handler or style inline')
        assert.doesNotMatch(answer.text, /(src|href)="(https?:)?\/\//, 'something from elsewhere')
    })

    test('stands at every address without a dot: the router is in the browser', async () => {
        const { text } = await get('/')
        for (const target of ['/cases', '/cases/12349-20261123-0001', '/intake/abc', '/enrol', '/index.html', '/?x=1', '/unknown/path/of/it']) {
            const answer = await get(target)
            assert.equal(answer.status, 200, target)
            assert.equal(answer.text, text, target)
            assert.match(answer.headers['cache-control'], /no-cache|no-store/)
        }
    })

    test('with a dot: 404', async () => {
        for (const target of ['/nothing.js', '/assets/nothing-12345678.js', '/favicon.nope', '/cases/x.json', '/.git/config', '/.env']) {
            const answer = await get(target)
            assert.equal(answer.status, 404, target)
            assert.doesNotMatch(answer.text, /<!doctype html>/i)
        }
    })

    test('is not answered in place of the API', async () => {
        refused(await get('/api/v1/nowhere'), 'route.unknown')
        assert.equal((await get('/api/nowhere')).status, 404)
        assert.equal((await get('/api')).status, 404)
    })
})

describe('its files', () => {
    test('are all there, of the right kind, for ever the same', async () => {
        const names = await assets()
        assert.ok(names.some((name) => name.endsWith('.js')) && names.some((name) => name.endsWith('.css')), `${names}`)
        for (const name of names) {
            const answer = await get(name)
            assert.equal(answer.status, 200, name)
            assert.match(answer.headers['cache-control'], /immutable/, name)
            assert.match(answer.headers['cache-control'], /max-age=\d{7,}/, name)
            const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg\\+xml', json: 'application/json', png: 'image/png', woff2: 'font/woff2', wasm: 'application/wasm' }[name.split('.').at(-1)]
            if (type) assert.match(answer.headers['content-type'], new RegExp(`^${type}`), name)
            assert.doesNotMatch(answer.text.slice(-200), /sourceMappingURL=.*\.map/, `${name} names a source map`)
        }
    })

    test('come in br, gz and as they are, and are the same bytes', async () => {
        for (const name of ['/', ...(await assets())]) {
            const plain = await get(name, { 'accept-encoding': 'identity' })
            assert.equal(plain.headers['content-encoding'], undefined)
            const br = await get(name, { 'accept-encoding': 'br' })
            if (br.headers['content-encoding'] === 'br') {
                assert.ok(zlib.brotliDecompressSync(br.bytes).equals(plain.bytes), name)
                assert.ok(br.bytes.length < plain.bytes.length, name)
            } else assert.ok(plain.bytes.length < 1500, `${name} of ${plain.bytes.length} bytes has no br`)
            const gz = await get(name, { 'accept-encoding': 'gzip' })
            if (gz.headers['content-encoding'] === 'gzip') assert.ok(zlib.gunzipSync(gz.bytes).equals(plain.bytes), name)
            if (br.headers['content-encoding'] || gz.headers['content-encoding']) {
                for (const answer of [plain, br, gz]) assert.match(answer.headers.vary ?? '', /accept-encoding/i, name)
            }
        }
    })

    test('as the browser can take them', async () => {
        const name = (await assets()).find((one) => one.endsWith('.js'))
        for (const [accept, encoding] of [
            ['gzip, deflate, br, zstd', 'br'],
            ['gzip, deflate', 'gzip'],
            ['br;q=0, gzip', 'gzip'],
            ['br;q=0.0, gzip;q=0', undefined],
            ['br;q=1.0', 'br'],
            ['deflate', undefined],
            ['', undefined],
            ['brotli', undefined],
            ['xbr, gzipx', undefined],
            ['BR', 'br'],
        ]) {
            const answer = await get(name, { 'accept-encoding': accept })
            assert.equal(answer.headers['content-encoding'], encoding, `Accept-Encoding: ${accept}`)
        }
    })

    test('304 where the browser has it already, with its headers and without a body', async () => {
        for (const name of ['/', ...(await assets()).slice(0, 3)]) {
            const { headers } = await get(name)
            for (const tag of [headers.etag, `W/${headers.etag}`, `"other", ${headers.etag}`, '*']) {
                const answer = await get(name, { 'if-none-match': tag })
                assert.equal(answer.status, 304, `${name} If-None-Match: ${tag}`)
                assert.equal(answer.bytes.length, 0)
                assert.equal(answer.headers.etag, headers.etag)
            }
            for (const tag of ['"other"', headers.etag.slice(0, -2) + '"', 'nonsense']) {
                assert.equal((await get(name, { 'if-none-match': tag })).status, 200, tag)
            }
        }
    })

    test('ranges are not needed and not misunderstood', async () => {
        const name = (await assets())[0]
        const answer = await get(name, { range: 'bytes=0-10' })
        assert.ok(answer.status === 200 || (answer.status === 206 && answer.bytes.length === 11))
    })
})

describe('for machines', () => {
    test('healthz', async () => {
        const body = ok(await get('/healthz'))
        assert.equal(body.status, 'ok')
        assert.ok(Number.isInteger(body.seq) && body.seq > 0)
        assert.ok(Math.abs(Date.parse(body.server_time) - Date.now()) < 400 * 86400_000)
    })

    test('metrics, in the text form of Prometheus, without a name or number of anybody', async () => {
        const agent = await hutong.as('agt01')
        const made = await agent.register({ reporter: { name: '己大勇', phone: '00000000055' } })
        const answer = await get('/metrics')
        assert.equal(answer.status, 200)
        assert.match(answer.headers['content-type'], /^text\/plain/)
        for (const line of answer.text.split('\n').filter(Boolean)) {
            assert.match(line, /^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}]*\})? [-+0-9.eE]+(Inf|NaN)?)$/)
        }
        assert.match(answer.text, /^# TYPE \w+ counter$/m)
        for (const word of ['己大勇', '00000000055', made.no, 'agt01', '127.0.0.1']) assert.ok(!answer.text.includes(word), word)
    })

    test('the counters move', async () => {
        const agent = await hutong.as('agt01')
        const read = async () => {
            const { text } = await get('/metrics')
            return Object.fromEntries(text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
        }
        const before = await read()
        for (let round = 0; round < 5; round++) await agent.takeContact()
        const after = await read()
        assert.ok(Object.keys(after).some((name) => after[name] - (before[name] ?? 0) >= 5 && /command|event/.test(name)), 'no counter of commands or events grew by 5')
    })
})

describe('errors', () => {
    test('carry the same headers as everything (the client checks each answer)', async () => {
        const agent = await hutong.as('agt01')
        const statuses = new Set()
        for (const answer of [
            await get('/nothing.js'),
            await get('/api/v1/nowhere'),
            await get('/api/v1/session'),
            await agent.request('PATCH', '/api/v1/cases'),
            await agent.request('POST', '/', { headers: { 'x-hutong': null } }),
            await agent.post('/contacts', '{'),
            await agent.post('/contacts', { channel: 'phone' }, { headers: { 'content-type': 'text/plain' } }),
            await agent.post('/contacts', 'x'.repeat(300_000)),
            await agent.post('/contacts', {}),
        ]) {
            statuses.add(answer.status)
            assert.ok(answer.headers['content-security-policy'])
        }
        for (const status of [400, 401, 404, 405, 413, 415, 422]) assert.ok(statuses.has(status), `${status} was not seen`)
    })
})
