// A real store: no default password, one-time links, accounts from the command
// line beside a running server and without one.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Api } from '../lib/api.mjs'
import { Clock } from '../lib/clock.mjs'
import { Server, must, randomPassword, realStore, run } from '../lib/server.mjs'
import { until } from '../lib/wait.mjs'
import { ok, refused } from './setup.mjs'

const clock = new Clock()
let store, server
const start = async () => {
    server = await Server.start(store, { env: clock.env })
}
const enrol = (api, token, password) => api.request('POST', '/api/v1/enrolment', { body: { token, password } })
const user = (verb, ...args) => run(['user', verb, ...store.args, ...args])
const tokenIn = (text) => /#([A-Za-z0-9_-]{20,80})/.exec(text)?.[1] ?? /\b([A-Za-z0-9_-]{32,80})\s*$/.exec(text.trim())?.[1]
let stranger = null
const client = (address) => {
    stranger?.close()
    stranger = new Api(server.url, address ? { localAddress: address } : {})
    return stranger
}

before(async () => {
    store = realStore()
    await start()
})
after(async () => {
    stranger?.close()
    await server?.stop()
})

describe('the first start', () => {
    let link
    test('prints a one-time link on its second line', async () => {
        await until('a second line on stdout', () => server.stdout.split('\n').length > 2)
        const lines = server.stdout.split('\n')
        const found = new RegExp(`${server.url.replace(/\./g, '\\.')}/enrol#([A-Za-z0-9_-]{20,80})$`).exec(lines[1])
        assert.ok(found, `second line: ${lines[1]}`)
        link = found[1]
    })

    test('nobody can sign in before it was used', async () => {
        let host = 1
        for (const password of ['', 'admin', 'password', 'hutong', '12349', 'changeme']) {
            const answer = await client(`127.0.5.${host++}`).trySignIn('admin', password)
            assert.ok([401, 422].includes(answer.status), `admin with "${password}"`)
        }
    })

    test('a forged link is unknown', async () => {
        const other = link.slice(0, -1) + (link.endsWith('A') ? 'B' : 'A')
        refused(await enrol(client('127.0.5.50'), other, randomPassword()), 'enrolment.unknown')
    })

    test('a weak password is refused and leaves the link alone', async () => {
        refused(await enrol(client('127.0.5.51'), link, 'short'), 'password.too_weak')
        refused(await enrol(client('127.0.5.52'), link, 'elevenchars'), 'password.too_weak')
    })

    test('the link sets the password once', async () => {
        const password = randomPassword()
        const body = ok(await enrol(client(), link, password))
        assert.equal(body.login, 'admin')
        refused(await enrol(client('127.0.5.53'), link, randomPassword()), 'enrolment.unknown')
        const api = client()
        const me = await api.signIn('admin', password)
        assert.equal(me.role, 'R-ADM')
        assert.equal(me.demo, false)
    })

    test('and is not printed again', async () => {
        await server.stop()
        await start()
        assert.doesNotMatch(server.stdout, /enrol#/)
        assert.doesNotMatch(server.stderr, /enrol#/)
    })
})

for (const mode of ['beside a running server', 'without a server']) {
    const live = mode.startsWith('beside')
    describe(`user, ${mode}`, () => {
        const login = live ? 'live01' : 'cold01'
        const password = randomPassword()
        before(async () => {
            if (!live) await server.stop()
        })
        after(async () => {
            if (server.exit) await start()
        })
        const serving = async (work) => {
            const stopped = Boolean(server.exit)
            if (stopped) await start()
            try {
                await work()
            } finally {
                if (stopped) await server.stop()
            }
        }

        test('add prints a link that enrols, with the role and unit given', async () => {
            const done = user('add', '--login', login, '--role', 'R-AGT', '--unit', 'service_centre', '--name', '甲测试')
            assert.equal(done.code, 0, done.stderr)
            const token = tokenIn(done.stdout)
            assert.ok(token, `no token in: ${done.stdout}`)
            await serving(async () => {
                assert.equal(ok(await enrol(client(), token, password)).login, login)
                const me = await client().signIn(login, password)
                assert.equal(me.role, 'R-AGT')
                assert.equal(me.unit, 'service_centre')
                assert.equal(me.display_name, '甲测试')
            })
        })

        test('a password equal to the account name is too weak', async () => {
            const long = live ? 'live.the.second' : 'cold.the.second'
            const done = user('add', '--login', long, '--role', 'R-LDR', '--unit', 'service_centre', '--name', '乙测试')
            assert.equal(done.code, 0, done.stderr)
            await serving(async () => {
                refused(await enrol(client(), tokenIn(done.stdout), long), 'password.too_weak')
            })
        })

        test('add refuses what cannot be, and adds nothing', () => {
            for (const [why, args] of [
                ['the login is taken', ['--login', login, '--role', 'R-AGT', '--unit', 'service_centre', '--name', 'x']],
                ['no such role', ['--login', 'other1', '--role', 'R-KING', '--unit', 'service_centre', '--name', 'x']],
                ['no such unit', ['--login', 'other2', '--role', 'R-AGT', '--unit', 'nowhere', '--name', 'x']],
                ['a login with capitals', ['--login', 'Other3', '--role', 'R-AGT', '--unit', 'service_centre', '--name', 'x']],
                ['no login', ['--role', 'R-AGT', '--unit', 'service_centre', '--name', 'x']],
            ]) {
                const done = user('add', ...args)
                assert.notEqual(done.code, 0, why)
                assert.ok(done.code !== null && done.code < 99, `${why}: ended by ${done.code ?? done.signal}`)
                assert.notEqual(done.stderr.trim(), '', `${why}: nothing was said`)
                assert.equal(tokenIn(done.stdout), undefined, why)
            }
        })

        test('enrol prints a fresh link, once good', async () => {
            const done = user('enrol', '--login', login)
            assert.equal(done.code, 0, done.stderr)
            const next = randomPassword()
            await serving(async () => {
                ok(await enrol(client(), tokenIn(done.stdout), next))
                refused(await enrol(client('127.0.6.1'), tokenIn(done.stdout), next), 'enrolment.unknown')
                await client().signIn(login, next)
                refused(await client('127.0.6.2').trySignIn(login, password), 'session.wrong')
            })
            const unknown = user('enrol', '--login', 'nobody')
            assert.notEqual(unknown.code, 0)
            assert.equal(tokenIn(unknown.stdout), undefined)
        })

        test('disable ends the session and every way back in', async () => {
            const fresh = user('enrol', '--login', login)
            const next = randomPassword()
            let api
            await serving(async () => {
                ok(await enrol(client(), tokenIn(fresh.stdout), next))
                api = new Api(server.url)
                await api.signIn(login, next)
                ok(await api.get('/session'))
            })
            const done = user('disable', '--login', login)
            assert.equal(done.code, 0, done.stderr)
            assert.notEqual(user('disable', '--login', 'nobody').code, 0)
            await serving(async () => {
                const again = new Api(server.url)
                again.cookies = api.cookies
                refused(await again.get('/session'), 'session.expired')
                again.close()
                const answer = await client('127.0.6.3').trySignIn(login, next)
                assert.equal(answer.status, 401)
                assert.equal(answer.headers['set-cookie'], undefined)
            })
            api.close()
        })
    })
}

describe('a link', () => {
    test('that is newer makes the older one useless', async () => {
        const first = user('add', '--login', 'two01', '--role', 'R-AGT', '--unit', 'service_centre', '--name', '丙测试')
        const second = user('enrol', '--login', 'two01')
        refused(await enrol(client('127.0.7.1'), tokenIn(first.stdout), randomPassword()), 'enrolment.unknown')
        ok(await enrol(client(), tokenIn(second.stdout), randomPassword()))
    })

    test('ends with its time', async () => {
        const done = user('add', '--login', 'late01', '--role', 'R-AGT', '--unit', 'service_centre', '--name', '丁测试')
        clock.pass(8 * 24 * 3600)
        refused(await enrol(client('127.0.7.2'), tokenIn(done.stdout), randomPassword()), 'enrolment.unknown')
    })

    test('is kept as a hash: no token stands in the store', async () => {
        const done = user('add', '--login', 'hash01', '--role', 'R-AGT', '--unit', 'service_centre', '--name', '戊测试')
        const token = tokenIn(done.stdout)
        const { searchFiles } = await import('../lib/scan.mjs')
        assert.deepEqual(searchFiles([store.top], [token]), [])
    })
})

test('the verbs say how they are used', () => {
    for (const verb of ['init', 'demo', 'serve', 'verify', 'rebuild', 'user']) {
        const text = must([verb, '--help'])
        assert.match(text, /--data/, verb)
    }
    assert.match(must(['--help']), /serve/)
    for (const args of [[], ['nonsense'], ['serve'], ['serve', '--data'], ['user'], ['user', 'explode'], ['verify', '--data', '/x', '--colour', 'red']]) {
        const done = run(args)
        assert.equal(done.code, 64, `hutong ${args.join(' ')}: ${done.code ?? done.signal}`)
    }
})
