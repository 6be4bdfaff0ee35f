// The four commands and their reads, whole: what they do, what they answer,
// and each refusal that they declare.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Server } from '../lib/server.mjs'
import { ok, refused, shared, someId } from './setup.mjs'

const hutong = shared()
const CHANNELS = ['phone', 'web', 'message', 'visit', 'letter', 'partner_report', 'from_12345', 'from_110', 'other_block', 'found_on_site']

describe('taking a contact', () => {
    test('by any channel, with nothing else known', async () => {
        const api = await hutong.as('agt01')
        for (const channel of CHANNELS) {
            const contact = await api.takeContact({ channel })
            assert.equal(contact.channel, channel)
            assert.equal(contact.state, 'open')
            assert.equal(contact.agent, 'agt01')
            assert.equal(contact.draft_version, 0)
            assert.match(contact.id, /^[0-9a-f]{32}$/)
            assert.ok(Math.abs(Date.parse(contact.taken_at) - Date.parse((await api.health()).server_time)) < 60_000)
        }
    })

    test('keeps what is known of the caller', async () => {
        const api = await hutong.as('agt01')
        const asked = { channel: 'phone', number: '00000000042', number_withheld: false, language: 'mn', anonymity: 'secret' }
        const contact = await api.takeContact(asked)
        for (const [name, value] of Object.entries(asked)) assert.equal(contact[name], value, name)
        assert.deepEqual(ok(await api.get(`/contacts/${contact.id}`)), contact)
        const withheld = await api.takeContact({ channel: 'phone', number_withheld: true, anonymity: 'anonymous' })
        assert.equal(withheld.number_withheld, true)
        assert.equal(withheld.number, undefined)
    })

    test('that happened earlier', async () => {
        const api = await hutong.as('agt01')
        const { server_time } = await api.health()
        const earlier = new Date(Date.parse(server_time) - 3600_000).toISOString()
        await api.takeContact({ channel: 'visit', occurred_at: earlier })
        await api.takeContact({ channel: 'visit', occurred_at: earlier.replace('Z', '+00:00') })
    })

    test('ids grow with time', async () => {
        const api = await hutong.as('agt01')
        const ids = []
        for (let round = 0; round < 5; round++) ids.push((await api.takeContact()).id)
        assert.deepEqual(ids, [...ids].sort())
    })
})

describe('closing a contact without a case', () => {
    for (const reason of ['silent', 'wrong_number', 'test', 'nuisance']) {
        test(`as ${reason}`, async () => {
            const api = await hutong.as('agt01')
            const { id } = await api.takeContact()
            const closed = ok(await api.post(`/contacts/${id}/close`, { reason }))
            assert.equal(closed.state, 'closed')
            assert.equal(closed.close_reason, reason)
            assert.ok(closed.closed_at >= closed.taken_at)
            assert.deepEqual(ok(await api.get(`/contacts/${id}`)), closed)
        })
    }

    test('happens once', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        ok(await api.post(`/contacts/${id}/close`, { reason: 'test' }))
        refused(await api.post(`/contacts/${id}/close`, { reason: 'test' }), 'contact.not_open')
        refused(await api.saveDraft(id, 0, {}), 'contact.not_open')
        refused(
            await api.post('/cases', { contact_id: id, matter: 'words', place_now: { unknown: true } }),
            'contact.not_open',
        )
    })

    test('of one that is not there, or is somebody else’s', async () => {
        const [api, other] = [await hutong.as('agt01'), await hutong.as('agt02')]
        refused(await api.post(`/contacts/${someId()}/close`, { reason: 'test' }), 'contact.unknown')
        const { id } = await api.takeContact()
        refused(await other.post(`/contacts/${id}/close`, { reason: 'test' }), 'contact.unknown')
        refused(await other.get(`/contacts/${id}`), 'contact.unknown')
        refused(await other.get(`/contacts/${id}/draft`), 'contact.unknown')
        refused(await other.saveDraft(id, 0, { words: 'mine now' }), 'contact.unknown')
        refused(await other.post('/cases', { contact_id: id, matter: 'words', place_now: { unknown: true } }), 'contact.unknown')
        assert.equal(ok(await api.get(`/contacts/${id}`)).state, 'open')
    })

    test('with an id that is none', async () => {
        const api = await hutong.as('agt01')
        for (const id of ['x', 'A'.repeat(32), 'a'.repeat(31), 'a'.repeat(33), '%61'.repeat(32), '%00', '..%2fcases', "'"]) {
            for (const answer of [await api.get(`/contacts/${id}`), await api.post(`/contacts/${id}/close`, { reason: 'test' })]) {
                assert.ok(
                    ['contact.unknown', 'field.invalid', 'request.malformed', 'route.unknown'].includes(answer.code),
                    `${id}: ${answer.status} ${answer.code}`,
                )
            }
        }
    })
})

