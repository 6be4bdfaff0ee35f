// player.mjs - plays days of the demonstration city, over the API alone.
//
//   node tests/load/player.mjs --url http://127.0.0.1:12349 [--speed 60]
//        [--seed 1] [--cases N] [--clock]
//
// Agents take contacts and register cases; whoever has work looks at it, reads
// the file and does what it says comes next. A share is answered at once or
// refused, some are emergencies, some are left lying until they are overdue.
// --speed: its minutes in one of ours. --cases: after N cases it works off what
// can be worked off, and ends. --clock: moves the clock of a server under test
// instead of waiting. HUTONG_PASSWORD signs in; without it, by a click.
import { parseArgs } from 'node:util'
import { Api } from '../lib/api.mjs'
import { Frames, cookieOf } from '../lib/frames.mjs'
import { sleep } from '../lib/wait.mjs'
import { DANGERS, MATTERS, NOTES, OUTSIDE, QUESTIONS, child, dice, number, perHour, reporter } from './town.mjs'

const { values: asked } = parseArgs({
    options: {
        url: { type: 'string', default: 'http://127.0.0.1:12349' },
        speed: { type: 'string', default: '60' },
        seed: { type: 'string', default: '1' },
        cases: { type: 'string' },
        clock: { type: 'boolean', default: false },
    },
})
const MORNING = 8 * 60
const GONE_MS = 60_000 // without an answer: the server has ended
const QUIET = 3 * 24 * 60 // without a step: nothing more will happen
const COUNTIES = { 150222: 'ca_gy', 150223: 'ca_dm', 150203: 'ca_kq', 150204: 'ca_qs', 150202: 'ca_dh', 150221: 'ca_ty' }
const STAFF = [
    'agt01', 'agt02', 'sen01', 'ldr01', 'ldr02', 'dsp01', 'cbk01', 'cbk02', 'ctr01', 'ctr02', 'ctr03', 'bur01',
    ...['gy', 'dm', 'kq', 'qs', 'dh', 'ty'].flatMap((code) => [`cty_${code}`, `cty_${code}2`]),
    'ptl_edu', 'ptl_edu2', 'ptl_pol',
]

// Who has reviewed or closed a case may not archive it: one officer keeps to
// the archive.
const ARCHIVE = ['check_archive', 'archive_case']
const keepsTo = (login, act) => ARCHIVE.includes(act) === (login === 'ctr03')

const roll = dice(Number(asked.seed))
const counts = { cases: 0, steps: 0, answered: 0, refused: 0, emergencies: 0, archived: 0, retries: 0, pushes: 0 }
const refusals = new Map() // code -> how often
const known = new Map() // number -> what the player intends with the case
let time = MORNING // minutes of play since midnight of its first day
let moved = time // when a step succeeded last

// -------------------------------------------------------------- asking ----

class Gone extends Error {}

const isOver = (answer) => answer.status === 503 || answer.status === 429 || answer.status === 507

/** An answer to `ask`, sooner or later; waits where the server is busy. */
async function patiently(ask) {
    const began = Date.now()
    for (let round = 0; ; round++) {
        let answer = null
        try {
            answer = await ask()
            if (!isOver(answer)) return answer
        } catch (problem) {
            if (!problem.code && !/socket|answer/.test(problem.message)) throw problem
            if (Date.now() - began > GONE_MS) throw new Gone(problem.message)
        }
        counts.retries++
        const told = Number(answer?.headers['retry-after'] ?? 0) * 1000
        await sleep(Math.min(30_000, Math.max(told, 200 * 2 ** Math.min(round, 7))))
    }
}

