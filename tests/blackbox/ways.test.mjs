// The other ways of a case: answered, refused, void, sent back, done again, in
// danger; what each answer says, what a stale page and a repeated request get,
// and what a unit is shown of a case that it was given a part of.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { COMMANDS, GACHA, act, read, send, step, walk } from '../lib/path.mjs'
import { ok, refused, shared } from './setup.mjs'

const hutong = shared()
const { as } = hutong
const SENT = 'agt01:triage ldr01:dispatch'
const SUBMITTED = `${SENT} cty_dm:sign cty_dm:submit`
const CALLBACK = `${SUBMITTED} cty_dm2:pass ctr01:pass`
const AGAIN = 'cbk02:dissatisfied ctr02:redo cty_dm:sign cty_dm:submit cty_dm2:pass ctr01:pass'

/** What a row says of where a case stands. */
const stands = ({ state, stage, unit }) => [state, stage, unit]
const running = (file) => (file.clocks ?? []).map(({ clock }) => clock).sort()
const minutes = (clock) => (new Date(clock.due_at) - new Date(clock.started_at)) / 60_000
const clock = (file, name) => file.clocks.find((one) => one.clock === name)

describe('the short ways', () => {
    test('answered on the spot: it closes by itself', async () => {
        const subject = await walk(as, 'agt01:answer')
        assert.deepEqual(stands(subject.row), ['ANSWERED', 'close', 'service_centre'])
        assert.equal(subject.row.category, 'A01')
        const file = await read(await as('ldr01'), subject)
        assert.deepEqual(running(file), ['auto_close'])
        assert.equal(file.next, undefined)
    })

    test('refused: proposed by one, confirmed by another, told who', async () => {
        const subject = await walk(as, 'agt01:propose')
        assert.deepEqual(stands(subject.row), ['TRIAGE', 'register', 'service_centre'])
        assert.equal(subject.row.refusal_proposed, true)
        const file = await read(await as('ldr01'), subject)
        assert.deepEqual([file.next.act, file.next.mine], ['decide_refusal', true])
        assert.deepEqual(running(file), ['confirm_refusal', 'dispatch'])
        await step(as, subject, 'ldr01:confirm')
        assert.deepEqual(stands(subject.row), ['REFUSED', 'archive', 'service_centre'])
        assert.deepEqual(running(await read(await as('ldr01'), subject)), ['auto_close'])
    })

    test('declined: it is what it was, and may be proposed again', async () => {
        const subject = await walk(as, 'agt01:propose ldr01:decline')
        assert.equal(subject.row.state, 'TRIAGE')
        assert.equal(subject.row.refusal_proposed ?? false, false)
        assert.deepEqual(running(await read(await as('ldr01'), subject)), ['dispatch'])
        await step(as, subject, 'agt01:propose')
        await step(as, subject, 'ldr01:confirm')
        assert.equal(subject.row.state, 'REFUSED')
    })

    test('void: kept, out of everybody’s work', async () => {
        const subject = await walk(as, 'ldr01:void')
        assert.deepEqual(stands(subject.row), ['VOID', 'archive', 'service_centre'])
        assert.deepEqual(running(await read(await as('agt01'), subject)), [])
        for (const login of ['agt01', 'ldr01']) {
            assert.ok(!ok(await (await as(login)).get('/work?limit=200')).rows.some((row) => row.no === subject.no), login)
        }
    })
})

