// A store that is open elsewhere, or is not what it was: a clear refusal to
// start, by its exit code and a sentence; never a crash, never wrong answers.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { signedIn } from '../lib/api.mjs'
import { folder } from '../lib/folder.mjs'
import * as lmdb from '../lib/lmdb.mjs'
import { Server, binary, demoStore, must, realStore, run, tryToServe } from '../lib/server.mjs'
import { ok } from './setup.mjs'

binary('build/asan/hutong')

const EXIT = { done: 0, tampered: 1, damaged: 3, inUse: 4, usage: 64 }

/** Fails unless the server refuses to start with this code, and says why. */
async function refusesToStart(store, codes, say) {
    const done = await tryToServe([...store.args, '--listen', '127.0.0.1:0'])
    assert.ok([codes].flat().includes(done.code), `exit ${done.code ?? done.signal} instead of ${codes}\n${done.stdout}${done.stderr}`)
    assert.doesNotMatch(done.stdout, /listening/)
    assert.notEqual(done.stderr.trim(), '', 'nothing was said')
    if (say) assert.match(done.stderr, say)
    return done
}

/** The seq that verify names as the first bad record. */
function badSeq(done) {
    return JSON.parse(done.stdout.split('\n')[0]).seq ?? null
}

// A store with some cases, and what was in it.
let filled, made, contact
before(async () => {
    filled = demoStore()
    const server = await Server.start(filled)
    const api = await signedIn(server, 'agt01')
    made = []
    for (let round = 0; round < 6; round++) {
        const one = await api.register({ matter: `words ${round}`, children: [{ name: '甲小雨' }], reporter: { name: '己大勇' } })
        ok(await api.post(`/cases/${one.no}/note`, { text: `note ${round}` }), 201)
        made.push(one)
    }
    contact = await api.takeContact()
    ok(await api.saveDraft(contact.id, 0, { matter: 'half a sentence' }))
    api.close()
    await server.stop()
})

/** The same cases can be read from the store. */
async function isWhole(store) {
    const server = await Server.start(store)
    const api = await signedIn(server, 'agt01')
    for (const [round, one] of made.entries()) {
        assert.equal(ok(await api.get(`/cases/${one.no}`)).matter, `words ${round}`)
    }
    assert.deepEqual(ok(await api.get(`/contacts/${contact.id}/draft`)).content, { matter: 'half a sentence' })
    const more = await api.register()
    ok(await api.get(`/cases/${more.no}`))
    api.close()
    await server.stop()
}

describe('a store that is open elsewhere', () => {
    let server
    before(async () => {
        server = await Server.start(filled)
    })
    after(async () => {
        await server.stop()
    })

    test('a second server exits with 4', async () => {
        await refusesToStart(filled, EXIT.inUse)
    })
    test('rebuild exits with 4', () => {
        assert.equal(run(['rebuild', ...filled.args]).code, EXIT.inUse)
    })
    test('verify works beside it', () => {
        assert.equal(filled.verify().code, EXIT.done)
        assert.equal(filled.verify('--replay').code, EXIT.done)
    })
    test('init and demo leave it alone', async () => {
        const before = fs.readdirSync(filled.dir).sort()
        for (const args of [['init', ...filled.args], ['demo', ...filled.args, '--password', 'another password']]) {
            assert.notEqual(run(args).code, EXIT.done)
        }
        assert.deepEqual(fs.readdirSync(filled.dir).sort(), before)
        const api = await signedIn(server, 'agt01')
        ok(await api.get(`/cases/${made[0].no}`))
        api.close()
    })
    test('a server killed leaves no lock behind', async () => {
        await server.kill()
        server = await Server.start(filled)
    })
})

