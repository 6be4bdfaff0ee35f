// crash/run.mjs [--kills N] [--seed S] [--clients C] [--every K] - kill -9 while
// the server writes, at random microseconds, again and again on one store.
//
// The driver, not the server, keeps the list of what was acknowledged. After
// each start every acknowledged command of the round before is sent again under
// its key: the same answer means that it is there, another one that it was lost
// and done anew. At the end every case's timeline and every contact is read and
// compared with the list. What is checked, in the words of the design:
//
//   I1 every acknowledged event is there, once    keys sent again; tags counted
//   I2 the log is dense, its chain and root verify     verify at each K-th kill
//   I3 at most the batch in flight stands beyond       seq against the list
//   I4 tables equal a replay                           verify --replay
//   I5 the next commits work                           the next round
//   I6 nothing was read without its trail entry        seq grows with a read
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { Api, signedIn } from '../lib/api.mjs'
import { Server, binary, demoStore } from '../lib/server.mjs'
import { sleep } from '../lib/wait.mjs'

binary('build/hutong')
const option = (name, fallback) => {
    const at = process.argv.indexOf(`--${name}`)
    return at < 0 ? fallback : Number(process.argv[at + 1])
}
const kills = option('kills', 500)
const seed = option('seed', randomBytes(4).readUInt32LE(0))
const clients = option('clients', 6)
const every = option('every', 50)
assert.ok(kills > 0 && Number.isInteger(seed), 'usage: run.mjs [--kills N] [--seed S] [--clients C] [--every K]')
console.log(`seed ${seed}, ${kills} kills, ${clients} clients`)