describe('once more', () => {
    test('sent back by a review: signed for anew, reviewed anew', async () => {
        const subject = await walk(as, `${SUBMITTED} cty_dm2:return`)
        assert.deepEqual(stands(subject.row), ['REDO', 'handle', 'ca_dm'])
        assert.deepEqual(running(await read(await as('cty_dm'), subject)), ['redo'])
        await step(as, subject, 'cty_dm:sign')
        assert.equal(subject.row.state, 'IN_PROGRESS')
        await step(as, subject, 'cty_dm:submit')
        const file = await read(await as('ctr01'), subject)
        assert.deepEqual([file.row.state, file.row.review_step, file.review_steps], ['SUBMITTED', 1, 2])
        assert.deepEqual(running(file), ['review'])
    })

    test('not content: twice, and the third time is the meeting’s', async () => {
        const subject = await walk(as, `${CALLBACK} cbk02:dissatisfied`)
        const proposed = await read(await as('ctr02'), subject)
        assert.deepEqual([proposed.row.state, proposed.callback_state, proposed.row.unit, proposed.next.act], ['CALLBACK', 'redo_proposed', 'protect_centre', 'decide_redo'])
        await step(as, subject, 'ctr02:redo')
        assert.deepEqual([...stands(subject.row), subject.row.redo_count], ['REDO', 'handle', 'ca_dm', 1])
        for (const one of ['cty_dm:sign', 'cty_dm:submit', 'cty_dm2:pass', 'ctr01:pass']) await step(as, subject, one)
        for (const one of AGAIN.split(' ')) await step(as, subject, one)
        assert.equal(subject.row.redo_count, 2)
        await step(as, subject, 'cbk02:dissatisfied')
        refused(await send(await as('ctr02'), 'decide_redo', subject), 'redo.exhausted')
        await step(as, subject, 'ctr02:enough')
        await step(as, subject, 'cbk02:close')
        assert.equal(subject.row.state, 'CLOSED')
    })

    test('not reached is not content: three attempts on two days, or a verification', async () => {
        const subject = await walk(as, CALLBACK)
        const agent = await as('cbk01')
        for (let attempt = 1; attempt <= 3; attempt++) {
            await act(agent, 'record_callback', subject, { outcome: 'no_answer' })
            const file = await read(agent, subject)
            assert.deepEqual([file.callback_state, file.callback_attempts], ['tried', attempt])
            refused(await send(agent, 'close_case', subject), 'callback.not_done', `after ${attempt} on one day`)
        }
        refused(await send(agent, 'record_callback', subject, { outcome: 'no_answer', satisfaction: 'satisfied' }), 'field.invalid')
        await act(agent, 'record_callback', subject, { outcome: 'verified', text: 'the school says so' })
        await step(as, subject, 'cbk01:close')
        assert.equal(subject.row.state, 'CLOSED')
    })
})

describe('danger', () => {
    test('the red key: a place and words, nothing else', async () => {
        const agent = await as('agt01')
        const answer = await agent.post('/emergencies', { matter: 'a child is beaten', place_now: { code: GACHA } })
        const subject = ok(answer, 201)
        assert.match(subject.query_code, /^\d{6}$/)
        const file = await read(agent, subject)
        assert.deepEqual([...stands(file.row), file.row.urgency, file.row.ladder_state], ['DISPATCHED', 'handle', 'ca_dm', 'most_urgent', 'running'])
        assert.deepEqual(running(file), ['handle', 'sign'])
        assert.equal(minutes(clock(file, 'sign')), 10)
        assert.equal(minutes(clock(file, 'handle')), 24 * 60)
        assert.deepEqual(file.parties.map(({ unit, informed_only }) => [unit, informed_only]), [['protect_centre', true], ['bureau', true]])
        for (const login of ['cty_dm', 'ctr01', 'bur01', 'twn_blm']) await read(await as(login), subject)
        // A village is told what concerns it by those who call it: it reads what it was given.
        refused(await (await as('vil_a')).get(`/cases/${subject.no}`), 'case.unknown')
    })

    test('without a known place it is the centre’s', async () => {
        const agent = await as('agt01')
        const subject = ok(await agent.post('/emergencies', { matter: 'a child cries', place_now: { unknown: true } }), 201)
        assert.equal((await read(agent, subject)).row.lead_unit, 'protect_centre')
    })

    test('what calls for an emergency needs words; nothing else is asked', async () => {
        const subject = await walk(as, '', { screen: { r1: 'yes' } })
        const agent = await as('agt01')
        refused(await send(agent, 'triage_case', subject), 'triage.why_no_emergency')
        await act(agent, 'triage_case', subject, { ...COMMANDS.triage_case[2], why_no_emergency: 'police are there' })
        assert.deepEqual([subject.row.state, subject.row.danger], ['TO_DISPATCH', true])
    })

    test('an urgent case goes by itself where one unit only is named', async () => {
        const subject = await walk(as, 'agt01:urgent')
        assert.deepEqual([...stands(subject.row), subject.row.lead_unit], ['DISPATCHED', 'handle', 'ca_dm', 'ca_dm'])
        const file = await read(await as('cty_dm'), subject)
        assert.equal(minutes(clock(file, 'sign')), 30)
        assert.deepEqual(file.parties.filter((one) => !one.informed_only).map((one) => one.unit), ['police', 'health', 'women'])
    })

    test('a changed urgency counts anew from the old start', async () => {
        const subject = await walk(as, SENT)
        const before = await read(await as('ctr01'), subject)
        await step(as, subject, 'ldr01:urgency=urgent')
        const after = await read(await as('ctr01'), subject)
        assert.equal(after.row.urgency, 'urgent')
        for (const name of ['sign', 'handle']) {
            assert.equal(clock(after, name).started_at, clock(before, name).started_at, name)
        }
        assert.equal(minutes(clock(after, 'sign')), 30)
        assert.equal(minutes(clock(after, 'handle')), 24 * 60)
        refused(await send(await as('ldr01'), 'change_urgency', subject), 'urgency.same')
        await step(as, subject, 'ldr01:urgency=general') // no danger: the leader may
        await step(as, subject, 'agt01:emergency')
        refused(await send(await as('ldr01'), 'change_urgency', subject), 'urgency.centre_only')
        await step(as, subject, 'ctr01:urgency=urgent')
        assert.equal(subject.row.urgency, 'urgent')
    })
})

