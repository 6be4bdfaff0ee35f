// The OpenAPI document, walked: of every operation one success, and one
// refusal for every code that it declares. What a test cannot bring about over
// HTTP alone is listed with its reason, and with the test that does it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { refusals } from '../lib/api.mjs'
import { cookieOf, upgradeRequest } from '../lib/frames.mjs'
import { exchange } from '../lib/raw.mjs'
import { must } from '../lib/server.mjs'
import { BASE, Contract, shared, someId } from './setup.mjs'

const hutong = shared()

const ELSEWHERE = {
    'server.busy': 'needs thousands of waiting commands; queues are filled in the unit tests of core/',
    'server.stopping': 'the moment between the signal and the closed port; net/ has a unit test',
    'server.failed': 'an error of the machine; no request brings it about',
    'command.quarantined': 'needs two crashes by one command; unit tests of core/',
    'server.full': 'full.test.mjs, on a disk that is full',
    'trail.unavailable': 'full.test.mjs, on a disk that is full',
}
const NOT_HERE = {
    'get /territory right.denied': 'every role may read the territory',
    'get /units right.denied': 'every role may read the territory',
    ...Object.fromEntries(
        ['post /cases', 'get /cases/{no}', 'get /cases/{no}/timeline', 'get /contacts/{contact_id}', 'get /contacts/{contact_id}/draft', 'put /contacts/{contact_id}/draft', 'post /contacts/{contact_id}/close'].map((name) => [
            `${name} right.denied`,
            'who may not see the object is told that there is none; rights.test.mjs',
        ]),
    ),
}

// A request to each operation that would succeed. `body` and `headers` are
// what the distortions below work on.
const GOOD = {
    'get /cases': async () => ({ api: await hutong.as('agt01'), target: '/cases' }),
    'post /cases': async () => {
        const api = await hutong.fresh('agt01')
        const { id } = await api.takeContact()
        return { api, target: '/cases', body: { contact_id: id, matter: 'words', place_now: { unknown: true } }, key: true }
    },
    'get /cases/{no}': async () => {
        const api = await hutong.as('agt01')
        return { api, target: `/cases/${(await api.register()).no}` }
    },
    'post /cases/{no}/note': async () => {
        const api = await hutong.as('agt01')
        const { no } = await api.register({ place_now: { code: '150223104' } })
        return { api, target: `/cases/${no}/note`, body: { text: 'a note' }, key: true }
    },
    'get /cases/{no}/timeline': async () => {
        const api = await hutong.as('agt01')
        return { api, target: `/cases/${(await api.register()).no}/timeline` }
    },
    'get /contacts': async () => ({ api: await hutong.as('agt01'), target: '/contacts' }),
    'post /contacts': async () => ({ api: await hutong.as('agt01'), target: '/contacts', body: { channel: 'phone' }, key: true }),
    'get /contacts/{contact_id}': async () => {
        const api = await hutong.as('agt01')
        return { api, target: `/contacts/${(await api.takeContact()).id}` }
    },
    'post /contacts/{contact_id}/close': async () => {
        const api = await hutong.as('agt01')
        return { api, target: `/contacts/${(await api.takeContact()).id}/close`, body: { reason: 'test' }, key: true }
    },
    'get /contacts/{contact_id}/draft': async () => {
        const api = await hutong.as('agt01')
        return { api, target: `/contacts/${(await api.takeContact()).id}/draft` }
    },
    'put /contacts/{contact_id}/draft': async () => {
        const api = await hutong.as('agt01')
        return { api, target: `/contacts/${(await api.takeContact()).id}/draft`, body: { content: {} }, ifMatch: 0 }
    },
    'post /enrolment': async () => {
        const login = `new${randomBytes(4).toString('hex')}`
        const printed = must(['user', 'add', ...hutong.store.args, '--login', login, '--role', 'R-AGT', '--unit', 'service_centre', '--name', '甲测试'])
        const token = /#([A-Za-z0-9_-]{20,80})/.exec(printed)?.[1] ?? printed.trim().split(/\s/).at(-1)
        return { api: hutong.stranger(), target: '/enrolment', body: { token, password: randomBytes(12).toString('hex') }, open: true }
    },
    'get /openapi.json': async () => ({ api: hutong.stranger(), target: '/openapi.json', open: true }),
    'delete /session': async () => ({ api: await hutong.fresh('agt01'), target: '/session' }),
    'get /session': async () => ({ api: await hutong.as('agt01'), target: '/session' }),
    'post /session': async () => ({ api: hutong.stranger(), target: '/session', body: { login: 'agt01', password: hutong.store.password }, open: true }),
    'get /territory': async () => ({ api: await hutong.as('agt01'), target: '/territory' }),
    'get /units': async () => ({ api: await hutong.as('agt01'), target: '/units' }),
}

