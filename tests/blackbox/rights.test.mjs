// Who may do what, and what each sees of it: every account of the
// demonstration against every route, from a table typed by hand. What is not
// in the table is denied. A "no" about an object must be, to the byte, the "no"
// about one that does not exist.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { signedIn } from '../lib/api.mjs'
import { compile } from '../lib/compile.mjs'
import { Server, demoStore } from '../lib/server.mjs'
import { sleep, until } from '../lib/wait.mjs'
import { ok, refused, shared, someId } from './setup.mjs'

const hutong = shared({ prepare })

// The case of the tests: agt01's, in a village of 百灵庙镇, 达茂旗.
const CANARY = {
    reporter: { name: '己大勇', caller_is: 'neighbour', phone: '00000000031', callback_phone: '00000000032', safe_time: '午后可打', wants_reply: 'yes' },
    children: [{ name: '甲小雨', sex: 'female', age_years: 10, school: '测试三小' }],
    matter: '叙述里的原话',
    text: '供销社旁边',
    avoid: '别找孩子的叔叔',
    note: '经办记录一条',
    number: '00000000033',
}
let village // a code of 12 digits in 150223104
const made = {}

async function prepare() {
    const agent = await hutong.as('agt01')
    const { nodes } = ok(await agent.get('/territory'))
    village = nodes.find((node) => /^150223104\d{3}$/.test(node.code)).code
    const register = async (place_now, more = {}) => {
        const contact = await agent.takeContact({ channel: 'phone', number: CANARY.number })
        return { contact, ...(await agent.register({ place_now, ...more }, contact)) }
    }
    const whole = {
        matter: CANARY.matter,
        reporter: CANARY.reporter,
        children: CANARY.children,
        screen: { r1: 'yes', r5: 'no' },
        avoid_contact: CANARY.avoid,
        occurring: 'now',
    }
    made.main = await register({ code: village, text: CANARY.text }, whole)
    ok(await agent.post(`/cases/${made.main.no}/note`, { text: CANARY.note }), 201)
    made.secret = await register({ code: village, text: CANARY.text }, { ...whole, anonymity: 'secret' })
    made.guyang = await register({ code: '150222102' })
    made.nowhere = await register({ unknown: true })
}

const ROUTES = {
    take: (api) => api.post('/contacts', { channel: 'phone' }),
    board: (api) => api.get('/cases'),
    mine: (api) => api.get('/contacts'),
    territory: (api) => api.get('/territory'),
    units: (api) => api.get('/units'),
    work: (api) => api.get('/work'),
    lists: (api) => api.get('/catalogue/categories'),
    duty: (api) => api.get('/duty'),
    // about an object: id or no comes in
    case: (api, no) => api.get(`/cases/${no}`),
    timeline: (api, no) => api.get(`/cases/${no}/timeline`),
    note: (api, no) => api.post(`/cases/${no}/note`, { text: 'a note' }),
    contact: (api, id) => api.get(`/contacts/${id}`),
    draft: (api, id) => api.get(`/contacts/${id}/draft`),
    save: (api, id) => api.saveDraft(id, 0, 'typed'),
    register: (api, id) => api.post('/cases', { contact_id: id, matter: 'words', place_now: { unknown: true } }),
    close: (api, id) => api.post(`/contacts/${id}/close`, { reason: 'test' }),
}
const ABOUT_CASE = ['case', 'timeline', 'note']
const ABOUT_CONTACT = ['contact', 'draft', 'save', 'register', 'close']