describe('a stale page', () => {
    test('is told the newer version; a note between makes none stale', async () => {
        const subject = await walk(as, 'agt01:triage')
        const old = subject.row.version
        await act(await as('agt01'), 'add_note', subject, { text: 'a note' })
        const noted = (await read(await as('ldr01'), subject)).row.version
        assert.ok(noted > old)
        await act(await as('ldr01'), 'dispatch_case', subject, undefined, { version: old })
        const stale = await send(await as('cty_dm'), 'sign_case', subject, undefined, { version: old })
        assert.equal(refused(stale, 'version.stale').version, subject.row.version)
        assert.equal((await read(await as('cty_dm'), subject)).row.state, 'DISPATCHED')
        const file = await (await as('cty_dm')).get(`/cases/${subject.no}`)
        assert.equal(file.headers.etag, `"${subject.row.version}"`)
    })
})

describe('a repeated request', () => {
    // One of each command, each sent twice under one key, on the way to the archive.
    const WAY = [
        ['agt01', 'propose_refusal'], ['ldr01', 'decide_refusal', { confirmed: false }], ['agt01', 'triage_case'], ['ldr01', 'change_urgency'],
        ['ldr01', 'dispatch_case'], ['cty_dm', 'sign_case'], ['agt01', 'start_emergency'], ['agt01', 'mark_ladder', { step: 'L1', outcome: 'answered' }],
        ['cty_dm', 'mark_ladder', { step: 'L7', outcome: 'safe' }], ['ctr01', 'stand_down'], ['cty_dm', 'record_first_contact'],
        ['cty_dm', 'submit_result'], ['cty_dm2', 'review_result'], ['ctr01', 'review_result'],
        ['cbk01', 'record_callback', { outcome: 'connected', handled: 'yes', solved: 'no', satisfaction: 'dissatisfied', reason: 'no' }],
        ['ctr02', 'decide_redo', { redo: false, justified: false, text: 'no' }], ['cbk01', 'close_case'], ['ctr02', 'check_archive'],
        ['ctr02', 'archive_case'], ['ctr02', 'supplement_case'],
    ]
    const twice = async (login, command, body, subject) => {
        const api = await as(login)
        const key = api.key()
        const version = subject.row?.version ?? subject.version
        const first = await send(api, command, subject, body, { key, version })
        assert.ok(first.status < 300, `${command}: ${first.text.slice(0, 200)}`)
        const again = await send(api, command, subject, body, { key, version })
        assert.equal(again.status, first.status, command)
        assert.deepEqual(again.json, first.json, command)
        subject.row = first.json
        const other = await send(api, command, subject, { ...(body ?? COMMANDS[command][2]), colour: 'red' }, { key, version })
        assert.ok(['field.invalid', 'idempotency.other_body'].includes(other.code), command)
    }

    test('is answered as it was, and done once', async () => {
        const subject = await walk(as, '')
        for (const [login, command, body] of WAY) await twice(login, command, body, subject)
        const { rows } = ok(await (await as('ctr01')).get(`/cases/${subject.no}/timeline?limit=200`))
        assert.equal(rows.length, WAY.length + 1 + rows.filter(({ event }) => event === 'child_opened').length)
        await twice('agt01', 'answer_case', undefined, await walk(as, ''))
        await twice('ldr01', 'void_case', undefined, await walk(as, ''))
        const noted = await walk(as, '')
        const api = await as('agt01')
        const key = api.key()
        assert.deepEqual((await send(api, 'add_note', noted, undefined, { key })).json, (await send(api, 'add_note', noted, undefined, { key })).json)
    })
})

