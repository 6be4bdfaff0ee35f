// What every unsafe request must carry, and every way in which a body is not
// what was agreed: each a coded refusal, and nothing stored.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { Api, refusals } from '../lib/api.mjs'
import { Server } from '../lib/server.mjs'
import { ok, refused, shared, someId } from './setup.mjs'

const hutong = shared()

/** Runs the work and fails if the log grew by it. */
async function storesNothing(work) {
    const api = await hutong.as('agt01')
    const before = await api.health()
    await work(api)
    assert.equal((await api.health()).seq, before.seq, 'something was stored')
}
const day = (text, shift) => {
    const at = new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`)
    return new Date(at.getTime() + shift * 86400_000).toISOString().slice(0, 10).replaceAll('-', '')
}
const rand = () => randomBytes(16).toString('base64url')

describe('X-Hutong and Origin', () => {
    test('an unsafe request without X-Hutong: 1 is refused', () =>
        storesNothing(async (api) => {
            for (const value of [null, '0', '2', 'true', '1, 1', '']) {
                const headers = { 'x-hutong': value }
                refused(await api.post('/contacts', { channel: 'phone' }, { headers }), 'header.missing', `X-Hutong: ${value}`)
            }
            refused(await api.request('DELETE', '/api/v1/session', { headers: { 'x-hutong': null } }), 'header.missing')
            const stranger = hutong.stranger()
            refused(await stranger.trySignIn('agt01', hutong.store.password, { headers: { 'x-hutong': null } }), 'header.missing')
        }))

    test('a foreign Origin is refused, our own is not', async () => {
        const { host, port } = new URL(hutong.server.url)
        await storesNothing(async (api) => {
            for (const origin of [
                'http://evil.example',
                'null',
                `https://${host}`,
                'http://127.0.0.1',
                `http://127.0.0.1:${Number(port) + 1}`,
                `http://localhost:${port}`,
                `http://${host}.evil.example`,
                `http://${host}/`,
                `http://user@${host}`,
                `HTTP://${host}@evil.example`,
                '*',
                '',
            ]) {
                const answer = await api.post('/contacts', { channel: 'phone' }, { headers: { origin } })
                refused(answer, 'origin.refused', `Origin: ${origin} -> ${answer.status} ${answer.code}`)
            }
        })
        const api = await hutong.as('agt01')
        ok(await api.post('/contacts', { channel: 'phone' }, { headers: { origin: `http://${host}` } }), 201)
    })

    test('signing in, out and enrolling ask for the same', async () => {
        const stranger = hutong.stranger({ localAddress: '127.0.9.1' })
        const evil = { headers: { origin: 'http://evil.example' } }
        refused(await stranger.trySignIn('agt01', hutong.store.password, evil), 'origin.refused')
        const enrolment = { token: 'A'.repeat(43), password: 'long enough it is' }
        refused(await stranger.request('POST', '/api/v1/enrolment', { body: enrolment, ...evil }), 'origin.refused')
        refused(await stranger.request('POST', '/api/v1/enrolment', { body: enrolment, headers: { 'x-hutong': null } }), 'header.missing')
        const api = await hutong.fresh('agt01')
        refused(await api.request('DELETE', '/api/v1/session', evil), 'origin.refused')
        ok(await api.get('/session'))
    })
})

