// load/tsan.mjs [--seconds N] - a load over real HTTP and WebSockets against
// the server under ThreadSanitizer. Everything that has a thread of its own is
// kept busy at once: the loop, the writer, readers, sign-ins on the secret
// thread, the key pool; and from outside `verify` and `user`. Any report fails.
import assert from 'node:assert/strict'
import { Api, signedIn } from '../lib/api.mjs'
import { Frames, cookieOf } from '../lib/frames.mjs'
import { Server, binary, demoStore, report } from '../lib/server.mjs'
import { spawn } from 'node:child_process'
import { sleep, until } from '../lib/wait.mjs'

const program = binary('build/tsan/hutong')
const at = process.argv.indexOf('--seconds')
const seconds = at < 0 ? 25 : Number(process.argv[at + 1])

let passed = 0
let failed = 0
async function step(what, work) {
    try {
        await work()
        passed++
        console.log(`ok - ${what}`)
    } catch (problem) {
        failed++
        console.log(`not ok - ${what}: ${problem.message}`)
    }
}

// Go on after a report, so that all are seen; any report is a failure below.
const env = { TSAN_OPTIONS: `${process.env.TSAN_OPTIONS ?? ''} halt_on_error=0 second_deadlock_stack=1 exitcode=66`.trim() }
const store = demoStore()
let server = await Server.start(store, { env })
const counts = { posts: 0, reads: 0, signins: 0, pushes: 0, lives: 0, refused: 0 }
const troubles = []
let over = false
const forever = (work) => async () => {
    while (!over) {
        try {
            await work()
        } catch (problem) {
            if (!over) troubles.push(problem.message.split('\n')[0])
            await sleep(50)
        }
    }
}
const granted = (answer, ...statuses) => {
    if (!statuses.includes(answer.status)) throw new Error(`${answer.method} ${answer.target}: ${answer.status} ${answer.text.slice(0, 200)}`)
    return answer.json
}

const agents = []
for (const login of ['agt01', 'agt02', 'sen01', 'ldr01']) agents.push(await signedIn(server, login))
const cases = []
for (const agent of agents) cases.push((await agent.register()).no)

const poster = (agent, at_) => forever(async () => {
    const contact = granted(await agent.post('/contacts', { channel: 'phone', number: '00000000044' }), 201)
    const draft = granted(await agent.saveDraft(contact.id, 0, { matter: 'typed' }), 200)
    granted(await agent.saveDraft(contact.id, draft.version, { matter: 'typed more' }), 200)
    const key = agent.key()
    const body = { contact_id: contact.id, matter: '叙述', place_now: { code: at_ % 2 ? '150222102' : '150223104' }, children: [{ name: '甲小雨' }] }
    const made = await Promise.all([agent.post('/cases', body, { key }), agent.post('/cases', body, { key })])
    for (const answer of made) granted(answer, 201)
    granted(await agent.post(`/cases/${made[0].json.no}/note`, { text: 'a note' }), 201)
    counts.posts += 5
})
const reader = (agent) => forever(async () => {
    for (const no of cases) {
        granted(await agent.get(`/cases/${no}`), 200)
        granted(await agent.get(`/cases/${no}/timeline`), 200)
    }
    granted(await agent.get('/cases?limit=50'), 200)
    granted(await agent.get('/contacts'), 200)
    granted(await agent.get('/territory'), 200)
    granted(await agent.request('GET', '/metrics'), 200)
    counts.reads += 4 + 2 * cases.length
})
const refusedOne = (agent) => forever(async () => {
    for (const body of ['{', { channel: 'pigeon' }, '['.repeat(100)]) {
        const answer = await agent.post('/contacts', body)
        if (answer.status < 400) throw new Error('nonsense was taken')
        counts.refused++
    }
    await sleep(20)
})
let address = 1
const signer = forever(async () => {
    const api = new Api(server.url, { localAddress: `127.0.11.${(address++ % 250) + 1}` })
    granted(await api.trySignIn(address % 3 ? 'cty_gy' : 'nobody', address % 2 ? store.password : 'wrong'), 200, 401)
    if (api.cookies.size) {
        granted(await api.get('/cases'), 200)
        granted(await api.signOut(), 204)
    }
    api.close()
    counts.signins++
})
const watcher = (login) => forever(async () => {
    const api = await signedIn(server, login)
    try {
        for (let round = 0; round < 4 && !over; round++) {
            const live = await Frames.open(server.url, { cookie: cookieOf(api) })
            counts.lives++
            let cursor = (await live.next('a snapshot')).cursor
            const end = Date.now() + 1500
            while (Date.now() < end && !over) {
                await sleep(50)
                for (const push of live.list.splice(0)) {
                    if (push.type === 'push') {
                        counts.pushes++
                        if (push.from !== cursor) troubles.push('a push does not follow the one before')
                        cursor = push.to
                    } else if (push.type === 'snapshot') cursor = push.cursor
                }
            }
            live.end()
            const again = await Frames.open(server.url, { cookie: cookieOf(api), target: `/api/v1/live?topic=board&after=${cursor}` })
            await again.next('hello or a snapshot')
            if (round % 2) again.send(Buffer.from([0x81, 0x80, 1, 2, 3, 4]))
            else again.end()
            await sleep(20)
            again.end()
        }
        await api.signOut()
    } finally {
        api.close()
    }
})
let verbs = 0
const outside = (args) => new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    let text = ''
    child.stdout.on('data', (bytes) => (text += bytes))
    child.stderr.on('data', (bytes) => (text += bytes))
    child.on('close', (code) => {
        const seen = report(text)
        if (seen) troubles.push(seen)
        if (code !== 0) return reject(new Error(`hutong ${args[0]} ${args[1]}: exit ${code} ${text.slice(0, 300)}`))
        verbs++
        return resolve()
    })
})
let names = 0
const commander = forever(async () => {
    await outside(['user', 'add', ...store.args, '--login', `load${++names}`, '--role', 'R-AGT', '--unit', 'service_centre', '--name', '甲测试'])
    await outside(['verify', ...store.args])
    await sleep(200)
})

await step(`a load of ${seconds} seconds`, async () => {
    const work = [
        ...agents.map((agent, index) => poster(agent, index)()),
        reader(agents[3])(),
        reader(agents[0])(),
        refusedOne(agents[1])(),
        signer(),
        signer(),
        ...['ldr01', 'cty_gy', 'ptr_wf', 'agt01'].map((login) => watcher(login)()),
        commander(),
    ]
    await sleep(seconds * 1000)
    over = true
    await Promise.all(work)
    console.log(`# ${JSON.stringify(counts)} verbs ${verbs}`)
    assert.deepEqual([...new Set(troubles)].slice(0, 10), [])
    for (const [name, count] of Object.entries(counts)) assert.ok(count > 0, `no ${name}`)
    assert.ok(verbs > 0)
})

await step('no report while it served', async () => assert.equal(report(server.stderr), null, report(server.stderr) ?? ''))
await step('stops under load, without a report', async () => {
    over = false
    const work = agents.map((agent, index) => poster(agent, index)())
    const live = await Frames.open(server.url, { cookie: cookieOf(agents[3]) })
    await live.next('a snapshot')
    await sleep(500)
    server.child.kill('SIGTERM')
    await until('the end of the server', () => server.exit, 120_000)
    over = true
    await Promise.all(work)
    assert.equal(report(server.stderr), null, report(server.stderr) ?? '')
    assert.equal(server.exit.code, 0, `exit ${server.exit.code ?? server.exit.signal}`)
})
await step('the store verifies and replays', async () => store.mustVerify())
for (const agent of agents) agent.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