describe('a unit that was given a part', () => {
    const CANARY = {
        matter: 'CANARYMATTER', child: 'CANARYCHILD', school: 'CANARYSCHOOL', place: 'CANARYPLACE', reporter: 'CANARYREPORTER', avoid: 'CANARYAVOID',
    }
    const FORM = {
        matter: CANARY.matter, place_now: { code: GACHA, text: CANARY.place }, avoid_contact: CANARY.avoid, occurring: 'past', screen: { r5: 'no' },
        children: [{ name: CANARY.child, age_years: 9, school: CANARY.school }], reporter: { name: CANARY.reporter, phone: '00000000042' },
    }
    const given = async (receiver) => {
        const subject = await walk(as, 'agt01:triage', FORM)
        await act(await as('ldr01'), 'dispatch_case', subject, { lead: 'ca_dm', receivers: [{ unit: 'education', ...receiver }] })
        const { text } = await (await as('ptl_edu')).get(`/cases/${subject.no}`)
        return { subject, seen: Object.keys(CANARY).filter((name) => text.includes(CANARY[name])).sort() }
    }

    for (const [what, receiver, sees] of [
        ['child', { fields: ['child'] }, ['child']],
        ['whereabouts', { fields: ['address'] }, ['place', 'school']],
        ['story', { fields: ['narrative'] }, ['avoid', 'matter']],
        ['child and story', { fields: ['child', 'narrative'] }, ['avoid', 'child', 'matter']],
        ['nothing', { fields: [] }, []],
        ['nothing but that it is so', { informed_only: true }, []],
        ['what is usual', {}, ['avoid', 'child', 'matter', 'place', 'school']],
    ]) {
        test(`sees ${what}, and never who called`, async () => {
            const { subject, seen } = await given(receiver)
            assert.deepEqual(seen, sees)
            const file = await read(await as('ptl_edu'), subject)
            assert.equal(file.reporter, undefined)
            assert.equal(file.screen, undefined)
            assert.equal(file.row.risk, undefined)
            for (const path of ['/cases?limit=200', '/work', `/cases/${subject.no}/timeline`]) {
                const { text } = await (await as('ptl_edu')).get(path)
                assert.ok(!/CANARY/.test(text), path)
            }
            assert.ok(!file.may.includes('sign_case') && !file.may.includes('submit_result'))
        })
    }

    test('nobody else is shown that it exists', async () => {
        const { subject } = await given({})
        for (const login of ['ptl_pol', 'prv_01', 'lea01', 'adm01', 'sec01', 'aud01', 'qc01', 'knw01', 'cty_gy']) {
            refused(await (await as(login)).get(`/cases/${subject.no}`), 'case.unknown', login)
        }
    })
})
