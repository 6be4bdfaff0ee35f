// A played day: the whole city at work for days, by the player as `make run`
// starts it, under a clock that moves; then the record must prove itself.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Api } from '../lib/api.mjs'
import { Server, testStore } from '../lib/server.mjs'
import { ok } from './setup.mjs'

const CASES = 16
const player = fileURLToPath(new URL('../load/player.mjs', import.meta.url))

/** Runs the player to its end; what it printed, and how it ended. */
function play(url) {
    const child = spawn('node', [player, '--url', url, '--clock', '--cases', String(CASES), '--seed', '7'], {
        stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes))
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })))
}

/** All cases that a reader may see. */
async function everyCase(api) {
    const rows = []
    for (let next = ''; ; ) {
        const page = ok(await api.get(`/cases?limit=200${next}`))
        rows.push(...page.rows)
        if (!page.next) return rows
        next = `&cursor=${encodeURIComponent(page.next)}`
    }
}

describe('days of the city', () => {
    test('are played to the archive, and the record replays', async (t) => {
        const store = testStore()
        const server = await Server.start(store, { args: ['--test-clock', '2021-03-08T08:00:00+08:00'] })
        const played = await play(server.url)
        assert.equal(played.code, 0, played.said)
        const api = new Api(server.url)
        await api.click('ctr01')
        const rows = await everyCase(api)
        const states = rows.reduce((all, row) => ((all[row.state] ??= []).push(row), all), {})
        t.diagnostic(Object.entries(states).map(([state, list]) => `${state} ${list.length}`).join(', '))
        assert.ok(rows.length >= CASES)
        assert.ok((states.ARCHIVED ?? []).length >= CASES / 2, 'most reach the archive')
        api.close()
        await server.stop()
        store.mustVerify()
    })
})
