// The path of a case, as those on it are shown it: from the first word to the
// archive, what waits for whom, which buttons work, who is told what.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ok, refused, shared } from './setup.mjs'

const hutong = shared()
const GUYANG = '150222102'

/** The version that a command wants to have seen. */
async function act(login, no, command, body = {}) {
    const api = await hutong.as(login)
    const { row } = ok(await api.get(`/cases/${no}`))
    return api.post(`/cases/${no}/${command}`, body, { ifMatch: row.version })
}
const done = async (...args) => ok(await act(...args))
const file = async (login, no) => ok(await (await hutong.as(login)).get(`/cases/${no}`))
const waits = async (login, no) => {
    const { rows } = ok(await (await hutong.as(login)).get('/work?limit=200'))
    return rows.some((row) => row.no === no)
}

async function register(more = {}) {
    const api = await hutong.as('agt01')
    const { no } = await api.register({
        matter: 'CANARYMATTER',
        place_now: { code: GUYANG, text: 'CANARYPLACE' },
        reporter: { name: 'CANARYREPORTER', phone: '00000000042' },
        children: [{ name: 'CANARYCHILD', age_years: 9 }],
        ...more,
    })
    return no
}

describe('the main path', () => {
    test('from the first word to the archive', async () => {
        const no = await register()
        assert.ok(await waits('agt01', no))
        assert.ok(await waits('ldr01', no))
        assert.ok(!(await waits('agt02', no)))
        assert.deepEqual((await file('agt01', no)).next.act, 'triage_case')

        const row = await done('agt01', no, 'triage', {
            category: 'B01', urgency: 'general', risk: 'blue', text: 'CANARYREMARK',
            place_home: { code: GUYANG, text: 'CANARYHOME' },
        })
        assert.equal(row.state, 'TO_DISPATCH')
        assert.equal(row.category, 'B01')
        assert.equal(row.due_clock, 'dispatch')
        assert.ok(Date.parse(row.due_at) > Date.now())
        assert.ok(await waits('ldr01', no))
        assert.ok(!(await waits('agt01', no)))

        const { suggestion } = await file('ldr01', no)
        assert.equal(suggestion.lead, 'ca_gy')
        assert.ok(suggestion.sign_due_at && suggestion.handle_due_at && suggestion.reason)
        const sent = await done('ldr01', no, 'dispatch', {
            lead: suggestion.lead, receivers: suggestion.receivers,
        })
        assert.deepEqual([sent.state, sent.unit, sent.lead_unit], ['DISPATCHED', 'ca_gy', 'ca_gy'])
        assert.ok(await waits('cty_gy', no))
        assert.ok(!(await waits('cty_kq', no)))

        const { next, may } = await file('cty_gy', no)
        assert.deepEqual([next.act, next.mine, next.unit], ['sign_case', true, 'ca_gy'])
        assert.ok(may.includes('sign_case'))
        assert.equal((await done('cty_gy', no, 'sign')).handler, 'cty_gy')
        await done('cty_gy', no, 'first-contact', { text: 'CANARYVISIT', child_seen: 'yes' })
        assert.equal((await file('cty_gy', no)).next.act, 'submit_result')
        const result = await done('cty_gy', no, 'result', {
            result_code: 'solved', facts: 'CANARYFACTS', child_safety: 'safe', reply_method: 'phone',
        })
        assert.equal(result.stage, 'review')

        const passed = await review(no)
        assert.equal(passed.state, 'CALLBACK')
        assert.ok(await waits('cbk01', no))
        await done('cbk01', no, 'callback', {
            outcome: 'connected', handled: 'yes', solved: 'yes', satisfaction: 'satisfied', text: 'CANARYTOLD',
        })
        assert.equal((await done('cbk01', no, 'close', { ground: 'need_met', text: 'CANARYCLOSE' })).state, 'CLOSED')
        assert.ok(await waits('ctr01', no))
        const { archive_items: items } = await file('ctr01', no)
        for (const item of ['registration', 'dispatch', 'visits', 'results', 'callback', 'review']) {
            assert.ok(items.includes(item), item)
        }
        await archive(no)
        await told(no)
    })
})

/** Whoever the rules of two persons leave. */
async function review(no) {
    let row
    for (const login of ['cty_gy2', 'ctr02']) {
        const { may } = await file(login, no)
        if (!may.includes('review_result')) continue
        assert.ok(await waits(login, no), `${login} may review and has it not among the work`)
        row = await done(login, no, 'review', { passed: true })
        if (row.state === 'CALLBACK') return row
    }
    return row
}

async function archive(no) {
    const every = ['registration', 'contacts', 'dispatch', 'ladder', 'visits', 'assessment', 'plan', 'results', 'supervision', 'callback', 'review', 'hashes']
    for (const [command, body] of [
        ['archive-check', { items: every }],
        ['archive', { retention: 'y30', secrecy: 'sensitive' }],
    ]) {
        const { may } = await file('ctr01', no)
        assert.ok(may.includes(command === 'archive' ? 'archive_case' : 'check_archive'), `${command}: ${may}`)
        await done('ctr01', no, command, body)
    }
    const { row, may, next } = await file('ctr01', no)
    assert.equal(row.state, 'ARCHIVED')
    assert.deepEqual(may, ['supplement_case'])
    assert.equal(next, undefined)
}