describe('the draft of a contact', () => {
    const content = {
        matter: '邻居说甲小雨两天没有出门。👧 “quoted” \\ / \u2028',
        place: { code: '150222102', text: null },
        list: [1, -2.5, 1e3, true, false, null, [], {}],
        deep: { a: { b: { c: [{ d: 'e' }] } } },
        '': 'an empty name',
    }

    test('is empty at first, then what was saved, word for word', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        const empty = ok(await api.get(`/contacts/${id}/draft`))
        assert.equal(empty.version, 0)
        assert.equal(empty.content, undefined)
        const saved = await api.saveDraft(id, 0, content)
        assert.equal(ok(saved).version, 1)
        assert.equal(saved.headers.etag, '"1"')
        const read = await api.get(`/contacts/${id}/draft`)
        assert.deepEqual(ok(read).content, content)
        assert.equal(read.json.version, 1)
        assert.equal(read.headers.etag, '"1"')
        assert.equal(read.json.contact_id, id)
        assert.ok(Date.parse(read.json.saved_at))
        assert.equal(ok(await api.get(`/contacts/${id}`)).draft_version, 1)
    })

    test('keeps any JSON', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        let version = 0
        for (const value of ['text', 7, 0.1, -0.5, 12345678901234, [], {}, [null], true, false, '']) {
            version = ok(await api.saveDraft(id, version, value)).version
            assert.deepEqual(ok(await api.get(`/contacts/${id}/draft`)).content, value)
        }
    })

    test('goes up by one each time, and refuses who has not seen the last', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        for (let version = 0; version < 4; version++) {
            assert.equal(ok(await api.saveDraft(id, version, { version })).version, version + 1)
        }
        for (const stale of [0, 3, 5, 4294967295]) {
            const problem = refused(await api.saveDraft(id, stale, { stale }), 'draft.stale')
            assert.equal(problem.version, 4)
        }
        assert.deepEqual(ok(await api.get(`/contacts/${id}/draft`)).content, { version: 3 })
    })

    test('saved by two windows at once, one wins and the other is told', async () => {
        const [one, two] = [await hutong.fresh('agt01'), await hutong.fresh('agt01')]
        const { id } = await one.takeContact()
        const answers = await Promise.all([one.saveDraft(id, 0, 'one'), two.saveDraft(id, 0, 'two')])
        const codes = answers.map((answer) => answer.code ?? answer.status).sort()
        assert.deepEqual(codes, [200, 'draft.stale'])
        const winner = answers[0].status === 200 ? 'one' : 'two'
        assert.equal(ok(await one.get(`/contacts/${id}/draft`)).content, winner)
    })

    test('outgrows its bound with a coded refusal, and keeps the last', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        ok(await api.saveDraft(id, 0, 'x'.repeat(65_000)))
        const answer = await api.saveDraft(id, 1, 'x'.repeat(66_000))
        assert.ok(['draft.too_long', 'field.invalid'].includes(answer.code), answer.code)
        assert.equal(ok(await api.get(`/contacts/${id}/draft`)).content.length, 65_000)
    })

    test('of an unknown contact', async () => {
        const api = await hutong.as('agt01')
        refused(await api.saveDraft(someId(), 0, {}), 'contact.unknown')
        refused(await api.get(`/contacts/${someId()}/draft`), 'contact.unknown')
    })

    test('is no event: the log does not grow', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        const before = (await api.health()).seq
        for (let version = 0; version < 3; version++) ok(await api.saveDraft(id, version, { version }))
        assert.equal((await api.health()).seq, before)
        // But when the contact ends, its last words become part of the record.
        ok(await api.post(`/contacts/${id}/close`, { reason: 'silent' }))
        assert.equal((await api.health()).seq, before + 2)
    })

    test('may still be read by its agent when the contact has ended', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        ok(await api.saveDraft(id, 0, { matter: 'these words were typed' }))
        ok(await api.post(`/contacts/${id}/close`, { reason: 'nuisance' }))
        const answer = await api.get(`/contacts/${id}/draft`)
        assert.ok(answer.status === 200 || answer.code === 'contact.not_open' || answer.code === 'contact.unknown', answer.text)
    })
})

