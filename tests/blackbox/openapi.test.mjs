// The OpenAPI document, walked: of every operation one success, and one
// refusal for every code that it declares. What a test cannot bring about over
// HTTP alone is listed with its reason, and with the test that does it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { refusals } from '../lib/api.mjs'
import { cookieOf, upgradeRequest } from '../lib/frames.mjs'
import { exchange } from '../lib/raw.mjs'
import { COMMANDS, walk } from '../lib/path.mjs'
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
// Of another server than this one: clock.test.mjs.
const OTHER_SERVERS = ['get /demo/accounts', 'post /demo/session', 'post /test/clock']
const NOT_HERE = {
    'get /catalogue/{kind} right.denied': 'every role may read the catalogue',
    'get /duty right.denied': 'every role may read the catalogue',
    'post /cases/{no}/emergency right.denied': 'whoever sees a case may start its emergency',
    'post /cases/{no}/refusal-decision case.danger_set': 'what marks a danger ends the proposal; a second lock, tried in unit/model',
    'post /cases/{no}/void case.emergency_running': 'an emergency is dispatched at once in this city; unit/model',
    'get /territory right.denied': 'every role may read the territory',
    'get /units right.denied': 'every role may read the territory',
    ...Object.fromEntries(
        ['post /cases', 'get /cases/{no}', 'get /cases/{no}/timeline', 'get /contacts/{contact_id}', 'get /contacts/{contact_id}/draft', 'put /contacts/{contact_id}/draft', 'post /contacts/{contact_id}/close'].map((name) => [
            `${name} right.denied`,
            'who may not see the object is told that there is none; rights.test.mjs',
        ]),
    ),
}