// What is granted; everything else is denied. The case is agt01's in 达茂旗,
// the contact an open one of agt01's.
const GRANTED = {
    agt01: 'take board mine territory units work lists duty case timeline note contact draft save register close',
    agt02: 'take board mine territory units work lists duty case timeline',
    sen01: 'take board mine territory units work lists duty case timeline',
    ldr01: 'take board mine territory units work lists duty case timeline note contact draft save register close',
    dsp01: 'board territory units work lists duty case timeline',
    cbk01: 'board territory units work lists duty case timeline note',
    qc01: 'territory units lists duty',
    knw01: 'territory units lists duty',
    ctr01: 'take board mine territory units work lists duty case timeline note contact draft save register close',
    bur01: 'board territory units work lists duty case timeline',
    cty_dm: 'board territory units work lists duty case timeline note',
    cty_gy: 'board territory units work lists duty',
    cty_kq: 'board territory units work lists duty',
    cty_qs: 'board territory units work lists duty',
    cty_dh: 'board territory units work lists duty',
    cty_ty: 'board territory units work lists duty',
    twn_blm: 'board territory units work lists duty case timeline note',
    vil_a: 'board territory units work lists duty',
    ptl_edu: 'board territory units work lists duty',
    ptl_pol: 'board territory units work lists duty',
    ptr_wf: 'board territory units lists duty case timeline',
    prv_01: 'territory units lists duty',
    lea01: 'territory units lists duty',
    adm01: 'territory units lists duty',
    sec01: 'territory units lists duty',
    aud01: 'territory units lists duty',
}

const bare = (answer) => {
    const headers = { ...answer.headers }
    delete headers.date
    return { status: answer.status, headers, body: answer.text }
}

describe('every account on every route', () => {
    test('the table knows every account of the demonstration', async () => {
        const { readFileSync } = await import('node:fs')
        const { root } = await import('../lib/folder.mjs')
        const { accounts } = JSON.parse(readFileSync(`${root}/schema/catalogue/demo/accounts.json`, 'utf8'))
        // A second person of the same post may what the first one may.
        const post = ({ role, unit }) => `${role} ${unit}`
        const known = new Set(accounts.filter(({ login }) => GRANTED[login]).map(post))
        assert.deepEqual(accounts.filter((account) => !known.has(post(account))), [])
    })

    for (const [login, list] of Object.entries(GRANTED)) {
        test(login, async () => {
            const granted = list.split(' ')
            const api = await hutong.as(login)
            const owner = await hutong.as('agt01')
            for (const [route, call] of Object.entries(ROUTES)) {
                const may = granted.includes(route)
                const say = `${login} ${route}`
                let object
                if (ABOUT_CASE.includes(route)) object = made.main.no
                if (ABOUT_CONTACT.includes(route)) object = (await owner.takeContact({ channel: 'phone', number: CANARY.number })).id
                const answer = await call(api, object)
                if (may) {
                    assert.ok(answer.status === 200 || answer.status === 201, `${say}: ${answer.status} ${answer.text}`)
                    continue
                }
                if (!object) {
                    refused(answer, 'right.denied', `${say}: ${answer.status}`)
                    continue
                }
                assert.ok(['right.denied', 'case.unknown', 'contact.unknown'].includes(answer.code), `${say}: ${answer.status} ${answer.text.slice(0, 100)}`)
                const unknown = ABOUT_CASE.includes(route) ? `12349-${api.me.server_day}-9998` : someId('b')
                if (answer.code !== 'right.denied' || !(await visible(login))) {
                    assert.deepEqual(bare(answer), bare(await call(api, unknown)), `${say}: a hint that it exists`)
                }
            }
            // may tells the same
            const acts = {
                take: 'take_contact', board: 'read_board', case: 'read_case', note: 'add_note', territory: 'read_territory',
            }
            for (const [route, act] of Object.entries(acts)) {
                if (granted.includes(route)) assert.ok(api.me.may.includes(act), `${login}: may lacks ${act}`)
            }
        })
    }
    const visible = async (login) => GRANTED[login].split(' ').includes('case')

    test('a stranger may nothing', async () => {
        const stranger = hutong.stranger()
        for (const [route, call] of Object.entries(ROUTES)) {
            const object = ABOUT_CASE.includes(route) ? made.main.no : made.main.contact.id
            refused(await call(stranger, object), 'session.required', route)
        }
    })
})