describe('keys', () => {
    test('another master key: refused', async () => {
        const store = filled.copy()
        fs.rmSync(store.key, { force: true })
        fs.writeFileSync(store.key, `${randomBytes(32).toString('hex')}\n`, { mode: 0o400 })
        await refusesToStart(store, EXIT.damaged, /key/i)
        assert.equal(store.verify().code, EXIT.damaged)
        assert.equal(run(['rebuild', ...store.args]).code, EXIT.damaged)
        fs.rmSync(store.key, { force: true })
        fs.copyFileSync(filled.key, store.key)
        await isWhole(store)
    })

    test('no master key: refused, and none is made up', async () => {
        const store = filled.copy()
        fs.rmSync(store.key)
        await refusesToStart(store, [EXIT.damaged, EXIT.usage], /key/i)
        assert.equal(fs.existsSync(store.key), false)
    })

    test('a master key that is none: refused', async () => {
        for (const text of ['', 'nonsense\n', 'a'.repeat(63), `${'g'.repeat(64)}\n`, randomBytes(32)]) {
            const store = filled.copy()
            fs.rmSync(store.key)
            fs.writeFileSync(store.key, text, { mode: 0o400 })
            await refusesToStart(store, [EXIT.damaged, EXIT.usage], /key/i)
        }
    })

    test('the key file is readable by its owner alone, the store by nobody else', () => {
        const store = realStore()
        assert.equal(fs.statSync(store.key).mode & 0o777, 0o400)
        assert.equal(fs.statSync(store.dir).mode & 0o777, 0o700)
        assert.match(fs.readFileSync(store.key, 'utf8'), /^[0-9a-f]{64}\n$/)
        for (const name of [store.mainFile, store.keysFile]) assert.equal(fs.statSync(name).mode & 0o077, 0, name)
    })

    test('a data key that is missing is damage, not an erasure', async () => {
        const store = filled.copy()
        const subject = lmdb.rows(store, 'subject').at(-1)
        // The value begins with key_id, little-endian; the keys are by big-endian id.
        const id = Buffer.from(subject[1], 'hex').readBigUInt64LE(0)
        const hex = id.toString(16).padStart(16, '0')
        assert.ok(lmdb.keyRows(store).some(([key]) => key === hex), `the keys have no ${hex}`)
        lmdb.delKey(store, hex)
        const done = store.verify()
        assert.ok([EXIT.damaged, EXIT.tampered].includes(done.code), `verify: ${done.code} ${done.stderr}`)
        assert.match(done.stdout + done.stderr, /key/i)
        await serveOrRead(store)
    })

    // The start looks at the end of the log alone; what it does not find there
    // a read must find: never "erased", never an empty answer.
    async function serveOrRead(store) {
        let server
        try {
            server = await Server.start(store)
        } catch (problem) {
            assert.ok([EXIT.damaged, EXIT.tampered].includes(problem.exit?.code), problem.message)
            return
        }
        const api = await signedIn(server, 'agt01')
        let failed = 0
        for (const one of made) {
            const answer = await api.get(`/cases/${one.no}`)
            if (answer.status === 200) {
                assert.notEqual(answer.json.reporter?.erased, true)
                assert.ok(answer.json.matter)
            } else failed++
        }
        const answer = await api.get(`/contacts/${contact.id}/draft`)
        if (answer.status !== 200) failed++
        assert.ok(failed > 0, 'everything could be read without its key')
        api.close()
        await server.kill()
    }
})

describe('a file that is shorter than it was', () => {
    for (const which of ['mainFile', 'keysFile']) {
        test(`${which}: refused at every length`, async () => {
            const whole = fs.statSync(filled[which]).size
            for (const part of [0, 1, 100, 4096, 8191, 8192, whole / 2, whole - 4096, whole - 1]) {
                const store = filled.copy()
                fs.truncateSync(store[which], Math.floor(part))
                const done = await refusesToStart(store, EXIT.damaged)
                assert.equal(done.signal, null)
                assert.equal(store.verify().code, EXIT.damaged, `verify of ${part} bytes`)
            }
        })
        test(`${which}: refused when it is gone`, async () => {
            const store = filled.copy()
            fs.rmSync(store[which])
            await refusesToStart(store, EXIT.damaged)
            assert.equal(fs.existsSync(store[which]), false, 'an empty one was made in its place')
        })
    }

    test('no store at all', async () => {
        const empty = folder('empty')
        const store = { args: ['--data', empty, '--key', `${empty}.key`] }
        await refusesToStart(store, [EXIT.damaged, EXIT.usage])
        assert.deepEqual(fs.readdirSync(empty).filter((name) => name !== 'lock'), [])
    })
})