describe('registering a case', () => {
    test('needs the words and 不明, and no more', async () => {
        const api = await hutong.as('agt01')
        const contact = await api.takeContact()
        const made = await api.register({ matter: '有人在哭', place_now: { unknown: true } }, contact)
        const today = api.me.server_day
        assert.match(made.no, new RegExp(`^12349-${today}-\\d{4,}$`))
        assert.equal(made.state, 'TRIAGE')
        assert.equal(made.version, 1)
        const file = ok(await api.get(`/cases/${made.no}`))
        assert.equal(file.matter, '有人在哭')
        assert.equal(file.row.id, made.id)
        assert.equal(file.row.no, made.no)
        assert.equal(file.row.channel, 'phone')
        assert.equal(file.row.place_unknown, true)
        assert.equal(file.row.place_code, undefined)
        assert.equal(file.contact_id, contact.id)
        assert.deepEqual(file.children ?? [], [])
        const after = ok(await api.get(`/contacts/${contact.id}`))
        assert.equal(after.state, 'registered')
        assert.equal(after.case_no, made.no)
    })

    test('keeps everything that was said', async () => {
        const api = await hutong.as('agt01')
        const contact = await api.takeContact({ channel: 'phone', number: '00000000017', language: 'zh' })
        const asked = {
            matter: '第一行\n第二行:孩子说“不想回家”。',
            place_now: { code: '150222102', text: '金山镇东头' },
            occurring: 'now',
            language: 'dialect',
            anonymity: 'named',
            reporter: { name: '己大勇', caller_is: 'neighbour', phone: '00000000017', callback_phone: '00000000018', safe_time: '晚上八点后', wants_reply: 'yes' },
            children: [
                { name: '甲小雨', sex: 'female', age_years: 10, school: '测试小学' },
                { name: '甲小虎', sex: 'male', age_years: 8 },
                {},
            ],
            screen: { r1: 'yes', r2: 'no', r3: 'unknown', r8: 'no' },
            avoid_contact: '不要联系孩子父亲',
        }
        const made = await api.register(asked, contact)
        const file = ok(await api.get(`/cases/${made.no}`))
        assert.equal(file.matter, asked.matter)
        assert.equal(file.place_text, asked.place_now.text)
        assert.equal(file.row.place_code, '150222102')
        assert.equal(file.occurring, 'now')
        assert.equal(file.language, 'dialect')
        assert.equal(file.anonymity, 'named')
        assert.equal(file.avoid_contact, asked.avoid_contact)
        for (const [name, value] of Object.entries(asked.reporter)) assert.equal(file.reporter[name], value, name)
        assert.equal(file.reporter.number, '00000000017')
        assert.equal(file.children.length, 3)
        asked.children.forEach((child, index) => {
            for (const [name, value] of Object.entries(child)) assert.equal(file.children[index][name], value, name)
        })
        for (const [name, value] of Object.entries(asked.screen)) assert.equal(file.screen[name], value, name)
        assert.ok(file.may.includes('add_note'))
    })

    test('with a place by code at each level, or by words alone', async () => {
        const api = await hutong.as('agt01')
        const { nodes } = ok(await api.get('/territory'))
        for (const length of [6, 9, 12]) {
            const { code } = nodes.filter((node) => node.code.length === length).at(-1)
            const made = await api.register({ place_now: { code } })
            assert.equal(ok(await api.get(`/cases/${made.no}`)).row.place_code, code)
        }
        const made = await api.register({ place_now: { text: '老邮局后面' } })
        const file = ok(await api.get(`/cases/${made.no}`))
        assert.equal(file.place_text, '老邮局后面')
        assert.equal(file.row.place_code, undefined)
    })

    test('refuses an empty place and a code that is not in the territory', async () => {
        const api = await hutong.as('agt01')
        const { id } = await api.takeContact()
        const post = (place_now) => api.post('/cases', { contact_id: id, matter: 'words', place_now })
        for (const place of [{}, { unknown: false }, { text: '  ' }, { text: '' }, { unknown: null }]) {
            refused(await post(place), 'place.empty', JSON.stringify(place))
        }
        for (const code of ['150201', '110101', '150222999', '150222102999', '999999', '999999999999']) {
            refused(await post({ code }), 'place.unknown_code', code)
        }
        assert.equal(ok(await api.get(`/contacts/${id}`)).state, 'open')
        ok(await post({ unknown: true }), 201)
    })

    test('once for a contact', async () => {
        const api = await hutong.as('agt01')
        const contact = await api.takeContact()
        await api.register({}, contact)
        const body = { contact_id: contact.id, matter: 'again', place_now: { unknown: true } }
        refused(await api.post('/cases', body), 'contact.not_open')
        refused(await api.post('/cases', { ...body, contact_id: someId() }), 'contact.unknown')
        refused(await api.post(`/contacts/${contact.id}/close`, { reason: 'test' }), 'contact.not_open')
        refused(await api.saveDraft(contact.id, 0, {}), 'contact.not_open')
    })

    test('of two windows at once, one case', async () => {
        const [one, two] = [await hutong.fresh('agt01'), await hutong.fresh('agt01')]
        const { id } = await one.takeContact()
        const body = { contact_id: id, matter: 'words', place_now: { unknown: true } }
        const answers = await Promise.all([one.post('/cases', body), two.post('/cases', body)])
        assert.deepEqual(answers.map((answer) => answer.code ?? answer.status).sort(), [201, 'contact.not_open'])
    })

    test('numbers are dense within a day', async () => {
        const api = await hutong.as('agt01')
        const serials = await Promise.all(Array.from({ length: 6 }, () => api.register()))
        const sorted = serials.map(({ no }) => Number(no.slice(15))).sort((a, b) => a - b)
        sorted.forEach((serial, index) => assert.equal(serial, sorted[0] + index))
    })

    test('keeps words in any script, cut nowhere', async () => {
        const api = await hutong.as('agt01')
        for (const matter of ['ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ', '👨‍👩‍👧‍👦 family', 'العربية', '𠮷野家', '字'.repeat(20_000), 'a', 'tab\there']) {
            const made = await api.register({ matter })
            const file = ok(await api.get(`/cases/${made.no}`))
            assert.equal(file.matter.normalize('NFC'), matter.normalize('NFC').trim())
        }
    })

    test('gives a code to ask with, that only this answer shows', async () => {
        const api = await hutong.as('agt01')
        const made = await api.register({ anonymity: 'anonymous' })
        assert.match(made.query_code, /^[0-9]{6}$/)
        assert.ok(!(await api.get(`/cases/${made.no}`)).text.includes(made.query_code))
    })
})