describe('a case that may not be seen', () => {
    test('is answered as one that does not exist, to the byte, read or written', async () => {
        for (const login of ['cty_gy', 'cty_kq', 'ptl_edu']) {
            const api = await hutong.as(login)
            const unknown = `12349-${api.me.server_day}-9997`
            for (const path of ['', '/timeline', '/timeline?limit=1']) {
                const hidden = await api.get(`/cases/${made.main.no}${path}`)
                refused(hidden, 'case.unknown')
                assert.deepEqual(bare(hidden), bare(await api.get(`/cases/${unknown}${path}`)))
            }
        }
        const api = await hutong.as('cty_gy')
        const post = (no, body) => api.post(`/cases/${no}/note`, body)
        const unknown = `12349-${api.me.server_day}-9997`
        assert.deepEqual(bare(await post(made.main.no, { text: 'x' })), bare(await post(unknown, { text: 'x' })))
        assert.deepEqual(bare(await post(made.main.no, { text: '' })), bare(await post(unknown, { text: '' })))
    })

    test('takes no longer to deny than one that does not exist', async () => {
        const api = await hutong.as('cty_gy')
        // The quickest of many, in turns: other load can only make one slower.
        const best = { hidden: Infinity, unknown: Infinity }
        const numbers = { hidden: made.main.no, unknown: `12349-${api.me.server_day}-9997` }
        for (let round = 0; round < 60; round++) {
            for (const [name, no] of Object.entries(numbers)) {
                const started = performance.now()
                refused(await api.get(`/cases/${no}`), 'case.unknown')
                best[name] = Math.min(best[name], performance.now() - started)
            }
        }
        assert.ok(best.hidden < best.unknown * 3 + 1 && best.unknown < best.hidden * 3 + 1, JSON.stringify(best))
    })

    test('is in no list and no count', async () => {
        const [api, agent] = [await hutong.as('cty_gy'), await hutong.as('agt01')]
        const before = ok(await api.get('/cases?limit=200'))
        assert.ok(before.rows.some((row) => row.no === made.guyang.no))
        for (const hidden of [made.main, made.secret, made.nowhere]) {
            assert.ok(!before.rows.some((row) => row.no === hidden.no), hidden.no)
        }
        await agent.register({ place_now: { code: village } })
        await agent.register({ place_now: { unknown: true } })
        const after = ok(await api.get('/cases?limit=200'))
        assert.deepEqual(after.counters, before.counters)
        assert.deepEqual(after.rows, before.rows)
        await agent.register({ place_now: { code: '150222103' } })
        assert.equal(ok(await api.get('/cases?limit=200')).counters.open, before.counters.open + 1)
    })

    test('cannot be found by a cursor or a state', async () => {
        const [api, leader] = [await hutong.as('cty_gy'), await hutong.as('ldr01')]
        const page = ok(await leader.get('/cases?limit=1'))
        const answer = await api.get(`/cases?limit=200&cursor=${page.next}`)
        if (answer.status === 200) {
            assert.ok(answer.json.rows.every((row) => (row.place_code ?? '').startsWith('150222')), 'rows of another county')
        } else refused(answer, 'cursor.bad')
    })
})

