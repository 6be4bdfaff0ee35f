// Scenarios with their dates, under a clock that stands until it is moved:
// the due times are typed from a calendar, never computed.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { act, read, send, step, walk } from '../lib/path.mjs'
import { testStore } from '../lib/server.mjs'
import { BASE, ok, refused, shared } from './setup.mjs'

const hutong = shared({ store: testStore, args: ['--test-clock', '2021-03-06T22:00:00+08:00'] })

/** Whoever acts comes in fresh: hours may have passed since. */
async function as(login) {
    const api = hutong.stranger()
    await api.click(login)
    return api
}
async function clock(to) {
    const api = hutong.stranger()
    ok(await api.request('POST', `${BASE}/test/clock`, { body: { to: `${to}+08:00` } }))
}
/** Takes each step at its time: [time, "login:step", ...]. */
async function walkAt(subject, ...lines) {
    for (const [time, ...steps] of lines) {
        await clock(time)
        for (const one of steps) await step(as, subject, one)
    }
    return subject
}
const same = (got, expected, message) => assert.equal(new Date(got).getTime(), new Date(`${expected}+08:00`).getTime(), `${message ?? ''} ${got}`)
const due = (file, name) => file.clocks.find((one) => one.clock === name) ?? assert.fail(`no clock ${name}: ${JSON.stringify(file.clocks)}`)
const lamps = (file) => Object.fromEntries(file.ladder.map(({ step: name, lamp }) => [name, lamp]))
const file = async (login, subject) => read(await as(login), subject)

// In order of their dates: the clock does not go back.

