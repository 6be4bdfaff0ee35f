// house.mjs - a server on a store of its own, and what it keeps, for one test.
import { execFileSync } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'
import { Api } from '../../lib/api.mjs'
import { Clock } from '../../lib/clock.mjs'
import { folder } from '../../lib/folder.mjs'
import { Server, binary, demoStore, realStore } from '../../lib/server.mjs'
import { until } from '../../lib/wait.mjs'

binary()

// A server that is killed comes back on its port. Below the range that the
// system itself gives out, nobody takes the port in the meantime; the other
// workers look for theirs elsewhere.
const WORKER = Number(process.env.TEST_PARALLEL_INDEX ?? 0) % 4

function quietPort() {
    const port = 20_000 + Math.floor(Math.random() * 2500) * 4 + WORKER
    return new Promise((resolve) => {
        const probe = net.createServer()
        probe.once('error', () => resolve(quietPort()))
        probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
    })
}

function certificate() {
    const place = folder('tls')
    const [cert, key] = [path.join(place, 'cert.pem'), path.join(place, 'key.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    return ['--tls-cert', cert, '--tls-key', key]
}

export class House {
    /**
     * `real`: a store as `init` makes it; `clocked`: time that `clock` moves;
     * `tls`: with a certificate that nobody has signed.
     */
    static async open({ real = false, clocked = false, tls = false } = {}) {
        const house = new House()
        house.store = real ? realStore() : demoStore()
        if (clocked) house.clock = new Clock()
        house.options = { args: tls ? certificate() : [], env: house.clock?.env }
        house.port = await quietPort()
        await house.start()
        return house
    }

    clients = []
    known = new Map()

    get url() {
        return this.server.url
    }
    async start() {
        this.server = await Server.start(this.store, { ...this.options, listen: `127.0.0.1:${this.port}` })
    }
    /** kill -9; `start` brings it back where it was. */
    async kill() {
        await this.server.kill()
        for (const client of this.clients) client.close() // their kept connections are dead
    }
    /** A client of the API, the same one each time for the same login. */
    async as(login) {
        if (!this.known.has(login)) {
            const client = new Api(this.url)
            this.clients.push(client)
            await client.signIn(login, this.store.password)
            this.known.set(login, client)
        }
        return this.known.get(login)
    }
    /** The cookies of that client's session, for a browser. */
    async cookies(login) {
        const { cookies } = await this.as(login)
        return [...cookies].map(([name, value]) => ({ name, value, url: this.url }))
    }
    /** Ends well, verifies the store, and replays it. */
    async close() {
        for (const client of this.clients) client.close()
        if (!this.server.exit) await this.server.stop()
    }

    // ------------------------------------------------ what is durable ----

    /** The contacts of somebody in a state, the newest first. */
    async contacts(login, state = 'open') {
        const answer = await (await this.as(login)).get(`/contacts?state=${state}`)
        if (answer.status !== 200) throw new Error(answer.text)
        return answer.json.rows
    }
    /** The draft of somebody's only open contact, or undefined. */
    async draft(login) {
        const [contact, ...more] = await this.contacts(login)
        if (more.length) throw new Error(`${login} has ${more.length + 1} open contacts`)
        if (!contact || contact.draft_version === 0) return undefined
        const answer = await (await this.as(login)).get(`/contacts/${contact.id}/draft`)
        if (answer.status !== 200) throw new Error(answer.text)
        return answer.json
    }
    /** Waits until the server has exactly these words in that draft. */
    async has(login, words) {
        return until(`the server to have "${words.slice(-24)}"`, async () => {
            const draft = await this.draft(login)
            return draft?.content.form.matter === words && draft
        }, 60_000)
    }
}