describe('masks', () => {
    const file = async (login, which = made.main) => {
        const answer = await (await hutong.as(login)).get(`/cases/${which.no}`)
        return { body: ok(answer), text: answer.text }
    }
    const timeline = async (login) => {
        const answer = await (await hutong.as(login)).get(`/cases/${made.main.no}/timeline`)
        return { rows: ok(answer).rows, text: answer.text }
    }
    const absent = (text, ...canaries) => {
        for (const canary of canaries) assert.ok(!text.includes(canary), `it shows ${canary}`)
    }
    const REPORTER = [CANARY.reporter.name, CANARY.reporter.phone, CANARY.reporter.callback_phone, CANARY.reporter.safe_time, CANARY.number, 'neighbour', 'wants_reply']
    const CHILD = [CANARY.children[0].name, CANARY.children[0].school, '"age_years"', '"sex"']
    const WORDS = [CANARY.matter, CANARY.avoid]

    for (const login of ['agt01', 'sen01', 'ldr01', 'ctr01']) {
        test(`${login} sees all of it`, async () => {
            const { body } = await file(login)
            assert.equal(body.reporter.name, CANARY.reporter.name)
            assert.equal(body.reporter.phone, CANARY.reporter.phone)
            assert.equal(body.reporter.number, CANARY.number)
            assert.deepEqual({ ...body.children[0], erased: undefined }, { ...CANARY.children[0], erased: undefined })
            assert.equal(body.matter, CANARY.matter)
            assert.equal(body.place_text, CANARY.text)
            assert.equal(body.screen.r1, 'yes')
            assert.equal(body.row.place_code, village)
            assert.ok((await timeline(login)).rows.some((row) => row.note === CANARY.note))
        })
    }

    test('another agent sees that it runs: a masked name, no words, no reporter', async () => {
        const { body, text } = await file('agt02')
        absent(text, ...REPORTER, ...CHILD, ...WORDS, CANARY.text)
        assert.equal(body.children[0].name, '甲**')
        assert.equal(body.screen?.r1, undefined)
        assert.ok(!body.may.includes('add_note'))
        absent((await timeline('agt02')).text, CANARY.note)
    })

    test('the callback agent sees the reporter, not the words', async () => {
        const { body, text } = await file('cbk01')
        assert.equal(body.reporter.phone, CANARY.reporter.phone)
        assert.equal(body.children[0].name, '甲**')
        absent(text, ...CHILD, ...WORDS, CANARY.text)
        assert.equal(body.screen?.r1, undefined)
    })

    test('the bureau sees a masked child and no words', async () => {
        const { body, text } = await file('bur01')
        absent(text, ...REPORTER, ...CHILD, ...WORDS, CANARY.text)
        assert.equal(body.children[0].name, '甲**')
        assert.equal(body.screen.r1, 'yes')
    })

    for (const login of ['cty_dm', 'twn_blm']) {
        test(`${login} sees the child and the words of its own place, never the reporter`, async () => {
            const { body, text } = await file(login)
            absent(text, ...REPORTER)
            assert.equal(body.children[0].name, CANARY.children[0].name)
            assert.equal(body.children[0].age_years, 10)
            assert.equal(body.matter, CANARY.matter)
            assert.equal(body.place_text, CANARY.text)
            assert.ok(body.may.includes('add_note'))
            const { rows } = await timeline(login)
            assert.ok(rows.some((row) => row.note === CANARY.note))
        })
    }

    test('the read-only partner sees a masked name and the township', async () => {
        const { body, text } = await file('ptr_wf')
        absent(text, ...REPORTER, ...CHILD, ...WORDS, CANARY.text)
        assert.equal(body.children[0].name, '甲**')
        assert.equal(body.screen?.r1, undefined)
        assert.equal(body.row.risk, undefined)
        absent(text, village)
        assert.equal(body.row.place_code, village.slice(0, 9))
        const page = await (await hutong.as('ptr_wf')).get('/cases?limit=200')
        absent(page.text, village)
        absent((await timeline('ptr_wf')).text, CANARY.note)
    })

    test('a reporter who asks for secrecy is shown to the centre and the own agent alone', async () => {
        for (const login of ['agt01', 'ctr01']) {
            assert.equal((await file(login, made.secret)).body.reporter.name, CANARY.reporter.name, login)
        }
        for (const login of ['agt02', 'sen01', 'ldr01', 'cbk01', 'bur01', 'cty_dm', 'twn_blm', 'ptr_wf']) {
            const { text } = await file(login, made.secret)
            absent(text, ...REPORTER)
        }
    })

    test('a row of the board shows no child and no words to anybody', async () => {
        for (const [login, list] of Object.entries(GRANTED)) {
            if (!list.split(' ').includes('board')) continue
            const { text } = await (await hutong.as(login)).get('/cases?limit=200')
            absent(text, ...REPORTER, ...CHILD, ...WORDS, CANARY.text, '甲**')
        }
    })

    test('a contact’s number is for those who may hold the contact', async () => {
        for (const login of ['agt01', 'ldr01', 'ctr01']) {
            const api = await hutong.as(login)
            assert.equal(ok(await api.get(`/contacts/${made.main.contact.id}`)).number, CANARY.number, login)
        }
    })

    test('a note comes back under the mask of who wrote it', async () => {
        const county = await hutong.as('cty_dm')
        const entry = ok(await county.post(`/cases/${made.main.no}/note`, { text: '县里的记录' }), 201)
        assert.equal(entry.note, '县里的记录')
        assert.equal(entry.actor, 'cty_dm')
    })
})