async function send(operation, request) {
    const method = operation.split(' ')[0].toUpperCase()
    const { api, target, body, key, ifMatch, headers = {} } = request
    const sent = { ...headers }
    if (key === true && sent['idempotency-key'] === undefined) sent['idempotency-key'] = `${api.me?.server_day ?? request.day}-${randomBytes(16).toString('base64url')}`
    if (ifMatch !== undefined && sent['if-match'] === undefined) sent['if-match'] = `"${ifMatch}"`
    return api.request(method, `${BASE}${target}`, { body, headers: sent })
}

let address = 1
const elsewhere = () => hutong.stranger({ localAddress: `127.0.10.${address++}` })
const withHeaders = (headers) => async (operation, good) => send(operation, { ...good, headers: { ...good.headers, ...headers } })
const withBody = (change) => async (operation, good) => send(operation, { ...good, body: typeof change === 'function' ? change(good.body) : change })
const withQuery = (query) => async (operation, good) => send(operation, { ...good, target: `${good.target}?${query}` })
const asAccount = (login) => async (operation, good) => send(operation, { ...good, api: await hutong.as(login) })

/** The answer to a request that no client would send. */
async function raw(operation, good, lines) {
    const method = operation.split(' ')[0].toUpperCase()
    const { host } = new URL(hutong.server.url)
    const { answers } = await exchange(
        hutong.server.url,
        `${method} ${BASE}${good.target} HTTP/1.1\r\nHost: ${host}\r\nAccept-Language: en\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n{}{}`,
    )
    assert.equal(answers.length, 1)
    const [answer] = answers
    const json = JSON.parse(Buffer.from(answer.body, 'latin1').toString('utf8'))
    return { ...answer, method, target: `${BASE}${good.target}`, json, code: json.code, text: answer.body, bytes: Buffer.from(answer.body) }
}