describe('Idempotency-Key', () => {
    test('is needed, and has one form', () =>
        storesNothing(async (api) => {
            const today = String(api.me.server_day)
            refused(await api.post('/contacts', { channel: 'phone' }, { key: null }), 'idempotency.required')
            for (const key of [
                'x',
                today,
                `${today}-`,
                `${today}-short`,
                `${today}-${'a'.repeat(15)}`,
                `${today}-${'a'.repeat(49)}`,
                `${today}_${'a'.repeat(20)}`,
                `${today}-${'a'.repeat(20)}!`,
                `${today}-${'a'.repeat(20)} b`,
                `2026112-${'a'.repeat(20)}`,
                `2026-11-23-${'a'.repeat(20)}`,
                `abcdefgh-${'a'.repeat(20)}`,
                `-${today}${'a'.repeat(20)}`,
                'a'.repeat(4000),
            ]) {
                refused(await api.post('/contacts', { channel: 'phone' }, { key }), 'idempotency.malformed', `key ${key.slice(0, 60)}`)
            }
            for (const key of [`20261399-${rand()}`, `00000000-${rand()}`, `20260230-${rand()}`]) {
                const answer = await api.post('/contacts', { channel: 'phone' }, { key })
                assert.ok(['idempotency.malformed', 'idempotency.date'].includes(answer.code), `${key}: ${answer.code}`)
            }
        }))

    test('its date is within 30 days back and 1 day ahead', async () => {
        const api = await hutong.as('agt01')
        const today = String(api.me.server_day)
        await storesNothing(async () => {
            for (const shift of [-31, 2, -400, 3650]) {
                const key = `${day(today, shift)}-${rand()}`
                refused(await api.post('/contacts', { channel: 'phone' }, { key }), 'idempotency.date', `${shift} days`)
            }
        })
        for (const shift of [-30, -1, 0, 1]) {
            ok(await api.post('/contacts', { channel: 'phone' }, { key: `${day(today, shift)}-${rand()}` }), 201)
        }
        for (const length of [16, 48]) {
            ok(await api.post('/contacts', { channel: 'phone' }, { key: `${today}-${'aZ0_-9bY'.repeat(6).slice(0, length - 8)}${rand().slice(0, 8)}` }), 201)
        }
    })

    test('the same command again is the same answer, stored once', async () => {
        const api = await hutong.as('agt01')
        const key = api.key()
        const body = { channel: 'phone', number: '00000000001' }
        const first = ok(await api.post('/contacts', body, { key }), 201)
        await storesNothing(async () => {
            for (let round = 0; round < 3; round++) {
                assert.deepEqual(ok(await api.post('/contacts', body, { key }), 201), first)
            }
        })
    })

    test('ten at once are one', async () => {
        const api = await hutong.as('agt01')
        const key = api.key()
        const before = await api.health()
        const answers = await Promise.all(Array.from({ length: 10 }, () => api.post('/contacts', { channel: 'web' }, { key })))
        const ids = new Set(answers.map((answer) => ok(answer, 201).id))
        assert.equal(ids.size, 1)
        assert.equal((await api.health()).seq, before.seq + 1)
    })

    test('another body, path or command under the same key is refused', async () => {
        const api = await hutong.as('agt01')
        const key = api.key()
        const contact = ok(await api.post('/contacts', { channel: 'phone' }, { key }), 201)
        const other = await api.takeContact()
        await storesNothing(async () => {
            refused(await api.post('/contacts', { channel: 'web' }, { key }), 'idempotency.other_body')
            refused(await api.post(`/contacts/${contact.id}/close`, { reason: 'test' }, { key }), 'idempotency.other_body')
        })
        const closing = api.key()
        ok(await api.post(`/contacts/${contact.id}/close`, { reason: 'test' }, { key: closing }))
        await storesNothing(async () => {
            refused(await api.post(`/contacts/${other.id}/close`, { reason: 'test' }, { key: closing }), 'idempotency.other_body')
        })
    })

    test('keys of different accounts and different days do not meet', async () => {
        const [one, two] = [await hutong.as('agt01'), await hutong.as('agt02')]
        const key = one.key()
        const mine = ok(await one.post('/contacts', { channel: 'phone' }, { key }), 201)
        const theirs = ok(await two.post('/contacts', { channel: 'web' }, { key }), 201)
        assert.notEqual(mine.id, theirs.id)
        const yesterday = `${day(String(one.me.server_day), -1)}${key.slice(8)}`
        assert.notEqual(ok(await one.post('/contacts', { channel: 'phone' }, { key: yesterday }), 201).id, mine.id)
    })

    test('a refusal is not kept: the same key may be used again', async () => {
        const api = await hutong.as('agt01')
        const key = api.key()
        refused(await api.post(`/contacts/${someId()}/close`, { reason: 'test' }, { key }), 'contact.unknown')
        const contact = await api.takeContact()
        ok(await api.post(`/contacts/${contact.id}/close`, { reason: 'test' }, { key }))
    })

    test('answers outlive a kill of the server', async () => {
        const api = await hutong.fresh('agt02')
        const key = api.key()
        const first = ok(await api.post('/contacts', { channel: 'letter' }, { key }), 201)
        await hutong.server.kill()
        hutong.server = await Server.start(hutong.store)
        const again = new Api(hutong.server.url)
        again.cookies = api.cookies
        again.me = api.me
        assert.deepEqual(ok(await again.post('/contacts', { channel: 'letter' }, { key }), 201), first)
        refused(await again.post('/contacts', { channel: 'web' }, { key }), 'idempotency.other_body')
        again.close()
        // The other tests keep their sessions, at the new address.
        for (const client of hutong.clients) client.url = new URL(hutong.server.url)
    })
})