class Person {
    constructor(login) {
        this.login = login
        this.api = new Api(asked.url, { language: 'zh' })
    }
    async signIn() {
        const password = process.env.HUTONG_PASSWORD
        const [target, body] = password ? ['/api/v1/session', { login: this.login, password }] : ['/api/v1/demo/session', { login: this.login }]
        const answer = await patiently(() => this.api.request('POST', target, { body, check: false }))
        if (answer.status !== 200) throw new Error(`${this.login} cannot sign in: ${answer.status} ${answer.json?.code ?? ''}`)
        this.api.me = answer.json
    }
    async ask(method, target, body, options = {}) {
        if (!this.api.me) await this.signIn()
        const key = method === 'GET' ? null : this.api.key() // the same for every try
        const once = () => patiently(() => this.api.command(method, target, body, { check: false, key, ...options }))
        let answer = await once()
        if (answer.status === 401) {
            this.api.cookies.clear()
            await this.signIn()
            answer = await once()
        }
        return answer
    }
    async read(target) {
        const answer = await this.ask('GET', target)
        return answer.status === 200 ? answer.json : null
    }
}
const staff = Object.fromEntries(STAFF.map((login) => [login, new Person(login)]))

/** Counts what was done or refused; true when it was done. */
function took(answer, intent) {
    if (answer.status < 300) {
        counts.steps++
        moved = time
        return true
    }
    if (answer.status === 412) return false // somebody was faster: read again
    counts.refused++
    const code = answer.json?.code ?? String(answer.status)
    refusals.set(code, (refusals.get(code) ?? 0) + 1)
    if (intent) {
        intent.ready = time + 30
        intent.refused = (intent.refused ?? 0) + 1
    }
    return false
}

// -------------------------------------------------------------- a call ----

let places = []
async function learnPlaces() {
    const { nodes } = await staff.agt01.read('/territory')
    places = nodes.map((node) => node.code).filter((code) => code.length > 6 && COUNTIES[code.slice(0, 6)])
}

function intend(no, more) {
    const own = dice(Number(asked.seed) * 65_537 + counts.cases)
    counts.cases++
    known.set(no, {
        own,
        ready: time + own.between(1, 6),
        // The step at which it is forgotten for days, if it is.
        forgotten: own.chance(0.08) ? own.upTo(6) : -1,
        step: 0,
        ...more,
    })
}

async function call(agent) {
    const kind = roll()
    const phone = number(roll)
    const contact = await agent.ask('POST', '/contacts', { channel: 'phone', number: phone })
    if (!took(contact)) return
    const { id } = contact.json
    const place_now = { code: roll.of(places), text: '村委会旁边' }
    if (kind < 0.04) {
        const raised = await agent.ask('POST', '/emergencies', { contact_id: id, matter: roll.of(DANGERS), place_now })
        if (took(raised)) {
            counts.emergencies++
            intend(raised.json.no, { matter: MATTERS[7] })
        }
        return
    }
    if (kind < 0.08) { // nobody spoke
        took(await agent.ask('POST', `/contacts/${id}/close`, { reason: 'silent' }))
        return
    }
    const matter = kind < 0.2 ? roll.of(QUESTIONS) : kind < 0.24 ? OUTSIDE : roll.of(MATTERS)
    const body = {
        contact_id: id,
        matter: matter.text,
        place_now,
        ...(roll.chance(0.85) ? { reporter: reporter(roll, phone) } : { anonymity: 'anonymous' }),
        children: [child(roll)],
    }
    const made = await agent.ask('POST', '/cases', body)
    if (took(made)) intend(made.json.no, { matter })
}

// ---------------------------------------------------------------- work ----

const every = ['registration', 'contacts', 'dispatch', 'ladder', 'visits', 'assessment', 'plan', 'results', 'supervision', 'callback', 'review', 'hashes']
const county = (file) => COUNTIES[file.row.place_code?.slice(0, 6)] ?? 'protect_centre'