describe('SC01: violence at home, the whole ladder', () => {
    const subject = {}
    const mark = async (time, login, body) => {
        await clock(time)
        return act(await as(login), 'mark_ladder', subject, body)
    }

    test('22:10 the call is stored before anything is asked', async () => {
        await clock('2021-03-06T22:10:00')
        const agent = await as('agt01')
        subject.contact = await agent.takeContact({ channel: 'phone', number: '00000000011' })
        same(subject.contact.started_at ?? subject.contact.taken_at ?? subject.contact.at, '2021-03-06T22:10:00')
    })

    test('22:10:35 one key, a place and words: it stands with the county', async () => {
        await clock('2021-03-06T22:10:35')
        const agent = await as('agt01')
        const answer = await agent.post('/emergencies', {
            contact_id: subject.contact.id, matter: '对门男人在打孩子', place_now: { code: '150203001901', text: '3号楼' },
        })
        Object.assign(subject, { no: ok(answer, 201).no })
        const seen = await read(agent, subject)
        assert.deepEqual(
            [seen.row.state, seen.row.urgency, seen.row.lead_unit, seen.row.unit, seen.row.ladder_state, seen.row.danger],
            ['DISPATCHED', 'most_urgent', 'ca_kq', 'ca_kq', 'running', true],
        )
        same(seen.row.ladder_started_at, '2021-03-06T22:10:35')
        same(due(seen, 'sign').due_at, '2021-03-06T22:20:35', 'D13')
        same(due(seen, 'handle').due_at, '2021-03-07T22:10:35', 'D21')
        assert.equal(due(seen, 'sign').unit, 'ca_kq')
        assert.deepEqual(lamps(seen), { L0: 'done', L1: 'dark', L2a: 'dark', L2b: 'dark', L3: 'dark', L4: 'dark', L5: 'dark', L6: 'dark', L7: 'dark' })
        assert.equal((await read(await as('cty_kq'), subject)).row.state, 'DISPATCHED')
        refused(await (await as('cty_qs')).get(`/cases/${subject.no}`), 'case.unknown')
    })

    test('no step before 110, 120 or 119', async () => {
        const agent = await as('agt01')
        for (const name of ['L2a', 'L2b', 'L3', 'L4', 'L5']) {
            refused(await send(agent, 'mark_ladder', subject, { step: name, outcome: 'started' }), 'ladder.help_first', name)
        }
    })

    test('each step at its time, none waiting for another', async () => {
        await mark('2021-03-06T22:10:50', 'agt01', { step: 'L1', target: 'p110', outcome: 'started' })
        await mark('2021-03-06T22:11:30', 'agt01', { step: 'L1', target: 'p110', outcome: 'answered', their_no: '测警-0306-77' })
        await mark('2021-03-06T22:11:40', 'agt01', { step: 'L2a', target: 'supervisor', outcome: 'started' })
        await mark('2021-03-06T22:11:45', 'agt01', { step: 'L2b', target: 'director', outcome: 'no_answer' })
        await mark('2021-03-06T22:12:10', 'agt01', { step: 'L2b', target: 'director', outcome: 'no_answer' })
        assert.deepEqual(lamps(await file('agt01', subject)), {
            L0: 'done', L1: 'done', L2a: 'running', L2b: 'missed', L3: 'dark', L4: 'dark', L5: 'dark', L6: 'dark', L7: 'dark',
        })
        await mark('2021-03-06T22:12:30', 'agt01', { step: 'L3', target: 'county', outcome: 'started' })
        await mark('2021-03-06T22:13:00', 'agt01', { step: 'L4', target: 'centre', outcome: 'started' })
        await mark('2021-03-06T22:14:00', 'agt01', { step: 'L5', target: 'bureau', outcome: 'started' })
        await act(await as('agt01'), 'mark_ladder', subject, { step: 'L2a', target: 'supervisor', outcome: 'answered' })
        await mark('2021-03-06T22:14:30', 'agt01', { step: 'L2b', target: 'director', outcome: 'answered', person: '副主任' })
        await mark('2021-03-06T22:16:00', 'cty_kq', { step: 'L3', target: 'county', outcome: 'acknowledged' })
        await step(as, Object.assign(subject, { row: (await file('cty_kq', subject)).row }), 'cty_kq:sign')
        await mark('2021-03-06T22:20:00', 'ctr01', { step: 'L4', target: 'centre', outcome: 'acknowledged' })
        await mark('2021-03-06T22:27:00', 'cty_kq', { step: 'L6', target: 'p110', outcome: 'arrived' })
        await mark('2021-03-06T22:31:00', 'bur01', { step: 'L5', target: 'bureau', outcome: 'acknowledged' })
        assert.deepEqual(lamps(await file('agt01', subject)), {
            L0: 'done', L1: 'done', L2a: 'done', L2b: 'done', L3: 'done', L4: 'done', L5: 'done', L6: 'done', L7: 'dark',
        })
        refused(await send(await as('ctr01'), 'stand_down', subject), 'emergency.child_not_safe')
        await mark('2021-03-06T22:58:00', 'cty_kq', { step: 'L7', outcome: 'safe', text: '在奶奶家' })
        const seen = await file('cty_kq', subject)
        same(due(seen, 'first_contact').due_at, '2021-03-07T00:16:00', 'D16')
        await act(await as('cty_kq'), 'record_first_contact', Object.assign(subject, { row: seen.row }), { text: '见到孩子和奶奶', child_seen: 'yes' })
    })

    test('signed in time, nothing is overdue; every attempt stands in the log', async () => {
        await clock('2021-03-07T10:00:00')
        const agent = await as('ctr01')
        assert.equal((await read(agent, subject)).row.overdue ?? false, false)
        const { rows } = ok(await agent.get(`/cases/${subject.no}/timeline?limit=200`))
        const marks = rows.filter(({ event }) => event === 'ladder_marked').sort((a, b) => a.seq - b.seq)
        assert.equal(marks.length, 15)
        same(marks[0].at, '2021-03-06T22:10:50')
        same(marks.at(-1).at, '2021-03-06T22:58:00')
        assert.ok(!rows.some(({ event }) => event === 'clock_overdue'), 'something fell due')
    })

    test('Sunday 10:30 only the centre stands it down', async () => {
        await clock('2021-03-07T10:30:00')
        for (const login of ['agt01', 'ldr01', 'cty_kq', 'bur01']) {
            refused(await send(await as(login), 'stand_down', subject), 'right.denied', login)
        }
        const row = await act(await as('ctr01'), 'stand_down', subject, { text: '孩子安全，承办人已定' })
        assert.deepEqual([row.ladder_state, row.danger, row.state], ['stood_down', false, 'IN_PROGRESS'])
        refused(await send(await as('ctr01'), 'stand_down', subject), 'emergency.not_running')
    })
})