describe('If-Match', () => {
    test('is needed for a draft, and has one form', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        const put = (headers) => api.request('PUT', `/api/v1/contacts/${id}/draft`, { body: { content: {} }, headers })
        refused(await put({}), 'version.required')
        for (const value of ['0', '""', '"x"', '"-1"', 'W/"0"', '*', '"0", "1"', '"00000000000000000000"', '"4294967296"', '0"', '"0']) {
            const answer = await put({ 'if-match': value })
            assert.ok(
                ['version.required', 'request.malformed', 'draft.stale'].includes(answer.code),
                `If-Match: ${value} -> ${answer.status} ${answer.code}`,
            )
        }
        ok(await put({ 'if-match': '"0"' }))
    })
})

describe('a body that is not JSON', () => {
    const json = (name, body, code = 'json.invalid') =>
        test(name, () =>
            storesNothing(async (api) => {
                const answer = await api.post('/contacts', body)
                refused(answer, code, `${answer.status} ${answer.code} ${answer.text.slice(0, 200)}`)
            }),
        )
    const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)))

    for (const [name, body] of [
        ['nothing', ''],
        ['blanks', '  \n'],
        ['an open brace', '{'],
        ['a comma at the end', '{"channel":"phone",}'],
        ['single quotes', "{'channel':'phone'}"],
        ['no quotes', '{channel:"phone"}'],
        ['a comment', '{"channel":"phone"}/*x*/'],
        ['bytes after the end', '{"channel":"phone"} x'],
        ['a second value', '{"channel":"phone"}{"channel":"phone"}'],
        ['a NUL after the end', '{"channel":"phone"}\0'],
        ['a NUL before the end', '{"channel":"phone"\0}'],
        ['a NUL inside a string', '{"channel":"pho\0ne"}'],
        ['a line feed inside a string', '{"channel":"pho\nne"}'],
        ['NaN', '{"channel":NaN}'],
        ['a number with a leading zero', '{"channel":01}'],
        ['a number with a plus', '{"channel":+1}'],
        ['a lone high surrogate', '{"channel":"\\ud800"}'],
        ['a lone low surrogate', '{"channel":"\\udc00x"}'],
        ['a bad escape', '{"channel":"\\x41"}'],
        ['a short escape', '{"channel":"\\u12"}'],
        ['True', '{"channel":True}'],
        ['a byte order mark', '\ufeff{"channel":"phone"}'],
        ['the same member twice', '{"channel":"phone","channel":"web"}'],
        ['the same member twice, once escaped', '{"channel":"phone","ch\\u0061nnel":"web"}'],
    ]) {
        json(name, body)
    }
    json('a NUL after a number', bytes('{"channel":1\0}'))
    json('UTF-8 that ends early', bytes('{"channel":"', [0xe7, 0xab], '"}'))
    json('an overlong UTF-8 slash', bytes('{"channel":"', [0xc0, 0xaf], '"}'))
    json('a surrogate as UTF-8', bytes('{"channel":"', [0xed, 0xa0, 0x80], '"}'))
    json('beyond Unicode', bytes('{"channel":"', [0xf4, 0x90, 0x80, 0x80], '"}'))
    json('GBK', bytes('{"channel":"', [0xbb, 0xa4, 0xcd, 0xaf], '"}'))
    json('a lone continuation byte', bytes('{"channel":"', [0x80], '"}'))
    json('UTF-16', Buffer.from('{"channel":"phone"}', 'utf16le'))

    json('33 levels', `{"channel":${'['.repeat(32)}${']'.repeat(32)}}`, 'json.too_deep')
    json('100,000 levels', '['.repeat(100_000), 'json.too_deep')
    json('100,000 levels of objects', '{"a":'.repeat(40_000), 'json.too_deep')
    json('one byte too many', `{"channel":"${'x'.repeat(256 * 1024)}"}`, 'json.too_long')
    json('a megabyte', `{"channel":"${'x'.repeat(1 << 20)}"}`, 'json.too_long')

    test('many members, long strings and long numbers are refused quickly', () =>
        storesNothing(async (api) => {
            const many = `{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":0`).join()}}`
            const collide = `{${Array.from({ length: 20_000 }, (_, at) => `"${at.toString(36)}":0`).join()}}`
            for (const body of [many, collide, `{"channel":${'9'.repeat(200_000)}}`, `{"channel":1e${'9'.repeat(200)}}`, `{"channel":"${'\\u0041'.repeat(40_000)}"}`]) {
                let took = Infinity
                for (let round = 0; round < 3 && took >= 5000; round++) {
                    const started = performance.now()
                    const answer = await api.post('/contacts', body)
                    assert.ok(answer.status === 400 || answer.status === 422, `${answer.status}`)
                    took = Math.min(took, performance.now() - started)
                }
                // 50 ms is the aim for the server itself; here a sanitizer and other load stand in between,
                // and once in a while a machine that stands still.
                assert.ok(took < 5000, `${took} ms for ${body.length} bytes`)
            }
        }))
})

describe('a body that is JSON, but not what was agreed', () => {
    const wrong = (name, target, body, pointer, code) =>
        test(name, () =>
            storesNothing(async (api) => {
                const problem = refused(await api.post(target, body), 'field.invalid')
                assert.equal(problem.errors.length, 1)
                assert.equal(problem.errors[0].pointer, pointer)
                if (code) assert.equal(problem.errors[0].code, code)
                else assert.match(problem.errors[0].code, /^field\.[a-z_]+$/)
            }),
        )
    const base = { contact_id: someId(), matter: 'words', place_now: { unknown: true } }

    wrong('an unknown member', '/contacts', { channel: 'phone', colour: 'red' }, '/colour', 'field.unknown')
    wrong('__proto__', '/contacts', '{"channel":"phone","__proto__":{}}', '/__proto__', 'field.unknown')
    wrong('a member with a slash', '/contacts', '{"channel":"phone","a/b~c":1}', '/a~1b~0c', 'field.unknown')
    wrong('an unknown member further in', '/cases', { ...base, place_now: { unknown: true, colour: 1 } }, '/place_now/colour', 'field.unknown')
    wrong('an unknown member of a child', '/cases', { ...base, children: [{}, { hair: 1 }] }, '/children/1/hair', 'field.unknown')
    wrong('a missing member', '/contacts', {}, '/channel', 'field.missing')
    wrong('null for a needed member', '/contacts', { channel: null }, '/channel')
    wrong('only blanks for needed words', '/cases', { ...base, matter: ' \n\t\u3000' }, '/matter', 'field.missing')
    wrong('a missing place', '/cases', { contact_id: someId(), matter: 'words' }, '/place_now', 'field.missing')
    wrong('a number for a text', '/contacts', { channel: 1 }, '/channel')
    wrong('a text for a boolean', '/contacts', { channel: 'phone', number_withheld: 'yes' }, '/number_withheld')
    wrong('a value that is not listed', '/contacts', { channel: 'pigeon' }, '/channel')
    wrong('a listed value in capitals', '/contacts', { channel: 'PHONE' }, '/channel')
    wrong('letters in a number', '/contacts', { channel: 'phone', number: '12a' }, '/number')
    wrong('a number too long', '/contacts', { channel: 'phone', number: '1'.repeat(33) }, '/number')
    wrong('a time that is none', '/contacts', { channel: 'visit', occurred_at: '2026-02-30T00:00:00Z' }, '/occurred_at')
    wrong('a time without its zone', '/contacts', { channel: 'visit', occurred_at: '2026-02-20T00:00:00' }, '/occurred_at')
    wrong('an id in capitals', '/cases', { ...base, contact_id: 'A'.repeat(32) }, '/contact_id')
    wrong('an id too short', '/cases', { ...base, contact_id: 'a'.repeat(31) }, '/contact_id')
    wrong('words too long', '/cases', { ...base, matter: '字'.repeat(20_001) }, '/matter')
    wrong('nine children', '/cases', { ...base, children: Array.from({ length: 9 }, () => ({})) }, '/children')
    wrong('a child of 19', '/cases', { ...base, children: [{ age_years: 19 }] }, '/children/0/age_years')
    wrong('a child of -1', '/cases', { ...base, children: [{ age_years: -1 }] }, '/children/0/age_years')
    wrong('a child of 3.5', '/cases', { ...base, children: [{ age_years: 3.5 }] }, '/children/0/age_years')
    wrong('an array for an object', '/cases', { ...base, reporter: [] }, '/reporter')
    wrong('an object for an array', '/cases', { ...base, children: {} }, '/children')
    wrong('a place code of seven digits', '/cases', { ...base, place_now: { code: '1502221' } }, '/place_now/code')
    wrong('a place code with letters', '/cases', { ...base, place_now: { code: '15022a' } }, '/place_now/code')
    wrong('an enormous integer', '/cases', { ...base, draft_version: 99999999999 }, '/draft_version')

    test('a body that is no object', () =>
        storesNothing(async (api) => {
            for (const body of ['[]', '"phone"', '1', 'true', 'null']) {
                const answer = await api.post('/contacts', body)
                assert.ok(['field.invalid', 'json.invalid'].includes(answer.code), `${body}: ${answer.code}`)
            }
        }))

    test('NUL and other controls inside words are refused or gone, never kept', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        const answer = await api.post('/cases', `{"contact_id":"${id}","matter":"one\\u0000two\\u0007three","place_now":{"unknown":true}}`)
        if (answer.status === 201) {
            const file = ok(await api.get(`/cases/${answer.json.no}`))
            assert.doesNotMatch(file.matter, /[\0\x07]/)
        } else assert.ok(['field.invalid', 'json.invalid'].includes(answer.code), answer.code)
    })

    test('null means absent where a member may be absent', async () => {
        const api = await hutong.as('agt01')
        ok(await api.post('/contacts', { channel: 'phone', number: null, language: null }), 201)
    })
})

describe('Content-Type', () => {
    test('is application/json, nothing else', () =>
        storesNothing(async (api) => {
            for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', 'text/json', 'application', '', null]) {
                const answer = await api.post('/contacts', { channel: 'phone' }, { headers: { 'content-type': type } })
                refused(answer, 'request.media_type', `${type} -> ${answer.status} ${answer.code}`)
            }
        }))

    test('with its charset, and in any case', async () => {
        const api = await hutong.as('agt01')
        for (const type of ['application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON']) {
            ok(await api.post('/contacts', { channel: 'phone' }, { headers: { 'content-type': type } }), 201)
        }
    })
})

describe('the language of a problem', () => {
    test('is Chinese, or English when that is preferred', async () => {
        const stranger = hutong.stranger()
        for (const [header, language] of [
            ['zh-CN,zh;q=0.9,en;q=0.5', 'zh'],
            ['en-GB,en;q=0.8,zh;q=0.5', 'en'],
            ['en', 'en'],
            ['fr', 'zh'],
            [null, 'zh'],
            ['*', 'zh'],
            [',;q=', 'zh'],
        ]) {
            const answer = await stranger.get('/session', { headers: { 'accept-language': header } })
            assert.equal(answer.json.title, refusals['session.required'][language], `Accept-Language: ${header}`)
        }
    })
})