// act -> what a person says and how long it is until the next step may come
const ACTS = {
    triage_case: ({ matter, own }, file) => {
        if (matter.answer && file.may.includes('answer_case')) return { path: 'answer', body: { category: matter.category, text: matter.answer }, then: [1, 1], count: 'answered' }
        if (matter.reason && file.may.includes('propose_refusal')) return { path: 'refusal', body: { reason: matter.reason, told: matter.told }, then: [5, 30] }
        const { category = 'A99', urgency = 'general', risk = 'blue' } = matter
        return { path: 'triage', body: { category, urgency, risk, why_no_emergency: '经核实,孩子目前没有眼前的危险。', place_home: { code: file.row.place_code } }, then: own.chance(0.2) ? [20, 40] : [3, 12] }
    },
    decide_refusal: ({ own }) => ({ path: 'refusal-decision', body: { confirmed: own.chance(0.8), text: '已复核。' }, then: [3, 10] }),
    dispatch_case: (_, file) => {
        const { lead = county(file), receivers = [] } = file.suggestion ?? {}
        return { path: 'dispatch', body: { lead, receivers: receivers.filter(({ unit }) => unit !== lead), text: '按孩子所在地交办。' }, then: [10, 90] }
    },
    // The unit itself; one above would have to name a handler of it.
    sign_case: (_, file, person) => (person.api.me.unit === file.row.lead_unit ? { path: 'sign', body: {}, then: [20, 150] } : null),
    record_first_contact: ({ own }) => ({ path: 'first-contact', body: { child_seen: own.chance(0.7) ? 'yes' : 'no', text: '电话联系后上门,见到孩子和家人。' }, then: [120, 900] }),
    submit_result: ({ matter }) => ({ path: 'result', body: { result_code: matter.end ?? 'solved', facts: '情况属实,已按政策办理并告知家长。', measures: '协助准备材料,安排专人跟进。', child_safety: 'safe', risk_after: 'blue', reply_method: 'phone' }, then: [15, 120] }),
    review_result: ({ own }) => (own.chance(0.88) ? { path: 'review', body: { passed: true }, then: [30, 240] } : { path: 'review', body: { passed: false, defects: ['evidence'], text: '请补充见到孩子的经过。' }, then: [60, 240] }),
    record_callback: (intent) => {
        const tries = (intent.tries = (intent.tries ?? 0) + 1)
        if (tries < 3 && intent.own.chance(0.15)) return { path: 'callback', body: { outcome: 'no_answer' }, then: [60, 300], free: true }
        if (!intent.redone && intent.own.chance(0.08)) {
            intent.redone = true
            return { path: 'callback', body: { outcome: 'connected', handled: 'yes', solved: 'no', satisfaction: 'dissatisfied', reason: '说好的材料没有帮着交。', text: '来电人不满意。' }, then: [10, 60], free: true }
        }
        return { path: 'callback', body: { outcome: 'connected', handled: 'yes', solved: 'yes', satisfaction: intent.own.chance(0.6) ? 'very_satisfied' : 'satisfied', text: '来电人表示感谢。' }, then: [5, 30], free: true }
    },
    decide_redo: ({ own }) => ({ path: 'redo', body: own.chance(0.7) ? { redo: true, justified: true, text: '退回重办。' } : { redo: false, justified: false, text: '已说明情况,不再重办。' }, then: [10, 60] }),
    close_case: () => ({ path: 'close', body: { ground: 'need_met', text: '诉求已解决。' }, then: [30, 200] }),
    check_archive: () => ({ path: 'archive-check', body: { items: every }, then: [5, 20] }),
    archive_case: () => ({ path: 'archive', body: { retention: 'y30', secrecy: 'sensitive' }, then: [1, 1], count: 'archived' }),
}
// lamp -> how the one who is called marks it at last
const LADDER = { L1: ['acknowledged', 'p110'], L2a: ['answered', 'supervisor'], L2b: ['answered', 'director'], L3: ['acknowledged', 'county'], L4: ['acknowledged', 'centre'], L5: ['acknowledged', 'bureau'], L6: ['arrived'], L7: ['safe'] }

/** The next thing to do on the ladder, or null. */
function onLadder({ own }, file) {
    if (file.row.ladder_state !== 'running') return null
    if (file.may.includes('mark_ladder')) {
        const next = (file.ladder ?? []).find(({ step, lamp }) => LADDER[step] && lamp !== 'done')
        if (next) {
            const [settled, target] = LADDER[next.step]
            const late = next.lamp === 'dark' && own.chance(0.25)
            const outcome = !late ? settled : target ? 'no_answer' : 'started'
            return { path: 'ladder', body: { step: next.step, outcome, ...(target ? { target } : {}) }, then: [1, 5], free: true }
        }
    }
    if (!file.may.includes('stand_down') || !file.row.handler || file.ladder?.some(({ step, lamp }) => step === 'L7' && lamp !== 'done')) return null
    return { path: 'stand-down', body: { text: '孩子已安全,转入后续办理。' }, then: [10, 40], free: true }
}