describe('a byte of a live record that is changed', () => {
    const flip = (file, offset, bit = 0x01) => {
        const handle = fs.openSync(file, 'r+')
        const byte = Buffer.alloc(1)
        fs.readSync(handle, byte, 0, 1, offset)
        byte[0] ^= bit
        fs.writeSync(handle, byte, 0, 1, offset)
        fs.closeSync(handle)
    }

    test('is found by verify, with the seq of the record', () => {
        const store = filled.copy()
        const all = lmdb.records(store)
        assert.ok(all.length > 40)
        let tried = 0
        const random = (bound) => randomBytes(4).readUInt32LE(0) % bound
        const sample = [0, 1, all.length >> 1, all.length - 2, all.length - 1, ...Array.from({ length: 20 }, () => random(all.length))]
        for (const at of sample) {
            const { seq, offset, size } = all[at]
            for (const within of new Set([0, size - 1, random(size)])) {
                const bit = 1 << random(8)
                flip(store.mainFile, offset + within, bit)
                const done = store.verify()
                assert.equal(done.code, EXIT.tampered, `byte ${within} of ${size} of record ${seq}: exit ${done.code ?? done.signal} ${done.stdout}${done.stderr}`)
                assert.equal(badSeq(done), seq, `byte ${within} of ${size} of record ${seq}: ${done.stdout}${done.stderr}`)
                flip(store.mainFile, offset + within, bit)
                tried++
            }
        }
        assert.ok(tried > 50)
        assert.equal(store.verify('--replay').code, EXIT.done, 'the test itself left damage')
    })

    test('in the last record: the server does not start', async () => {
        const store = filled.copy()
        const { offset, size } = lmdb.records(store).at(-1)
        flip(store.mainFile, offset + (size >> 1))
        await refusesToStart(store, [EXIT.tampered, EXIT.damaged])
    })

    test('anywhere else in the file: never a crash, never another sentence', async () => {
        const store = filled.copy()
        const size = fs.statSync(store.mainFile).size
        for (let round = 0; round < 40; round++) {
            const offset = randomBytes(4).readUInt32LE(0) % size
            flip(store.mainFile, offset, 0x10)
            const done = store.verify('--replay')
            assert.equal(done.signal, null, `a flip at ${offset} ended verify by ${done.signal}`)
            assert.ok([0, 1, 3].includes(done.code), `a flip at ${offset}: exit ${done.code}\n${done.stderr}`)
            flip(store.mainFile, offset, 0x10)
        }
    })
})

describe('history that is rewritten', () => {
    const broken = (name, change) =>
        test(name, () => {
            const store = filled.copy()
            const seq = change(store)
            const done = store.verify()
            assert.equal(done.code, EXIT.tampered, `${done.code} ${done.stdout}${done.stderr}`)
            if (seq) assert.equal(badSeq(done), seq)
        })
    const hex = (seq) => seq.toString(16).padStart(16, '0')

    broken('a record is taken away', (store) => {
        lmdb.del(store, 'log', hex(20))
        return 20
    })
    broken('two records change places', (store) => {
        const rows = lmdb.rows(store, 'log')
        lmdb.put(store, 'log', rows[20][0], rows[21][1])
        lmdb.put(store, 'log', rows[21][0], rows[20][1])
        return Number(BigInt(`0x${rows[20][0]}`))
    })
    broken('the last record is cut off', (store) => {
        lmdb.del(store, 'log', lmdb.rows(store, 'log').at(-1)[0])
        return 0
    })
    broken('a record is added at the end', (store) => {
        const rows = lmdb.rows(store, 'log')
        lmdb.put(store, 'log', hex(rows.length + 1), rows.at(-1)[1])
        return 0
    })
    broken('a node of the tree is changed', (store) => {
        const rows = lmdb.rows(store, 'merkle')
        const [key, value] = rows[rows.length >> 1]
        lmdb.put(store, 'merkle', key, `${value.slice(0, -2)}${value.endsWith('00') ? '01' : '00'}`)
        return 0
    })

    test('a derived table is changed: found by verify --replay, healed by rebuild', async () => {
        for (const table of ['case_head', 'case_by_no', 'account', 'session', 'idem', 'board_count', 'contact_head']) {
            const store = filled.copy()
            const [key, value] = lmdb.rows(store, table)[0]
            lmdb.put(store, table, key, `${value.slice(0, -2)}${value.endsWith('7f') ? '7e' : '7f'}`)
            const done = store.verify('--replay')
            assert.equal(done.code, EXIT.tampered, `${table}: ${done.code}`)
            assert.match(done.stdout + done.stderr, new RegExp(table))
            must(['rebuild', ...store.args])
            store.mustVerify()
        }
    })

    test('a row is added to, or gone from, a derived table: found by verify --replay', () => {
        const store = filled.copy()
        const [key] = lmdb.rows(store, 'case_by_no')[0]
        lmdb.del(store, 'case_by_no', key)
        assert.equal(store.verify('--replay').code, EXIT.tampered)
        const other = filled.copy()
        const [first, value] = lmdb.rows(other, 'case_by_no')[0]
        lmdb.put(other, 'case_by_no', `ff${first.slice(2)}`, value)
        assert.equal(other.verify('--replay').code, EXIT.tampered)
    })
})