// How each code is brought about.
const CAUSES = {
    'request.malformed': (operation, good) => raw(operation, good, ['Content-Length: 2', 'Content-Length: 4']),
    'json.invalid': withBody('{'),
    'json.too_deep': withBody('['.repeat(100)),
    'json.too_long': withBody(`{"x":"${'x'.repeat(300_000)}"}`),
    'request.media_type': withHeaders({ 'content-type': 'text/plain' }),
    'origin.refused': withHeaders({ origin: 'http://evil.example' }),
    'header.missing': withHeaders({ 'x-hutong': null }),
    'session.required': async (operation, good) => send(operation, { ...good, api: hutong.stranger(), day: good.api.me.server_day }),
    'session.expired': async (operation, good) => {
        const gone = await hutong.fresh('agt01')
        const cookies = new Map(gone.cookies)
        await gone.signOut()
        gone.cookies = cookies
        return send(operation, { ...good, api: gone })
    },
    // A note needs a reader who may see the case and may not write.
    'right.denied': async (operation, good) => asAccount(operation.endsWith('/note') ? 'ptr_wf' : 'adm01')(operation, good),
    'field.invalid': async (operation, good) =>
        good.body ? withBody((body) => ({ ...body, colour: 'red' }))(operation, good) : withQuery('colour=red')(operation, good),
    'cursor.bad': withQuery(`cursor=${'A'.repeat(24)}`),
    'case.unknown': async (operation, good) => send(operation, { ...good, target: good.target.replace(/12349-\d+-\d+/, `12349-${good.api.me.server_day}-9999`) }),
    'contact.unknown': async (operation, good) =>
        operation === 'post /cases'
            ? withBody((body) => ({ ...body, contact_id: someId() }))(operation, good)
            : send(operation, { ...good, target: good.target.replace(/[0-9a-f]{32}/, someId()) }),
    'contact.not_open': async (operation, good) => {
        const id = good.body.contact_id ?? /[0-9a-f]{32}/.exec(good.target)[0]
        await good.api.post(`/contacts/${id}/close`, { reason: 'test' })
        return send(operation, good)
    },
    'draft.stale': withHeaders({ 'if-match': '"7"' }),
    'version.required': withHeaders({ 'if-match': null }),
    'idempotency.required': withHeaders({ 'idempotency-key': null }),
    'idempotency.malformed': withHeaders({ 'idempotency-key': 'short' }),
    'idempotency.date': withHeaders({ 'idempotency-key': `20200101-${'a'.repeat(20)}` }),
    'idempotency.other_body': async (operation, good) => {
        const headers = { 'idempotency-key': good.api.key() }
        assert.ok((await send(operation, { ...good, headers })).status < 300)
        const other = { 'post /contacts': { channel: 'web' }, 'post /cases/{no}/note': { text: 'another' } }[operation] ?? { ...good.body, reason: 'silent' }
        if (operation === 'post /cases') other.matter = 'other words'
        if (operation === 'post /cases') delete other.reason
        return send(operation, { ...good, body: other, headers })
    },
    'place.empty': withBody((body) => ({ ...body, place_now: {} })),
    'place.unknown_code': withBody((body) => ({ ...body, place_now: { code: '110101' } })),
    'session.wrong': async (operation, good) => send(operation, { ...good, api: elsewhere(), body: { ...good.body, password: 'wrong' } }),
    'session.slow_down': async (operation, good) => {
        const api = elsewhere()
        const wrong = operation === 'post /session' ? { login: 'nobody', password: 'wrong' } : { token: 'A'.repeat(43), password: 'long enough it is' }
        for (let round = 0; round < 60; round++) {
            const answer = await send(operation, { ...good, api, body: wrong })
            if (answer.status === 429) {
                assert.ok(Number(answer.headers['retry-after']) >= 1)
                return answer
            }
        }
        return assert.fail('sixty failures were not slowed down')
    },
    'enrolment.unknown': async (operation, good) => send(operation, { ...good, api: elsewhere(), body: { ...good.body, token: 'A'.repeat(43) } }),
    'password.too_weak': withBody((body) => ({ ...body, password: 'short' })),
}

// The live topic is no plain request: its own small walk.
async function upgrade(query, { login = 'ldr01', headers } = {}) {
    const cookie = login ? cookieOf(await hutong.as(login)) : undefined
    const { answers } = await exchange(hutong.server.url, upgradeRequest(hutong.server.url, `${BASE}/live${query}`, { cookie, headers }), {
        enough: (found) => found[0]?.status,
    })
    const { body, status } = answers[0]
    return { status, code: body ? JSON.parse(Buffer.from(body, 'latin1').toString('utf8')).code : undefined }
}
const LIVE = {
    'live.topic': () => upgrade('?topic=nothing'),
    'request.malformed': () => upgrade('?topic=board', { headers: { Host: 'two hosts' } }),
    'session.required': () => upgrade('?topic=board', { login: null }),
    'session.expired': async () => {
        const gone = await hutong.fresh('ldr01')
        const cookie = cookieOf(gone)
        await gone.signOut()
        return upgrade('?topic=board', { login: null, headers: { Cookie: cookie } })
    },
    'origin.refused': () => upgrade('?topic=board', { headers: { Origin: 'http://evil.example' } }),
    'right.denied': () => upgrade('?topic=board', { login: 'adm01' }),
}

const document = async () => (await Contract.of(hutong.server)).document
const operations = async () =>
    Object.entries((await document()).paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    )