describe('on a slow disk', () => {
    // A write waits for the disk, and must be seen to; a refusal does not.
    const SLOW = 150
    let store, server, agent, county
    before(async () => {
        store = demoStore()
        server = await Server.start(store, {
            env: { LD_PRELOAD: compile('slowdisk', { shared: true }), HUTONG_SYNC_MS: String(SLOW), ASAN_OPTIONS: 'exitcode=99:detect_leaks=1:verify_asan_link_order=0' },
        })
        agent = await signedIn(server, 'agt01')
        county = await signedIn(server, 'cty_gy')
    })
    after(async () => {
        agent?.close()
        county?.close()
        await server?.stop()
    })

    test('a command on a hidden case is refused as soon as one on no case', async () => {
        const timed = async (call) => {
            const started = performance.now()
            const answer = await call()
            return { answer, ms: performance.now() - started }
        }
        const best = { hidden: Infinity, unknown: Infinity, contact: Infinity }
        for (let round = 0; round < 5; round++) {
            const contact = await agent.takeContact()
            const other = await agent.takeContact()
            const made = await timed(() => agent.register({ place_now: { code: village } }, contact))
            assert.ok(made.ms > SLOW, `a write in ${made.ms} ms: the disk is not slow`)
            const asked = {
                unknown: () => county.post(`/cases/12349-${county.me.server_day}-9996/note`, { text: 'x' }),
                hidden: () => county.post(`/cases/${made.answer.no}/note`, { text: 'x' }),
                contact: () => county.post(`/contacts/${other.id}/close`, { reason: 'test' }),
            }
            for (const [name, call] of Object.entries(asked)) {
                const before = (await agent.health()).seq
                const { answer, ms } = await timed(call)
                assert.ok(answer.status >= 400, answer.text)
                best[name] = Math.min(best[name], ms)
                // What the one leaves behind must not slow the next.
                if (name !== 'unknown') await until('the denial in the log', async () => (await agent.health()).seq > before)
            }
        }
        for (const [name, ms] of Object.entries(best)) assert.ok(ms < SLOW, `${name}: ${JSON.stringify(best)}`)
    })
})

describe('a denial', () => {
    test('is kept: once for a session, object, act and minute', async () => {
        const [api, watcher] = [await hutong.fresh('cty_gy'), await hutong.as('agt01')]
        const before = (await watcher.health()).seq
        for (let round = 0; round < 4; round++) await api.get(`/cases/${made.main.no}`)
        // It is written after the answer: no reader waits for it.
        const grownBy = async () => (await watcher.health()).seq - before
        await until('the denial stands in the log', grownBy)
        await sleep(500)
        const grown = await grownBy()
        assert.ok(grown >= 1 && grown <= 2, `${grown} events for four denials in a row`)
    })
})
