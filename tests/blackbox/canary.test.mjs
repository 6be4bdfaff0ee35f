// No name stands in clear where it need not: unique strings are given to the
// server, read back from it (so the test looks for what is really there), and
// then searched in every form, in every file, in what it printed, and in its
// memory after sign-out.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { before, describe, test } from 'node:test'
import { Api, signedIn } from '../lib/api.mjs'
import { root } from '../lib/folder.mjs'
import { Frames, cookieOf } from '../lib/frames.mjs'
import { act, walk } from '../lib/path.mjs'
import { formsOf, searchBytes, searchFiles, searchMemory } from '../lib/scan.mjs'
import { Server, binary, demoStore } from '../lib/server.mjs'
import { sleep } from '../lib/wait.mjs'
import { ok } from './setup.mjs'

const HAN = [...'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥']
const han = (length) => Array.from(randomBytes(length), (byte) => HAN[byte % HAN.length]).join('')
const digits = (length) => Array.from(randomBytes(length), (byte) => byte % 10).join('')

const canary = {
    caller: `甲${han(9)}`,
    child: `乙${han(9)}`,
    latin: `Canary${randomBytes(9).toString('hex')}`,
    school: `丙${han(9)}小学`,
    words: `丁${han(20)}`,
    note: `戊${han(20)}`,
    draft: `己${han(20)}`,
    place: `庚${han(9)}`,
    phone: `0000${digits(12)}`,
    number: `0000${digits(12)}`,
    avoid: `辛${han(9)}`,
}
// What people write on the way to the archive: each field of each command.
const said = Object.fromEntries(
    [
        'urgency.text', 'triage.text', 'triage.why', 'triage.now', 'triage.event', 'triage.home', 'triage.household',
        'dispatch.text', 'sign.name', 'sign.text', 'emergency.text', 'ladder.person', 'ladder.number', 'ladder.text', 'down.text',
        'contact.text', 'result.facts', 'result.basis', 'result.measures', 'result.reply', 'result.remaining', 'result.signed',
        'returned.text', 'passed.text', 'callback.text', 'callback.reason', 'redo.text', 'close.text', 'check.text', 'archive.text',
        'supplement.text', 'supplement.reason', 'refusal.told', 'decision.text', 'answer.text', 'void.text', 'red.matter', 'red.place',
    ].map((name) => [name, `壬${han(14)}`]),
)
const texts = [...Object.values(canary), ...Object.values(said)]

describe('the search itself', () => {
    test('finds each form, at each place', () => {
        for (const text of texts) {
            for (const [form, needle] of formsOf(text)) {
                const bytes = Buffer.concat([randomBytes(37), needle, randomBytes(11)])
                assert.ok(searchBytes('x', bytes, [text]).some((one) => one.form === form), `${text} as ${form}`)
            }
            for (let shift = 0; shift < 3; shift++) {
                const inside = Buffer.from(Buffer.concat([randomBytes(30 + shift), Buffer.from(text), randomBytes(9)]).toString('base64'))
                assert.ok(searchBytes('x', inside, [text]).length > 0, `base64 at ${shift}`)
            }
            assert.ok(searchBytes('x', Buffer.from(JSON.stringify({ text })), [text]).length > 0)
            assert.deepEqual(searchBytes('x', randomBytes(100_000), [text]), [])
        }
    })

    test('finds a text in the memory of a process that holds it', () => {
        const held = Buffer.from(`held-${randomBytes(8).toString('hex')}`)
        const { found, bytes, refused } = searchMemory(process.pid, [held.toString()])
        assert.ok(refused || (bytes > 1 << 20 && found.length > 0))
    })
})