/** Who reads the log of it is told as much as his groups are. */
async function told(no) {
    const read = async (login) => (await (await hutong.as(login)).get(`/cases/${no}/timeline?limit=200`)).text
    const whole = await read('ctr01')
    for (const word of ['REMARK', 'HOME', 'VISIT', 'FACTS', 'TOLD', 'CLOSE']) {
        assert.match(whole, new RegExp(`CANARY${word}`))
    }
    assert.doesNotMatch(whole, /CANARY(REPORTER|CHILD|MATTER|PLACE)|subject|case_id|"1502/)
    assert.doesNotMatch(await read('cbk01'), /CANARYHOME|CANARYCHILD/)
    assert.doesNotMatch(await read('agt02'), /CANARY/)
    assert.doesNotMatch(await read('ptr_wf'), /CANARY|detail/)
}

describe('a no', () => {
    test('says who can do it', async () => {
        const no = await register()
        const api = await hutong.as('agt02')
        const { row } = ok(await api.get(`/cases/${no}`))
        const answer = await api.post(`/cases/${no}/dispatch`, { lead: 'ca_gy' }, { ifMatch: row.version })
        refused(answer, 'right.denied')
        assert.equal(answer.json.who, 'Shift leader, Dispatcher, Centre duty officer')
    })

    test('says what comes first', async () => {
        const no = await register()
        const answer = await act('ldr01', no, 'dispatch', { lead: 'ca_gy' })
        refused(answer, 'case.wrong_state')
        const { state, next, unit, who } = answer.json
        assert.deepEqual([state, next, unit], ['TRIAGE', 'triage_case', 'service_centre'])
        assert.match(who, /Hotline agent/)
    })

    test('tells nothing of a case that is hidden', async () => {
        const no = await register()
        const api = await hutong.as('cty_kq')
        const hidden = await api.post(`/cases/${no}/sign`, {}, { ifMatch: 1 })
        refused(hidden, 'case.unknown')
        const absent = await api.post('/cases/12349-20200101-0001/sign', {}, { ifMatch: 1 })
        assert.equal(hidden.text, absent.text)
    })
})

describe('an emergency', () => {
    test('comes first for all who may mark the ladder', async () => {
        const agent = await hutong.as('agt01')
        const { id } = await agent.takeContact()
        const raised = await agent.post('/emergencies', {
            contact_id: id, matter: 'CANARYDANGER', place_now: { code: GUYANG },
        })
        assert.equal(raised.status, 201, raised.text)
        const { no } = raised.json
        for (const login of ['agt02', 'ldr01', 'ctr01', 'cty_gy']) {
            const { rows } = ok(await (await hutong.as(login)).get('/work?limit=1'))
            assert.equal(rows[0].ladder_state, 'running', login)
            assert.equal(rows[0].lamps.length, 9)
        }
        const { ladder, may } = await file('cty_gy', no)
        assert.equal(ladder.length, 9)
        assert.ok(may.includes('mark_ladder'))
        const { rows, counters } = ok(await agent.get('/cases?emergency=true'))
        assert.ok(rows.some((row) => row.no === no))
        assert.ok(counters.emergency >= 1)
    })
})

describe('the city', () => {
    test('has lists for a page, and nothing of what is inside', async () => {
        const api = await hutong.as('agt01')
        for (const kind of ['name', 'categories', 'deadlines', 'acting', 'directory', 'calendar']) {
            const { content, version } = ok(await api.get(`/catalogue/${kind}`))
            assert.ok(content && version >= 1, kind)
        }
        for (const kind of ['roles', 'units', 'duty', 'none']) {
            refused(await api.get(`/catalogue/${kind}`), 'catalogue.unknown')
        }
    })

    test('names help first', async () => {
        const api = await hutong.as('agt01')
        for (const query of ['', '?place=150222102', '?place=150222']) {
            const { persons } = ok(await api.get(`/duty${query}`))
            assert.deepEqual(persons.slice(0, 3).map((one) => one.phone), ['110', '120', '119'])
        }
    })
})

describe('the list', () => {
    test('can be narrowed', async () => {
        const api = await hutong.as('ldr01')
        const no = await register()
        const has = async (query) => ok(await api.get(`/cases?limit=200&${query}`)).rows.some((row) => row.no === no)
        for (const [query, expected] of [
            ['stage=register', true], ['stage=handle', false], ['state=TRIAGE', true],
            ['unit=service_centre', true], ['unit=ca_gy', false], ['overdue=false', true],
            ['overdue=true', false], ['danger=false', true], ['danger=true', false],
            ['emergency=false', true], ['category=B01', false], ['urgency=urgent', false],
        ]) {
            assert.equal(await has(query), expected, query)
        }
        refused(await api.get('/cases?stage=nowhere'), 'field.invalid')
    })
})