describe('SC03: a child between two counties', () => {
    test('the centre leads, both counties take part', async () => {
        await clock('2021-03-10T09:00:00')
        const subject = await walk(as, '', { place_now: { code: '150204' } })
        await clock('2021-03-10T09:10:00')
        const row = await act(await as('agt01'), 'triage_case', subject, {
            category: 'C08', urgency: 'urgent', occurring: 'past', risk: 'orange', situation: 4,
            place_event: { code: '150223104902' }, place_home: { code: '150204' }, place_household: { code: '150222102' },
        })
        assert.deepEqual([row.state, row.lead_unit, row.cross_county], ['DISPATCHED', 'protect_centre', true])
        const seen = await file('ctr01', subject)
        const working = seen.parties.filter((one) => !one.informed_only).map((one) => one.unit)
        assert.deepEqual(working.sort(), ['ca_dm', 'ca_qs'])
        assert.deepEqual(seen.parties.filter((one) => one.informed_only).map((one) => one.unit), ['bureau'])
        same(due(seen, 'sign').due_at, '2021-03-10T09:40:00', 'D12')
        same(due(seen, 'handle').due_at, '2021-03-11T09:10:00', 'D21')
        for (const login of ['cty_dm', 'cty_qs']) {
            const { row: theirs, may } = await file(login, subject)
            assert.equal(theirs.no, subject.no)
            assert.ok(!may.includes('sign_case'), `${login} signs for the lead`)
            refused(await send(await as(login), 'sign_case', subject), 'right.denied', login)
        }
        refused(await (await as('cty_gy')).get(`/cases/${subject.no}`), 'case.unknown')
        assert.equal((await act(await as('ctr01'), 'sign_case', subject)).handler, 'ctr01')
        same(due(await file('ctr01', subject), 'first_contact').due_at, '2021-03-10T11:10:00', 'D16')
        await act(await as('cty_qs'), 'record_first_contact', subject, { text: '两人到校，孩子单独见过', child_seen: 'yes' })
    })
})

let redone // archived later, after other dates

describe('SC03: a place that one of the counties must not learn', () => {
    test('[4] each county is shown what was ticked for it', async () => {
        const subject = await walk(as, '', { place_now: { code: '150204', text: 'CANARYAUNT' }, matter: 'CANARYMATTER', children: [{ name: 'CANARYCHILD' }] })
        await act(await as('agt01'), 'triage_case', subject, {
            category: 'C08', urgency: 'general', place_event: { code: '150223104902' }, place_home: { code: '150204', text: 'CANARYHOME' },
        })
        await act(await as('ldr01'), 'dispatch_case', subject, { lead: 'protect_centre', receivers: [{ unit: 'ca_dm', fields: ['child', 'narrative'] }, { unit: 'ca_qs' }] })
        const told = async (login) => {
            const api = await as(login)
            const { text } = await api.get(`/cases/${subject.no}`)
            return ['AUNT', 'CHILD', 'MATTER'].filter((word) => text.includes(`CANARY${word}`))
        }
        assert.deepEqual(await told('cty_dm'), ['CHILD', 'MATTER'])
        assert.deepEqual(await told('cty_qs'), ['AUNT', 'CHILD', 'MATTER'])
        const listed = async (login) => ok(await (await as(login)).get('/cases?limit=200')).rows.find((one) => one.no === subject.no)
        assert.equal((await listed('cty_qs')).place_code, '150204', 'its own district')
        assert.equal((await listed('cty_dm')).place_code, undefined, 'nor does a row tell')
        const log = async (login) => (await (await as(login)).get(`/cases/${subject.no}/timeline?limit=200`)).text
        assert.ok(!(await log('cty_dm')).includes('CANARYHOME'))
        assert.ok((await log('cty_qs')).includes('CANARYHOME'))
    })
})