// Each command on a case: who, after which walk; then, for every refusal of its
// own, what is different: the body, or who and after which walk.
const SENT = 'agt01:triage ldr01:dispatch'
const SUBMITTED = `${SENT} cty_dm:sign cty_dm:submit`
const CALLBACK = `${SUBMITTED} cty_dm2:pass ctr01:pass`
const AGAIN = 'cbk02:dissatisfied ctr02:redo cty_dm:sign cty_dm:submit cty_dm2:pass ctr01:pass'
const CLOSED = `${CALLBACK} cbk02:content cbk02:close`
const DANGER = { screen: { r1: 'yes' } }
const ON_CASES = {
    triage_case: ['agt01', '', {
        'refusal.pending': ['agt01', 'agt01:propose'],
        'category.unknown': { category: 'Z99' },
        'child_type.unknown': { child_types: ['ZZ9'] },
        'place.empty': { place_event: {} },
        'place.unknown_code': { place_event: { code: '110101' } },
        'triage.why_no_emergency': DANGER,
        'urgency.centre_only': ['agt01', 'agt01:emergency'],
    }],
    answer_case: ['agt01', '', {
        'refusal.pending': ['agt01', 'agt01:propose'],
        'case.danger_set': ['agt01', '', DANGER],
        'category.unknown': { category: 'Z99' },
        'unit.unknown': { transferred_to: 'nobody' },
    }],
    propose_refusal: ['agt01', '', { 'refusal.pending': ['agt01', 'agt01:propose'], 'case.danger_set': ['agt01', '', DANGER] }],
    decide_refusal: ['ldr01', 'agt01:propose', { 'case.same_person': ['ldr01', 'ldr01:propose'], 'refusal.not_proposed': ['ldr01', ''] }],
    void_case: ['ldr01', '', {}],
    dispatch_case: ['ldr01', 'agt01:triage', {
        'dispatch.reason_required': { lead: 'ca_gy' },
        'dispatch.nobody_signs': { lead: 'prv_test', text: 'by hand' },
        'unit.unknown': { lead: 'nobody' },
        'unit.twice': { receivers: [{ unit: 'police' }, { unit: 'police' }] },
    }],
    sign_case: ['cty_dm', SENT, { 'handler.unknown': { handler: 'cty_gy' }, 'case.wrong_state': ['cty_dm', SUBMITTED] }],
    record_first_contact: ['cty_dm', `${SENT} cty_dm:sign`, {
        'contact.made_already': ['cty_dm', `${SENT} cty_dm:sign cty_dm:contact`],
        'case.wrong_state': ['cty_dm', SUBMITTED],
    }],
    submit_result: ['cty_dm', `${SENT} cty_dm:sign`, { 'result.safety_words': { child_safety: 'hazard' }, 'case.wrong_state': ['cty_dm', SUBMITTED] }],
    review_result: ['cty_dm2', SUBMITTED, {
        'case.same_person': ['cty_dm', SUBMITTED],
        'review.centre_only': ['cty_dm2', `${SUBMITTED} ctr01:pass`],
        'review.defects_missing': { passed: false },
    }],
    record_callback: ['cbk01', CALLBACK, {
        'case.same_person': ['ctr01', CALLBACK],
        'callback.incomplete': { satisfaction: undefined },
        'callback.done_already': ['cbk01', `${CALLBACK} cbk02:content`],
    }],
    decide_redo: ['ctr02', `${CALLBACK} cbk02:dissatisfied`, {
        'case.same_person': ['ctr02', `${CALLBACK} ctr02:dissatisfied`],
        'redo.not_proposed': ['ctr02', CALLBACK],
        'redo.exhausted': ['ctr02', `${CALLBACK} ${AGAIN} ${AGAIN} cbk02:dissatisfied`],
    }],
    close_case: ['cbk01', `${CALLBACK} cbk02:content`, {
        'case.same_person': ['ctr01', 'agt01:triage=B01 ldr01:dispatch=protect_centre ctr01:sign ctr01:submit ctr02:pass cbk01:content'],
        'callback.not_done': ['cbk01', CALLBACK],
        'case.emergency_running': ['cbk01', `${CALLBACK} cbk02:content agt01:emergency`],
    }],
    check_archive: ['ctr03', CLOSED, { 'case.same_person': ['ctr01', CLOSED], 'archive.incomplete': { items: ['registration'] } }],
    archive_case: ['ctr03', `${CLOSED} ctr03:check`, { 'case.same_person': ['ctr01', `${CLOSED} ctr03:check`] }],
    supplement_case: ['ctr03', `${CLOSED} ctr03:check ctr03:archive`, {}],
    add_note: ['agt01', '', { 'case.wrong_state': ['agt01', `${CLOSED} ctr03:check ctr03:archive`] }],
    change_urgency: ['ldr01', 'agt01:triage', { 'urgency.same': { urgency: 'general' }, 'urgency.centre_only': ['ldr01', 'agt01:emergency'] }],
    start_emergency: ['agt01', '', { 'emergency.running': ['agt01', 'agt01:emergency'] }],
    mark_ladder: ['agt01', 'agt01:emergency', {
        'emergency.not_running': ['agt01', ''],
        'ladder.help_first': { step: 'L3', target: 'county' },
        'ladder.outcome': { outcome: 'arrived' },
    }],
    stand_down: ['ctr01', 'agt01:emergency cty_dm:sign agt01:help agt01:safe', {
        'emergency.not_running': ['ctr01', ''],
        'emergency.child_not_safe': ['ctr01', 'agt01:emergency'],
    }],
}
const NAMED = Object.fromEntries(Object.entries(COMMANDS).map(([command, [path]]) => [`post /cases/{no}/${path}`, command]))
const onCase = async (command, login, said, form) => {
    const subject = await walk(hutong.as, said, form)
    const [path, wants, body] = COMMANDS[command]
    return {
        api: await hutong.as(login), target: `/cases/${subject.no}/${path}`, body, key: true,
        ...(wants ? { ifMatch: subject.row?.version ?? subject.version } : {}),
    }
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
    ...Object.fromEntries(
        Object.entries(NAMED).map(([name, command]) => [name, () => onCase(command, ON_CASES[command][0], ON_CASES[command][1])]),
    ),
    'post /emergencies': async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        return { api, target: '/emergencies', body: { contact_id: id, matter: 'a child is beaten', place_now: { code: '150223104' } }, key: true }
    },
    'get /work': async () => ({ api: await hutong.as('agt01'), target: '/work' }),
    'get /duty': async () => ({ api: await hutong.as('agt01'), target: '/duty?place=150223104' }),
    'get /catalogue/{kind}': async () => ({ api: await hutong.as('agt01'), target: '/catalogue/deadlines' }),
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
const withQuery = (query) => async (operation, good) => send(operation, { ...good, target: `${good.target}${good.target.includes('?') ? '&' : '?'}${query}` })
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
    // An emergency without a call is about no object yet.
    'right.denied': async (operation, good) => {
        if (operation === 'post /emergencies') good.body.contact_id = undefined
        return asAccount(NAMED[operation] ? 'ptr_wf' : 'adm01')(operation, good)
    },
    'field.invalid': async (operation, good) =>
        good.body ? withBody((body) => ({ ...body, colour: 'red' }))(operation, good) : withQuery('colour=red')(operation, good),
    'cursor.bad': withQuery(`cursor=${'A'.repeat(24)}`),
    'case.unknown': async (operation, good) => send(operation, { ...good, target: good.target.replace(/12349-\d+-\d+/, `12349-${good.api.me.server_day}-9999`) }),
    'contact.unknown': async (operation, good) =>
        ['post /cases', 'post /emergencies'].includes(operation)
            ? withBody((body) => ({ ...body, contact_id: someId() }))(operation, good)
            : send(operation, { ...good, target: good.target.replace(/[0-9a-f]{32}/, someId()) }),
    'contact.not_open': async (operation, good) => {
        const id = good.body.contact_id ?? /[0-9a-f]{32}/.exec(good.target)[0]
        await good.api.post(`/contacts/${id}/close`, { reason: 'test' })
        return send(operation, good)
    },
    'catalogue.unknown': async (operation, good) => send(operation, { ...good, target: '/catalogue/weather' }),
    'version.stale': withHeaders({ 'if-match': '"99999"' }),
    'case.wrong_state': async (operation) => send(operation, await onCase(NAMED[operation], ON_CASES[NAMED[operation]][0], 'ldr01:void')),
    'draft.stale': withHeaders({ 'if-match': '"7"' }),
    'version.required': withHeaders({ 'if-match': null }),
    'idempotency.required': withHeaders({ 'idempotency-key': null }),
    'idempotency.malformed': withHeaders({ 'idempotency-key': 'short' }),
    'idempotency.date': withHeaders({ 'idempotency-key': `20200101-${'a'.repeat(20)}` }),
    'idempotency.other_body': async (operation, good) => {
        const headers = { 'idempotency-key': good.api.key() }
        assert.ok((await send(operation, { ...good, headers })).status < 300)
        const changes = {
            'post /contacts': { channel: 'web' },
            'post /contacts/{contact_id}/close': { reason: 'silent' },
            'post /cases': { matter: 'other words' },
            'post /emergencies': { matter: 'other words' },
            'post /cases/{no}/refusal': { told: 'other words' },
            'post /cases/{no}/result': { facts: 'other words' },
        }
        const other = { ...good.body, ...(changes[operation] ?? { text: 'other words' }) }
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

/** How an operation is brought to refuse by a code: its own way, or the usual one. */
function causeOf(name, code) {
    const own = ON_CASES[NAMED[name]]?.[2][code]
    if (Array.isArray(own)) return async () => send(name, await onCase(NAMED[name], ...own))
    return own ? withBody((body) => ({ ...body, ...own })) : CAUSES[code]
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
        const names = (await operations()).map(({ name }) => name).filter((name) => name !== 'get /live' && !OTHER_SERVERS.includes(name))
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
                    const cause = causeOf(name, code)
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