describe('names and words', () => {
    // Memory is looked at in the program that is shipped, not under a sanitizer,
    // which keeps what was freed on purpose.
    const shipped = path.join(root, 'build/hutong')
    const program = fs.existsSync(shipped) ? shipped : binary('build/asan/hutong')
    let store, server, memory
    before(async () => {
        store = demoStore()
        server = await Server.start(store, { program })
    })

    test('are found where they should be: in the answers', async () => {
        const api = await signedIn(server, 'agt01')
        const live = await Frames.open(server.url, { cookie: cookieOf(api) })
        await live.next('a snapshot')
        const contact = await api.takeContact({ channel: 'phone', number: canary.number })
        ok(await api.saveDraft(contact.id, 0, { matter: canary.words, more: canary.draft }))
        const made = await api.register(
            {
                matter: `${canary.words} ${canary.latin}`,
                place_now: { text: canary.place },
                reporter: { name: canary.caller, phone: canary.phone },
                children: [{ name: canary.child, school: canary.school }, { name: canary.latin }],
                avoid_contact: canary.avoid,
            },
            contact,
        )
        const open = await api.takeContact({ channel: 'phone', number: canary.number })
        ok(await api.saveDraft(open.id, 0, { matter: canary.draft }))
        const closed = await api.takeContact({ channel: 'phone', number: canary.number })
        ok(await api.saveDraft(closed.id, 0, { matter: canary.draft }))
        ok(await api.post(`/contacts/${closed.id}/close`, { reason: 'nuisance' }))
        ok(await api.post(`/cases/${made.no}/note`, { text: canary.note }), 201)
        const seen =
            (await api.get(`/cases/${made.no}`)).text +
            (await api.get(`/cases/${made.no}/timeline`)).text +
            (await api.get(`/contacts/${open.id}/draft`)).text
        for (const [name, text] of Object.entries(canary)) assert.ok(seen.includes(text), `${name} cannot be read back`)
        // Refused and malformed bodies hold names too.
        await api.post('/cases', `{"contact_id":"${open.id}","matter":"${canary.words}`)
        await api.post('/cases', { contact_id: open.id, matter: canary.words, place_now: {}, reporter: { name: canary.caller } })
        await api.post(`/cases/12349-${api.me.server_day}-9999/note`, { text: canary.note })
        for (const login of ['ldr01', 'cty_gy', 'ptr_wf', 'agt02']) {
            const other = await signedIn(server, login)
            await other.get(`/cases/${made.no}`)
            await other.get('/cases')
            await other.signOut()
            other.close()
        }
        live.end()
        assert.equal((await api.signOut()).status, 204)
        api.close()
    })

    test('and on the way to the archive, for those who may read them alone', async () => {
        const known = new Map()
        const as = async (login) => {
            if (!known.has(login)) known.set(login, await signedIn(server, login))
            return known.get(login)
        }
        const of = (prefix, ...names) => Object.fromEntries(names.map((name) => [name, said[`${prefix}.${name}`]]))
        const one = await walk(as, '', { screen: { r1: 'yes' } })
        const does = async (login, command, body) => act(await as(login), command, one, body)
        await does('ldr01', 'change_urgency', { urgency: 'urgent', ...of('urgency', 'text') })
        const place = (name) => ({ code: '150223104902', text: said[`triage.${name}`] })
        await does('ctr01', 'triage_case', { // who alone may lower a danger
            category: 'C08', urgency: 'general', text: said['triage.text'], why_no_emergency: said['triage.why'],
            place_now: place('now'), place_event: place('event'), place_home: place('home'), place_household: place('household'),
        })
        await does('ldr01', 'dispatch_case', { lead: 'ca_dm', ...of('dispatch', 'text') })
        await does('cty_dm', 'sign_case', { handler_name: said['sign.name'], ...of('sign', 'text') })
        await does('agt01', 'start_emergency', of('emergency', 'text'))
        await does('agt01', 'mark_ladder', { step: 'L1', outcome: 'answered', person: said['ladder.person'], their_no: said['ladder.number'], ...of('ladder', 'text') })
        await does('cty_dm', 'mark_ladder', { step: 'L7', outcome: 'safe' })
        await does('ctr01', 'stand_down', of('down', 'text'))
        await does('cty_dm', 'record_first_contact', of('contact', 'text'))
        const result = {
            result_code: 'partly', child_safety: 'hazard', facts: said['result.facts'], basis: said['result.basis'], measures: said['result.measures'],
            reply_text: said['result.reply'], remaining: said['result.remaining'], signed_by: said['result.signed'],
        }
        await does('cty_dm', 'submit_result', result)
        await does('cty_dm2', 'review_result', { passed: false, defects: ['safety'], text: said['returned.text'] })
        await does('cty_dm', 'sign_case', {})
        await does('cty_dm', 'submit_result', result)
        await does('cty_dm2', 'review_result', { passed: true, text: said['passed.text'] })
        await does('ctr01', 'review_result', { passed: true })
        await does('cbk01', 'record_callback', {
            outcome: 'connected', handled: 'yes', solved: 'no', satisfaction: 'dissatisfied', ...of('callback', 'text', 'reason'),
        })
        await does('ctr02', 'decide_redo', { redo: false, justified: false, ...of('redo', 'text') })
        await does('cbk01', 'close_case', { ground: 'need_met', ...of('close', 'text') })
        const items = ['registration', 'contacts', 'dispatch', 'ladder', 'visits', 'assessment', 'plan', 'results', 'supervision', 'callback', 'review', 'hashes']
        await does('ctr02', 'check_archive', { items, ...of('check', 'text') })
        await does('ctr02', 'archive_case', { retention: 'permanent', secrecy: 'secret', ...of('archive', 'text') })
        await does('ctr02', 'supplement_case', of('supplement', 'text', 'reason'))
        const two = await walk(as, '')
        await act(await as('agt01'), 'propose_refusal', two, { reason: 'no_child', ...of('refusal', 'told') })
        await act(await as('ldr01'), 'decide_refusal', two, { confirmed: false, ...of('decision', 'text') })
        await act(await as('agt01'), 'answer_case', two, { category: 'A01', ...of('answer', 'text') })
        const three = await walk(as, '')
        await act(await as('ldr01'), 'void_case', three, of('void', 'text'))
        const red = ok(
            await (await as('agt01')).post('/emergencies', { matter: said['red.matter'], place_now: { code: '150223104902', text: said['red.place'] } }),
            201,
        )
        const cases = [one, two, three, red]
        const reads = async (login) => {
            const api = await as(login)
            const pages = await Promise.all(cases.flatMap(({ no }) => [api.get(`/cases/${no}`), api.get(`/cases/${no}/timeline?limit=200`)]))
            return [...pages, await api.get('/cases?limit=200'), await api.get('/work')].map(({ text }) => text).join('')
        }
        const whole = await reads('ctr01')
        assert.deepEqual(Object.keys(said).filter((name) => !whole.includes(said[name])), [], 'cannot be read back')
        for (const login of ['agt02', 'dsp01', 'ptr_wf', 'cty_gy', 'ptl_edu', 'prv_01', 'lea01', 'adm01', 'sec01', 'aud01']) {
            const seen = await reads(login)
            assert.deepEqual(Object.keys(said).filter((name) => seen.includes(said[name])), [], login)
        }
        for (const api of known.values()) {
            await api.signOut()
            api.close()
        }
    })

    test('are in no file of the store while it runs, nor in what was printed', () => {
        assert.deepEqual(searchFiles([store.top], texts), [])
        assert.deepEqual(searchBytes('stdout', Buffer.from(server.stdout), texts), [])
        assert.deepEqual(searchBytes('stderr', Buffer.from(server.stderr), texts), [])
    })

    test('are not in the memory of the server after sign-out', async (t) => {
        // Other requests come and go; no one of them is about these persons.
        const other = new Api(server.url)
        for (let round = 0; round < 20; round++) await other.request('GET', '/healthz')
        await sleep(1500)
        memory = searchMemory(server.pid, texts)
        // On a busy machine what is under way takes longer; what is kept stays.
        for (let round = 0; round < 10 && memory.found?.length > 0; round++) {
            await sleep(1500)
            memory = searchMemory(server.pid, texts)
        }
        other.close()
        if (memory.refused) {
            // The kernel does not let us: the process may not be dumped, and
            // then there is no core either.
            assert.notEqual(fs.statSync(`/proc/${server.pid}/mem`).uid, process.getuid(), 'the memory is refused for another reason')
            t.diagnostic('the process is not dumpable: there is no core to search')
            return
        }
        t.diagnostic(`${memory.bytes >> 20} MiB of memory searched`)
        assert.deepEqual(memory.found, [])
    })

    test('the process leaves no core file', () => {
        const limits = fs.readFileSync(`/proc/${server.pid}/limits`, 'utf8')
        assert.match(limits, /Max core file size\s+0\s+0/)
    })

    test('nor are the password, the session and the master key', async () => {
        const api = await signedIn(server, 'agt02')
        const cookie = api.cookies.get('hutong')
        await api.signOut()
        api.close()
        const master = fs.readFileSync(store.key, 'utf8').trim()
        assert.deepEqual(searchFiles([store.dir], [store.password, cookie, cookie.slice(22), master]), [])
        const said = Buffer.from(server.stdout + server.stderr)
        assert.deepEqual(searchBytes('output', said, [store.password, cookie, master]), [])
        assert.ok(!fs.readFileSync(`/proc/${server.pid}/environ`, 'utf8').includes(master))
        assert.ok(!fs.readFileSync(`/proc/${server.pid}/cmdline`, 'utf8').includes(master))
        const { found } = searchMemory(server.pid, [store.password])
        assert.deepEqual(found, [], 'the password is still in memory')
    })

    test('are in no file after the server has stopped', async () => {
        await server.stop()
        assert.deepEqual(searchFiles([store.top], texts), [])
        assert.deepEqual(searchBytes('stderr', Buffer.from(server.stderr), texts), [])
    })
})