describe('SC10: not content, done once more', () => {
    test('three working days for the redo, ten for the archive', async () => {
        await clock('2021-03-22T10:00:00')
        const subject = await walk(as, 'agt01:triage=C11', { place_now: { code: '150222102' } })
        await walkAt(subject, ['2021-03-22T11:00:00', 'ldr01:dispatch=ca_gy'])
        same(due(await file('cty_gy', subject), 'sign').due_at, '2021-03-23T17:00:00', 'D11')
        same(due(await file('cty_gy', subject), 'handle').due_at, '2021-03-29T17:00:00', 'D18')
        await walkAt(subject, ['2021-03-22T14:00:00', 'cty_gy:sign', 'cty_gy:submit'])
        const submitted = await file('ctr01', subject)
        assert.deepEqual([submitted.row.state, submitted.row.review_step, submitted.review_steps, submitted.row.unit], ['SUBMITTED', 1, 2, 'ca_gy'])
        same(due(submitted, 'review').due_at, '2021-03-23T17:00:00', 'D28')
        await walkAt(subject, ['2021-03-22T15:00:00', 'cty_gy2:pass'], ['2021-03-22T16:00:00', 'ctr01:pass'])
        same(due(await file('cbk01', subject), 'callback').due_at, '2021-03-23T17:00:00', 'D29')
        await walkAt(subject, ['2021-03-23T10:00:00', 'cbk01:dissatisfied'], ['2021-03-23T10:20:00', 'ctr02:redo'])
        const redo = await file('cty_gy', subject)
        assert.deepEqual([redo.row.state, redo.row.redo_count, redo.row.unit], ['REDO', 1, 'ca_gy'])
        same(due(redo, 'redo').due_at, '2021-03-26T17:00:00', 'D31')
        await walkAt(subject, ['2021-03-26T09:00:00', 'cty_gy2:sign', 'cty_gy2:submit', 'ctr03:pass', 'ctr01:pass', 'cbk01:content', 'cbk01:close'])
        const closed = await file('ctr02', subject)
        assert.equal(closed.row.state, 'CLOSED')
        same(due(closed, 'archive').due_at, '2021-04-12T17:00:00', 'D32')
        assert.deepEqual(closed.clocks.map((one) => one.clock), ['archive'])
        redone = subject
    })
})

describe('SC06: a question of policy over Qingming', () => {
    test('two working days, three of them free', async () => {
        await clock('2021-04-01T10:00:00')
        const subject = await walk(as, '', { place_now: { code: '150202' } })
        await clock('2021-04-01T10:06:00')
        await step(as, subject, 'agt01:triage=A01')
        await step(as, subject, 'ldr01:dispatch=ca_dh')
        const sent = await file('cty_dh', subject)
        same(due(sent, 'handle').due_at, '2021-04-06T17:00:00', 'D8')
        same(due(sent, 'sign').due_at, '2021-04-02T17:00:00', 'D11')
        await walkAt(subject, ['2021-04-02T15:00:00', 'cty_dh:sign', 'cty_dh:submit'])
        const answered = await file('ctr01', subject)
        assert.deepEqual([answered.row.state, answered.review_steps, answered.row.unit], ['SUBMITTED', 1, 'protect_centre'])
        same(due(answered, 'review').due_at, '2021-04-06T17:00:00', 'D28')
        await walkAt(subject, ['2021-04-06T09:00:00', 'ctr01:pass', 'cbk01:content', 'cbk01:close'])
        assert.equal((await file('ctr01', subject)).row.state, 'CLOSED')
    })

    test('SC10 is archived on 04-07, in time', async () => {
        const subject = redone
        await walkAt(subject, ['2021-04-07T10:00:00', 'ctr02:check'])
        // ctr01 and ctr03 reviewed; the one who checked may lock it.
        await step(as, subject, 'ctr02:archive')
        const archived = await file('ctr01', subject)
        assert.equal(archived.row.state, 'ARCHIVED')
        assert.ok(!archived.clocks?.length)
        assert.equal(archived.row.overdue ?? false, false)
    })
})