// mulberry32: what the seed decides is when each kill comes and who does what.
let state = seed >>> 0
function random() {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const pick = (list) => list[Math.floor(random() * list.length)]

// Each kill, with all that is looked at after it, counts as one test; so does
// each comparison at the end.
let passed = 0
let failed = 0
let troubles = 0
function check(what, work) {
    try {
        work()
        return true
    } catch (problem) {
        if (++troubles <= 50) console.log(`not ok - ${what}: ${problem.message.split('\n')[0]}`)
        return false
    }
}
function test(what, work) {
    if (check(what, work)) passed++
    else failed++
}

// ------------------------------------------------------------ clients ----

const store = demoStore()
let server = await Server.start(store)
const accounts = ['agt01', 'agt02', 'sen01']
const people = []
for (let at = 0; at < clients; at++) {
    const api = await signedIn(server, accounts[at % accounts.length])
    api.me.server_day = Number(api.me.server_day)
    people.push({ api, at, contacts: [], cases: [], drafts: new Map(), pending: null, done: [] })
}
const leader = await signedIn(server, 'ldr01')

let tags = 0
const acknowledged = new Map() // tag -> {kind, object}
const sent = new Set() // tags that may be there or not

/** One command: {method, target, body, key}, remembered until it is answered. */
function nextCommand(person) {
    const tag = `tag-${seed}-${++tags}-x`
    const dice = random()
    if (person.contacts.length && dice < 0.25) {
        const contact = person.contacts.shift()
        return { tag, kind: 'case', target: '/cases', contact, body: { contact_id: contact, matter: tag, place_now: { unknown: true }, children: [{ name: '甲小雨' }] } }
    }
    if (person.contacts.length && dice < 0.3) {
        const contact = person.contacts.shift()
        return { tag, kind: 'close', contact, target: `/contacts/${contact}/close`, body: { reason: pick(['silent', 'test', 'nuisance', 'wrong_number']) } }
    }
    if (person.contacts.length && dice < 0.45) {
        const contact = person.contacts[0]
        const version = person.drafts.get(contact)?.version ?? 0
        return { tag, kind: 'draft', contact, method: 'PUT', target: `/contacts/${contact}/draft`, version, body: { content: { tag } } }
    }
    if (person.cases.length && dice < 0.8) {
        return { tag, kind: 'note', target: `/cases/${pick(person.cases)}/note`, body: { text: tag } }
    }
    return { tag, kind: 'contact', target: '/contacts', body: { channel: 'phone', number: '00000000066' } }
}

/** Sends a command; true when it was acknowledged. */
async function send(person, command) {
    const { api } = person
    command.key ??= command.kind === 'draft' ? null : api.key()
    sent.add(command.tag)
    const answer = await api.command(command.method ?? 'POST', command.target, command.body, {
        key: command.key,
        ifMatch: command.kind === 'draft' ? command.version : undefined,
        check: false,
        timeout: 120_000,
    })
    return answer
}

function acknowledge(person, command, answer) {
    command.answer = answer.json
    const { kind, tag } = command
    if (kind === 'contact') person.contacts.push(answer.json.id)
    if (kind === 'case') person.cases.push(answer.json.no)
    if (kind === 'draft') person.drafts.set(command.contact, { version: answer.json.version, tag })
    else acknowledged.set(tag, { kind, target: command.target, answer: answer.json })
    person.done.push(command)
}

let stopping = false
async function work(person) {
    while (!stopping) {
        person.pending ??= nextCommand(person)
        let answer
        try {
            answer = await send(person, person.pending)
        } catch {
            return // the server is gone; nobody knows about this one
        }
        if (answer.status >= 300) {
            check(`${person.pending.kind} ${person.pending.target}`, () => assert.fail(`${answer.status} ${answer.text}`))
            person.pending = null
            continue
        }
        acknowledge(person, person.pending, answer)
        person.pending = null
    }
}

// ------------------------------------------------------------- rounds ----

const sameAnswer = (command, json) => {
    const { kind, answer } = command
    if (kind === 'contact') return json.id === answer.id
    if (kind === 'case') return json.id === answer.id && json.no === answer.no
    if (kind === 'note') return json.seq === answer.seq
    return json.id === answer.id
}

async function lookBack(round) {
    for (const person of people) {
        person.api.agent.destroy()
        const api = new Api(server.url)
        Object.assign(api, { cookies: person.api.cookies, me: person.api.me })
        person.api = api
    }
    leader.agent.destroy()
    leader.url = new URL(server.url)
    leader.agent = people[0].api.agent

    await Promise.all(
        people.map(async (person) => {
            // I1: what was acknowledged answers as it did.
            for (const command of person.done.splice(0)) {
                if (command.kind === 'draft') continue
                const answer = await send(person, command)
                check(`kill ${round}: ${command.kind} ${command.tag} was acknowledged and is not there`, () => {
                    assert.ok(answer.status < 300, `${answer.status} ${answer.text}`)
                    assert.ok(sameAnswer(command, answer.json), `${JSON.stringify(answer.json)} was ${JSON.stringify(command.answer)}`)
                })
            }
            // What was in flight: sent again it is done once, whatever became of it.
            const { pending } = person
            if (pending?.kind === 'draft') {
                const draft = (await person.api.get(`/contacts/${pending.contact}/draft`, { check: false })).json
                const kept = person.drafts.get(pending.contact)
                check(`kill ${round}: the draft of ${pending.contact}`, () => {
                    if (draft.version === (kept?.version ?? 0)) assert.equal(draft.content?.tag, kept?.tag)
                    else {
                        assert.equal(draft.version, pending.version + 1)
                        assert.equal(draft.content.tag, pending.tag)
                    }
                })
                if (draft.version) person.drafts.set(pending.contact, { version: draft.version, tag: draft.content.tag })
                person.pending = null
            } else if (pending) {
                const answer = await send(person, pending)
                check(`kill ${round}: ${pending.kind} ${pending.tag} in flight`, () => assert.ok(answer.status < 300, `${answer.status} ${answer.text}`))
                if (answer.status < 300) acknowledge(person, pending, answer)
                person.pending = null
            }
        }),
    )
}

const started = Date.now()
let slowest = 0
let seqBefore = 0
for (let round = 1; round <= kills; round++) {
    stopping = false
    const troublesBefore = troubles
    const at = performance.now() + random() ** 2 * 250
    const working = people.map((person) => work(person))
    // The timer of the language counts in milliseconds; the rest is spent waiting.
    await sleep(Math.max(0, at - performance.now() - 2))
    while (performance.now() < at) await new Promise(setImmediate)
    stopping = true
    await server.kill()
    await Promise.all(working)

    if (round % every === 0 || round === kills) {
        const deep = store.verify('--replay')
        check(`kill ${round}: verify --replay`, () => assert.equal(deep.code, 0, `${deep.code} ${deep.stdout}${deep.stderr}`))
    }
    const begin = performance.now()
    try {
        server = await Server.start(store)
    } catch (problem) {
        check(`kill ${round}: the start`, () => {
            throw problem
        })
        failed++
        break
    }
    slowest = Math.max(slowest, performance.now() - begin)
    await lookBack(round)

    const seq = (await leader.health()).seq
    await leader.get('/session', { check: false }) // so that its session stays open
    check(`kill ${round}: the log never gets shorter`, () => assert.ok(seq >= seqBefore, `${seq} < ${seqBefore}`))
    seqBefore = seq
    if (troubles === troublesBefore) passed++
    else failed++
    if (round % every === 0) {
        const seconds = (Date.now() - started) / 1000
        console.log(`# ${round} kills, ${acknowledged.size} acknowledged, seq ${seq}, ${failed} failed, ${seconds.toFixed(0)} s`)
    }
}

// ------------------------------------------------------------ the end ----

// I1 and I3, whole: every tag that was acknowledged stands once; one that was
// never answered stands once at most; no other stands at all.
if (!server.exit) {
    const found = new Map()
    const cases = people.flatMap((person) => person.cases.map((no) => ({ no, person })))
    const listed = new Set()
    for (let next = ''; ; ) {
        const page = (await leader.get(`/cases?limit=200${next && `&cursor=${next}`}`)).json
        for (const row of page.rows) listed.add(row.no)
        if (!page.next) break
        next = page.next
    }
    const seqBeforeReads = (await leader.health()).seq
    const queue = [...listed]
    const readOne = async (no) => {
        const file = (await leader.get(`/cases/${no}`)).json
        const tag = /tag-\d+-\d+-x/.exec(file.matter)?.[0]
        if (tag) found.set(tag, (found.get(tag) ?? 0) + 1)
        for (let next = ''; ; ) {
            const page = (await leader.get(`/cases/${no}/timeline?limit=200${next && `&cursor=${next}`}`)).json
            for (const row of page.rows) {
                const note = /tag-\d+-\d+-x/.exec(row.note ?? '')?.[0]
                if (note) found.set(note, (found.get(note) ?? 0) + 1)
            }
            if (!page.next) break
            next = page.next
        }
    }
    await Promise.all(
        Array.from({ length: 8 }, async () => {
            while (queue.length) await readOne(queue.pop())
        }),
    )
    // I6: each file was opened for the first time in this session.
    const grown = (await leader.health()).seq - seqBeforeReads
    test('every file that was read left its trail', () => assert.ok(grown >= listed.size, `${grown} events for ${listed.size} files`))
    const lost = []
    const twice = []
    for (const [tag, { kind }] of acknowledged) {
        if (kind !== 'case' && kind !== 'note') continue
        if (!found.has(tag)) lost.push(tag)
        else if (found.get(tag) > 1) twice.push(tag)
    }
    test('every acknowledged case and note is there', () => assert.deepEqual(lost, []))
    test('none of them twice', () => assert.deepEqual(twice, []))
    test('nothing is there that was never sent', () => assert.deepEqual([...found.keys()].filter((tag) => !sent.has(tag)), []))
    test('the list of cases is what was acknowledged', () => {
        const missing = cases.filter(({ no }) => !listed.has(no)).map(({ no }) => no)
        assert.deepEqual(missing, [])
        const more = [...listed].filter((no) => !cases.some((one) => one.no === no))
        assert.ok(more.length === 0, `cases that nobody registered: ${more}`)
    })
    // Contacts: each agent's own, against the list of its clients.
    for (const login of accounts) {
        const mine = people.filter((person) => person.api.me.login === login)
        if (!mine.length) continue
        const ids = []
        for (let next = ''; ; ) {
            const page = (await mine[0].api.get(`/contacts?limit=200${next && `&cursor=${next}`}`)).json
            ids.push(...page.rows.map((row) => row.id))
            if (!page.next) break
            next = page.next
        }
        const known = new Set([...acknowledged.values()].filter(({ kind, answer }) => kind === 'contact' && answer.agent === login).map(({ answer }) => answer.id))
        test(`the contacts of ${login} are what was acknowledged`, () => {
            assert.deepEqual([...known].filter((id) => !ids.includes(id)), [])
            assert.equal(new Set(ids).size, ids.length)
            assert.equal(ids.length, known.size)
        })
        for (const person of mine) {
            for (const contact of person.contacts) {
                const kept = person.drafts.get(contact)
                if (!kept) continue
                const draft = (await person.api.get(`/contacts/${contact}/draft`)).json
                test(`the draft of ${contact}`, () => {
                    assert.ok(draft.version >= kept.version)
                    assert.equal(draft.content.tag, kept.tag)
                })
            }
        }
    }
    try {
        await server.stop()
        passed++
    } catch (problem) {
        test('the last stop, verify and replay', () => {
            throw problem
        })
    }
}
for (const person of people) person.api.close()
const seconds = (Date.now() - started) / 1000
console.log(`# ${acknowledged.size} acknowledged; slowest start ${slowest.toFixed(0)} ms; ${fs.statSync(store.mainFile).size >> 20} MiB; ${seconds.toFixed(0)} s`)
if (failed) {
    // The store is evidence: keep it.
    const kept = `${store.top}.kept`
    fs.cpSync(store.top, kept, { recursive: true })
    console.log(`the store was kept at ${kept}; run again with --seed ${seed}`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed || !passed ? 1 : 0)
