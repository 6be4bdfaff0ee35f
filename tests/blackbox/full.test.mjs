// A disk without room: writes are refused by 507, reads go on, what was
// acknowledged stays, and it recovers when room returns. Once by a limit on
// the size of files, once on a small file system that is really full.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { signedIn } from '../lib/api.mjs'
import { folder } from '../lib/folder.mjs'
import { Server, Store, demoStore } from '../lib/server.mjs'
import { until } from '../lib/wait.mjs'
import { ok, refused } from './setup.mjs'

/** Posts until the disk is full; returns how many were acknowledged. */
async function fillUp(api) {
    const acknowledged = []
    for (let round = 0; round < 3000; round++) {
        const answer = await api.post('/contacts', { channel: 'phone', number: '00000000077' })
        if (answer.status === 201) {
            acknowledged.push(answer.json.id)
            continue
        }
        refused(answer, 'server.full')
        return acknowledged
    }
    return assert.fail('3000 contacts were taken without room')
}

/** Reads that need no write, and one that does. */
async function readsGoOn(api, seen, unseen) {
    assert.equal((await api.health()).status, 'ok')
    ok(await api.get('/session'))
    ok(await api.get('/cases'))
    ok(await api.get('/contacts?limit=200'))
    ok(await api.get('/territory'))
    assert.equal(ok(await api.get(`/cases/${seen.no}`)).matter, 'seen', 'a file that this session has open')
    const answer = await api.get(`/cases/${unseen.no}`)
    if (answer.status !== 200) refused(answer, 'trail.unavailable', 'not a byte of a file without its trail')
    return answer
}

async function prepare(store) {
    const server = await Server.start(store)
    const api = await signedIn(server, 'agt01')
    const seen = await api.register({ matter: 'seen' })
    const unseen = await api.register({ matter: 'not seen yet' })
    ok(await api.get(`/cases/${seen.no}`))
    const open = await api.takeContact()
    ok(await api.saveDraft(open.id, 0, 'before'))
    return { server, api, seen, unseen, open }
}

async function recovers({ server, api, seen, unseen, open }, acknowledged) {
    await until('room is found again', async () => (await api.post('/contacts', { channel: 'phone' })).status === 201, 60_000, 500)
    ok(await api.post(`/cases/${seen.no}/note`, { text: 'after' }), 201)
    assert.equal(ok(await api.get(`/cases/${unseen.no}`)).matter, 'not seen yet')
    const draft = ok(await api.get(`/contacts/${open.id}/draft`))
    ok(await api.saveDraft(open.id, draft.version, 'after'))
    for (const id of acknowledged) ok(await api.get(`/contacts/${id}`))
    api.close()
    await server.stop()
}

describe('a full disk', () => {
    test('by a limit on the size of files', async () => {
        const store = demoStore()
        const state = await prepare(store)
        const limit = (value) => execFileSync('prlimit', ['--pid', String(state.server.pid), `--fsize=${value}:`])
        limit(fs.statSync(store.mainFile).size)
        const acknowledged = await fillUp(state.api)
        // What is refused for want of room may be larger than what still fits.
        for (;;) {
            const smaller = await state.api.post('/contacts', { channel: 'web' })
            if (smaller.status !== 201) {
                refused(smaller, 'server.full')
                break
            }
            acknowledged.push(smaller.json.id)
            assert.ok(acknowledged.length < 3000, 'the limit holds')
        }
        const { retry } = { retry: await state.api.saveDraft(state.open.id, 1, 'x'.repeat(60_000)) }
        refused(retry, 'server.full')
        assert.equal(state.server.exit, null, 'the server ended')
        await readsGoOn(state.api, state.seen, state.unseen)
        // A kill now loses nothing either.
        await state.server.kill()
        store.mustVerify()
        state.server = await Server.start(store)
        state.api.url = new URL(state.server.url)
        await recovers(state, acknowledged)
    })

    const root = process.getuid() === 0
    test('on a file system that is full', { skip: !root && 'only root may mount one' }, async (t) => {
        const place = folder('full')
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1200m,mode=0700', 'tmpfs', place])
        let state
        try {
            const from = demoStore()
            const store = new Store(place, from.password)
            fs.cpSync(from.dir, store.dir, { recursive: true })
            // The master key stands elsewhere, as it should.
            store.key = from.key
            state = await prepare(store)
            const ballast = path.join(place, 'ballast')
            const free = () => {
                const stat = fs.statfsSync(place)
                return stat.bavail * stat.bsize
            }
            const occupy = (bytes) => execFileSync('fallocate', ['-l', String(bytes), ballast])

            // 1 GiB is kept for what must not wait: contacts and the trail.
            occupy(free() - (900 << 20))
            await until('ordinary commands are refused', async () => {
                const answer = await state.api.post(`/cases/${state.seen.no}/note`, { text: 'ordinary' })
                if (answer.status !== 201) refused(answer, 'server.full')
                return answer.status !== 201
            }, 60_000, 300)
            const urgent = await state.api.takeContact()
            ok(await state.api.saveDraft(urgent.id, 0, 'typed'))
            await state.api.register({ matter: 'urgent' }, urgent)
            ok(await state.api.get(`/cases/${state.unseen.no}`))

            // Then nothing is left at all.
            fs.rmSync(ballast)
            const unseen = await state.api.register({ matter: 'not seen yet' })
            occupy(free() - 64 * 1024)
            const acknowledged = await fillUp(state.api)
            assert.equal(state.server.exit, null, 'the server ended')
            await readsGoOn(state.api, state.seen, unseen)
            t.diagnostic(`${acknowledged.length} contacts fitted into the rest`)
            fs.rmSync(ballast)
            await recovers({ ...state, unseen }, acknowledged)
        } finally {
            state?.server.child.kill('SIGKILL')
            await until('the file system is free', () => {
                try {
                    execFileSync('umount', [place], { stdio: 'ignore' })
                    return true
                } catch {
                    return false
                }
            }, 30_000, 500)
        }
    })
})