describe('the document', () => {
    test('is OpenAPI 3.1 and whole: every reference leads somewhere', async () => {
        const doc = await document()
        assert.match(doc.openapi, /^3\.1\./)
        const contract = new Contract(doc)
        const walk = (node, where) => {
            if (Array.isArray(node)) return node.forEach((item, at) => walk(item, `${where}/${at}`))
            if (!node || typeof node !== 'object') return
            if (typeof node.$ref === 'string') assert.ok(contract.at(node.$ref), `${where}: ${node.$ref} leads nowhere`)
            for (const [name, child] of Object.entries(node)) walk(child, `${where}/${name}`)
        }
        walk(doc, '#')
    })

    test('knows the operations that this test knows, and no others', async () => {
        const names = (await operations()).map(({ name }) => name).filter((name) => name !== 'get /live')
        assert.deepEqual(names.sort(), Object.keys(GOOD).sort())
    })

    test('declares codes of schema/refusal.json under their status', async () => {
        for (const { name, operation } of await operations()) {
            for (const [status, response] of Object.entries(operation.responses)) {
                for (const code of response['x-codes'] ?? []) {
                    assert.equal(refusals[code]?.status, Number(status), `${name} ${code}`)
                }
            }
        }
    })

    test('names for every unsafe operation what it asks for', async () => {
        for (const { name, operation } of await operations()) {
            if (/^get /.test(name)) continue
            const declared = Object.values(operation.responses).flatMap((response) => response['x-codes'] ?? [])
            assert.ok(declared.includes('header.missing') && declared.includes('origin.refused'), name)
            assert.ok(!operation.requestBody || declared.includes('json.invalid'), name)
        }
    })
})

for (const [name, make] of Object.entries(GOOD)) {
    describe(name, () => {
        test('succeeds as declared', async () => {
            const { operation } = (await operations()).find((one) => one.name === name)
            const success = Object.keys(operation.responses).find((status) => Number(status) < 300)
            const answer = await send(name, await make())
            assert.equal(String(answer.status), success, answer.text.slice(0, 300))
        })

        test('refuses by every code that it declares', async () => {
            const { operation } = (await operations()).find((one) => one.name === name)
            const problems = []
            for (const [status, response] of Object.entries(operation.responses)) {
                for (const code of response['x-codes'] ?? []) {
                    if (ELSEWHERE[code] || NOT_HERE[`${name} ${code}`]) continue
                    const cause = CAUSES[code]
                    if (!cause) {
                        problems.push(`${code}: no test knows how to bring it about`)
                        continue
                    }
                    try {
                        const answer = await cause(name, await make())
                        if (answer.code !== code || String(answer.status) !== status) {
                            problems.push(`${code}: got ${answer.status} ${answer.code ?? answer.text?.slice(0, 80)}`)
                        }
                    } catch (problem) {
                        problems.push(`${code}: ${problem.message}`)
                    }
                }
            }
            assert.deepEqual(problems, [])
        })
    })
}

describe('get /live', () => {
    test('upgrades', async () => {
        assert.equal((await upgrade('?topic=board')).status, 101)
    })

    test('refuses by every code that it declares', async () => {
        const { operation } = (await operations()).find((one) => one.name === 'get /live')
        for (const [status, response] of Object.entries(operation.responses)) {
            for (const code of response['x-codes'] ?? []) {
                if (ELSEWHERE[code]) continue
                assert.ok(LIVE[code], `${code}: no test knows how to bring it about`)
                const answer = await LIVE[code]()
                assert.equal(`${answer.status} ${answer.code}`, `${status} ${code}`)
            }
        }
    })

    test('declares what it refuses by', async () => {
        const { operation } = (await operations()).find((one) => one.name === 'get /live')
        const declared = Object.values(operation.responses).flatMap((response) => response['x-codes'] ?? [])
        for (const [expected, cause] of Object.entries(LIVE)) {
            const answer = await cause()
            assert.equal(answer.code, expected)
            assert.ok(declared.includes(answer.code), `${answer.code} is not declared`)
        }
    })
})