describe('adding a note', () => {
    test('appends to the timeline, and answers with the entry', async () => {
        const api = await hutong.as('agt01')
        const made = await api.register()
        const texts = ['一', '二\n三', '字'.repeat(5000)]
        for (const text of texts) {
            const entry = ok(await api.post(`/cases/${made.no}/note`, { text }), 201)
            assert.equal(entry.note, text)
            assert.equal(entry.event, 'note_added')
            assert.equal(entry.actor, 'agt01')
            assert.equal(entry.role, 'R-AGT')
        }
        const { rows } = ok(await api.get(`/cases/${made.no}/timeline`))
        assert.deepEqual(rows.filter((row) => row.event === 'note_added').map((row) => row.note), [...texts].reverse())
        assert.equal(rows.at(-1).event, 'case_registered')
        const seqs = rows.map((row) => row.seq)
        assert.deepEqual(seqs, [...seqs].sort((a, b) => b - a))
        assert.equal(ok(await api.get(`/cases/${made.no}`)).row.version, 1 + texts.length)
    })

    test('too short, too long', async () => {
        const api = await hutong.as('agt01')
        const made = await api.register()
        for (const text of ['', ' ', '字'.repeat(5001)]) {
            const problem = refused(await api.post(`/cases/${made.no}/note`, { text }), 'field.invalid')
            assert.equal(problem.errors[0].pointer, '/text')
        }
        // Bounds count characters, not bytes and not halves of surrogates.
        ok(await api.post(`/cases/${made.no}/note`, { text: '👧'.repeat(5000) }), 201)
    })

    test('to a case that is not there', async () => {
        const api = await hutong.as('agt01')
        const unknown = `12349-${api.me.server_day}-9999`
        refused(await api.post(`/cases/${unknown}/note`, { text: 'x' }), 'case.unknown')
        refused(await api.get(`/cases/${unknown}`), 'case.unknown')
        refused(await api.get(`/cases/${unknown}/timeline`), 'case.unknown')
        for (const no of ['x', '12349', '12349-20261123', '12349-20261123-', '12349-20261399-0001', '12349-20261123-0000', '12345-20261123-0001', `12349-${api.me.server_day}-1`, `12349-${api.me.server_day}-00001`, `12349-${api.me.server_day}-99999999999999999999`, '%00', `12349-${api.me.server_day}-0001%00`]) {
            const answer = await api.get(`/cases/${no}`)
            assert.ok(['case.unknown', 'request.malformed', 'field.invalid', 'route.unknown'].includes(answer.code), `${no}: ${answer.status} ${answer.code}`)
        }
    })
})