describe('rebuild', () => {
    test('gives equal tables, and keeps what stands beside the log', async () => {
        const store = filled.copy()
        const names = [...lmdb.tables(store).keys()]
        const before = new Map(names.map((name) => [name, lmdb.rows(store, name)]))
        must(['rebuild', ...store.args])
        assert.deepEqual([...lmdb.tables(store).keys()], names)
        for (const name of names) {
            if (name === 'meta') continue
            assert.deepEqual(lmdb.rows(store, name), before.get(name), `table ${name}`)
        }
        store.mustVerify()
        await isWhole(store)
    })

    test('is what a store of another layout is told to run', async () => {
        const store = filled.copy()
        const [key, value] = lmdb.rows(store, 'meta')[0]
        lmdb.put(store, 'meta', key, `${'ab'.repeat(32)}${value.slice(64)}`)
        await refusesToStart(store, EXIT.damaged, /rebuild/)
        must(['rebuild', ...store.args])
        store.mustVerify()
        await isWhole(store)
    })

    test('killed at any moment leaves a store that is whole', async () => {
        const { spawn } = await import('node:child_process')
        const store = filled.copy()
        for (let round = 0; round < 12; round++) {
            const child = spawn(binary(), ['rebuild', ...store.args], { stdio: 'ignore' })
            const over = new Promise((resolve) => child.once('close', resolve))
            setTimeout(() => child.kill('SIGKILL'), 20 + randomBytes(2).readUInt16LE(0) % 400)
            await over
            const done = store.verify('--replay')
            assert.equal(done.code, EXIT.done, `round ${round}: ${done.stdout}${done.stderr}`)
        }
        await isWhole(store)
    })

    test('refuses a log that is not sound', () => {
        const store = filled.copy()
        lmdb.del(store, 'log', (20).toString(16).padStart(16, '0'))
        const before = fs.readFileSync(store.mainFile)
        const done = run(['rebuild', ...store.args])
        assert.ok([EXIT.tampered, EXIT.damaged].includes(done.code), `${done.code}`)
        assert.ok(fs.readFileSync(store.mainFile).equals(before), 'a refused rebuild changed the store')
    })
})

describe('two stores made the same way', () => {
    test('share no key, no id and no byte of a sealed part', async () => {
        const [one, two] = [realStore(), realStore()]
        assert.notEqual(fs.readFileSync(one.key, 'utf8'), fs.readFileSync(two.key, 'utf8'))
        assert.notEqual(lmdb.rows(one, 'meta')[0][1], lmdb.rows(two, 'meta')[0][1])
        const mixed = one.copy()
        fs.copyFileSync(two.mainFile, mixed.mainFile)
        await refusesToStart(mixed, [EXIT.damaged, EXIT.tampered])
    })
})