describe('SC08: an application over a Sunday that is worked', () => {
    test('five working days end on Sunday 04-25', async () => {
        await clock('2021-04-19T10:00:00')
        const subject = await walk(as, 'agt01:triage=B08', { place_now: { code: '150222102' } })
        const { suggestion } = await file('ldr01', subject)
        assert.equal(suggestion.lead, 'ca_gy')
        same(suggestion.handle_due_at, '2021-04-25T17:00:00', 'as the directory says')
        await step(as, subject, 'ldr01:dispatch=ca_gy')
        same(due(await file('cty_gy', subject), 'handle').due_at, '2021-04-25T17:00:00', 'D17')
        await walkAt(subject, ['2021-04-19T11:00:00', 'cty_gy:sign'], ['2021-04-19T12:00:00', 'cty_gy:contact'])
        await clock('2021-04-25T16:59:59')
        assert.equal((await file('cty_gy', subject)).row.overdue ?? false, false)
        await clock('2021-04-25T17:00:00')
        const late = await file('cty_gy', subject)
        assert.equal(late.row.overdue, true)
        assert.equal(due(late, 'handle').overdue, true)
    })
})

describe('SC11: a partner who reads', () => {
    const canary = { reporter: 'CANARYCALLER', child: 'CANARYCHILD', matter: 'CANARYMATTER', place: 'CANARYPLACE', note: 'CANARYNOTE' }
    let subject
    const all = (text) => Object.values(canary).filter((word) => text.includes(word))

    test('[1] sees rows: state, category and township; nobody and nothing said', async () => {
        subject = await walk(as, 'agt01:triage=B01', {
            place_now: { code: '150223104902', text: canary.place }, matter: canary.matter,
            reporter: { name: canary.reporter, phone: '00000000042' }, children: [{ name: canary.child, age_years: 9 }],
        })
        await act(await as('agt01'), 'add_note', subject, { text: canary.note })
        const whole = await (await as('ctr01')).get(`/cases/${subject.no}`)
        assert.ok(all(whole.text).length >= 4, 'the centre reads what is searched')
        const partner = await as('ptr_wf')
        const board = await partner.get('/cases?limit=200')
        const row = ok(board).rows.find((one) => one.no === subject.no)
        assert.deepEqual([row.state, row.category, row.place_code], ['TO_DISPATCH', 'B01', '150223104'])
        for (const path of ['', '/timeline?limit=200']) {
            const { text } = await partner.get(`/cases/${subject.no}${path}`)
            assert.deepEqual(all(text), [], path)
            assert.ok(!text.includes('150223104902') && !text.includes('00000000042'), path)
        }
        assert.deepEqual(all(board.text), [])
    })

    test('[2] a number that was guessed is a number that does not exist, and is kept', async () => {
        const hidden = await as('ptl_edu')
        const before = (await hidden.health()).seq
        const [there, absent] = [await hidden.get(`/cases/${subject.no}`), await hidden.get(`/cases/${subject.no.replace(/\d{4}$/, '9998')}`)]
        refused(there, 'case.unknown')
        assert.equal(there.text, absent.text)
        for (let round = 0; round < 100 && (await hidden.health()).seq === before; round++) await new Promise((done) => setTimeout(done, 50))
        assert.ok((await hidden.health()).seq > before, 'the denial is not in the log')
    })

    test('[9] administrators open no case', async () => {
        for (const login of ['adm01', 'sec01', 'aud01']) {
            const api = await as(login)
            refused(await api.get(`/cases/${subject.no}`), 'case.unknown', login)
            refused(await api.get('/cases'), 'right.denied', login)
            refused(await api.get('/work'), 'right.denied', login)
        }
    })
})