describe('lists', () => {
    test('cases come newest first, in pages that miss and repeat nothing', async () => {
        const api = await hutong.as('agt01')
        for (let round = 0; round < 7; round++) await api.register()
        const whole = ok(await api.get('/cases?limit=200'))
        assert.ok(whole.rows.length >= 7)
        const stamps = whole.rows.map((row) => row.id)
        assert.deepEqual(stamps, [...stamps].sort().reverse())
        const seen = []
        let next = ''
        do {
            const page = ok(await api.get(`/cases?limit=3${next && `&cursor=${next}`}`))
            assert.ok(page.rows.length <= 3)
            seen.push(...page.rows.map((row) => row.no))
            next = page.next ?? ''
        } while (next)
        assert.deepEqual(seen.slice(0, whole.rows.length), whole.rows.map((row) => row.no))
        assert.equal(new Set(seen).size, seen.length)
        for (const row of whole.rows) {
            for (const name of ['name', 'sex', 'age_years', 'matter', 'reporter']) assert.equal(row[name], undefined)
        }
        assert.ok(whole.counters.open >= 7 && whole.counters.today >= 7 && whole.counters.triage >= 7)
    })

    test('by state', async () => {
        const api = await hutong.as('agt01')
        const triage = ok(await api.get('/cases?state=TRIAGE&limit=200'))
        assert.ok(triage.rows.length > 0 && triage.rows.every((row) => row.state === 'TRIAGE'))
        assert.deepEqual(ok(await api.get('/cases?state=ARCHIVED')).rows, [])
    })

    test('contacts are my own; the open ones are drafts to resume', async () => {
        const [api, other] = [await hutong.as('agt02'), await hutong.as('agt01')]
        const mine = await api.takeContact()
        const closed = await api.takeContact()
        ok(await api.post(`/contacts/${closed.id}/close`, { reason: 'test' }))
        const theirs = await other.takeContact()
        const all = ok(await api.get('/contacts?limit=200')).rows
        assert.ok(all.every((row) => row.agent === 'agt02'))
        assert.ok(!all.some((row) => row.id === theirs.id))
        const open = ok(await api.get('/contacts?state=open&limit=200')).rows
        assert.ok(open.every((row) => row.state === 'open'))
        assert.ok(open.some((row) => row.id === mine.id) && !open.some((row) => row.id === closed.id))
        const paged = []
        let next = ''
        do {
            const page = ok(await api.get(`/contacts?limit=1${next && `&cursor=${next}`}`))
            paged.push(...page.rows.map((row) => row.id))
            next = page.next ?? ''
        } while (next)
        assert.deepEqual(paged, all.map((row) => row.id))
    })

    test('timelines come in pages', async () => {
        const api = await hutong.as('agt01')
        const made = await api.register()
        for (let round = 0; round < 5; round++) ok(await api.post(`/cases/${made.no}/note`, { text: `note ${round}` }), 201)
        const whole = ok(await api.get(`/cases/${made.no}/timeline?limit=200`)).rows
        const paged = []
        let next = ''
        do {
            const page = ok(await api.get(`/cases/${made.no}/timeline?limit=2${next && `&cursor=${next}`}`))
            paged.push(...page.rows)
            next = page.next ?? ''
        } while (next)
        assert.deepEqual(paged, whole)
    })

    test('a cursor that is none, or belongs elsewhere', async () => {
        const api = await hutong.as('agt01')
        const made = await api.register()
        for (const target of ['/cases', '/contacts', `/cases/${made.no}/timeline`]) {
            refused(await api.get(`${target}?cursor=${'A'.repeat(20)}`), 'cursor.bad', target)
            for (const cursor of ['%00', 'a b', '', '../', 'A'.repeat(129)]) {
                const answer = await api.get(`${target}?cursor=${encodeURIComponent(cursor)}`)
                assert.ok(['cursor.bad', 'field.invalid', 'request.malformed'].includes(answer.code) || (cursor === '' && answer.status === 200), `${target} ${cursor}: ${answer.status}`)
            }
        }
    })

    test('limits out of bounds, unknown states and unknown parameters', async () => {
        const api = await hutong.as('agt01')
        for (const query of ['limit=0', 'limit=201', 'limit=-1', 'limit=x', 'limit=1e1', 'limit=01x', 'limit=99999999999999999999', 'state=NONE', 'state=triage', 'colour=red', 'limit=5&limit=6', 'limit=%', 'limit=%zz']) {
            const answer = await api.get(`/cases?${query}`)
            assert.ok(['field.invalid', 'request.malformed'].includes(answer.code), `${query}: ${answer.status} ${answer.code}`)
        }
    })
})