function choose(intent, file, person) {
    const ladder = person.login === 'ctr03' ? null : onLadder(intent, file)
    if (ladder) return ladder
    const act = file.next?.act
    return act && file.may.includes(act) && ACTS[act] && keepsTo(person.login, act) ? ACTS[act](intent, file, person) : null
}

async function handle(person, intent, no) {
    const file = await person.read(`/cases/${no}`)
    if (!file) return
    const act = choose(intent, file, person)
    if (!act) {
        intent.skip ??= new Map()
        intent.skip.set(person.login, time + 20) // not for this person now
        return
    }
    if (intent.step === intent.forgotten) {
        intent.forgotten = -1
        intent.ready = time + intent.own.between(2, 5) * 24 * 60
        return
    }
    const answer = await person.ask('POST', `/cases/${no}/${act.path}`, act.body, act.free ? {} : { ifMatch: file.row.version })
    if (!took(answer, intent)) return
    intent.step++
    intent.skip = undefined
    intent.ready = time + intent.own.between(...act.then)
    if (act.count) counts[act.count]++
    if (act.count === 'archived') known.delete(no)
    else if (file.may.includes('add_note') && intent.own.chance(0.06)) took(await person.ask('POST', `/cases/${no}/note`, { text: intent.own.of(NOTES) }))
}

async function look(person) {
    const page = await person.read('/work?limit=50')
    for (const { no } of page?.rows ?? []) {
        const intent = known.get(no)
        if (!intent || intent.ready > time || intent.refused > 5 || intent.skip?.get(person.login) > time) continue
        return handle(person, intent, no)
    }
}

// ------------------------------------------------------------- the day ----

/** The leader's board stays open, as on the wall of the room. */
async function watch() {
    for (;;) {
        try {
            const { api } = staff.ldr01
            if (!api.me) await staff.ldr01.signIn()
            const live = await Frames.open(asked.url, { cookie: cookieOf(api) })
            live.on('json', () => counts.pushes++)
            await new Promise((resolve) => live.on('close', resolve))
        } catch { // the loop below is told when the server is gone
        }
        await sleep(2000)
    }
}

function say() {
    const clock = `${Math.floor(time / 1440) + 1}. ${String(Math.floor(time / 60) % 24).padStart(2, '0')}:${String(Math.floor(time) % 60).padStart(2, '0')}`
    const told = [...refusals].map(([code, count]) => `${code} ${count}`).join(', ')
    console.log(`player: day ${clock}, ${Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ')}${told && ` (${told})`}`)
}

async function minute() {
    if (asked.clock) await patiently(() => staff.agt01.api.request('POST', '/api/v1/test/clock', { body: { advance_ms: 60_000 }, check: false }))
    else await sleep(60_000 / Number(asked.speed))
    time++
}

async function play() {
    const most = asked.cases === undefined ? Infinity : Number(asked.cases)
    let next = time
    await learnPlaces()
    for (;;) {
        while (next <= time && counts.cases < most) {
            await call(staff[roll.of(['agt01', 'agt02', 'sen01'])])
            next += roll.wait(perHour(Math.floor(time / 60) % 24))
        }
        // Everybody looks at the work every seven minutes or so.
        for (const person of Object.values(staff)) if (roll.chance(0.15)) await look(person)
        if (counts.cases >= most && (known.size === 0 || time - moved > QUIET)) return
        await minute()
    }
}

const told = setInterval(say, 60_000)
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(0))
watch()
try {
    await play()
    say()
    process.exitCode = 0
} catch (problem) {
    say()
    console.error(`player: ${problem instanceof Gone ? 'the server is gone' : problem.stack}`)
    process.exitCode = 1
}
clearInterval(told)
process.exit()