describe('the territory', () => {
    test('is one city, 10 counties, 91 townships and 855 villages, with search keys', async () => {
        const api = await hutong.as('agt01')
        const answer = await api.get('/territory')
        const { nodes, version } = ok(answer)
        assert.ok(version >= 1)
        const real = nodes.filter((node) => !/^\d{9}9\d\d$/.test(node.code) && !node.name.startsWith('测试'))
        const count = (length) => real.filter((node) => node.code.length === length).length
        assert.equal(count(6), 1 + 10)
        assert.equal(count(9), 91)
        assert.equal(count(12), 855)
        assert.equal(new Set(nodes.map((node) => node.code)).size, nodes.length)
        const guyang = nodes.find((node) => node.code === '150222')
        assert.equal(guyang.name, '固阳县')
        assert.equal(guyang.pinyin, 'guyangxian')
        assert.equal(guyang.initials, 'gyx')
        // every node's parent is there
        const codes = new Set(nodes.map((node) => node.code))
        for (const { code } of nodes) {
            if (code === '150200') continue
            const parent = code.length === 6 ? '150200' : code.slice(0, code.length - 3)
            assert.ok(codes.has(parent), `${code} has no parent`)
        }
        assert.match(answer.headers.etag ?? '', /^(W\/)?"[^"]+"$/)
        const again = await api.get('/territory', { headers: { 'if-none-match': answer.headers.etag } })
        assert.ok(again.status === 304 || again.status === 200)
        if (again.status === 304) assert.equal(again.bytes.length, 0)
    })
})

describe('what was answered is there after a kill', () => {
    test('contact, draft, case and note', async () => {
        const api = await hutong.fresh('agt01')
        const open = await api.takeContact({ channel: 'visit' })
        ok(await api.saveDraft(open.id, 0, { matter: 'half a sentence' }))
        const made = await api.register({ matter: 'kept' })
        const note = ok(await api.post(`/cases/${made.no}/note`, { text: 'kept too' }), 201)
        await hutong.server.kill()
        hutong.server = await Server.start(hutong.store)
        for (const client of hutong.clients) client.url = new URL(hutong.server.url)
        assert.deepEqual(ok(await api.get(`/contacts/${open.id}/draft`)).content, { matter: 'half a sentence' })
        assert.equal(ok(await api.get(`/cases/${made.no}`)).matter, 'kept')
        const { rows } = ok(await api.get(`/cases/${made.no}/timeline`))
        assert.deepEqual(rows.find((row) => row.seq === note.seq), note)
    })
})
