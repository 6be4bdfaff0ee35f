// api.mjs - a client of the HTTP API, as strict as a test wants it.
//
// It carries the cookie, X-Hutong and idempotency keys, and it looks at every
// answer: security headers, the shape of a problem, its code against
// schema/refusal.json. `Api.onAnswer` may look further (the black-box suite
// checks every body against the OpenAPI document there).
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { root } from './folder.mjs'

export const refusals = JSON.parse(fs.readFileSync(path.join(root, 'schema/refusal.json'), 'utf8'))

const CSP = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
]

/** Fails unless an answer carries what every answer must carry. */
export function checkSecurityHeaders(headers, { tls = false } = {}) {
    const policy = (headers['content-security-policy'] ?? '').split(';').map((part) => part.trim())
    for (const part of CSP) {
        assert.ok(policy.includes(part), `CSP lacks ${part}: ${policy.join('; ')}`)
    }
    assert.doesNotMatch(policy.join(';'), /unsafe-|\*|https?:/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.ok(headers['permissions-policy'], 'Permissions-Policy is missing')
    assert.equal(Boolean(headers['strict-transport-security']), tls, 'HSTS with TLS, and only then')
    assert.equal(headers['x-powered-by'], undefined)
    assert.doesNotMatch(headers.server ?? '', /libwebsockets|\d/)
}

/** Fails unless an answer is a well-formed problem; returns its code. */
export function checkProblem(answer) {
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/)
    const { json } = answer
    const known = refusals[json.code]
    assert.ok(known, `the code ${json.code} is not in schema/refusal.json`)
    assert.equal(json.status, answer.status)
    assert.equal(known.status, answer.status, `the status of ${json.code}`)
    assert.equal(json.type, `urn:hutong:refusal:${json.code}`)
    assert.ok([known.zh, known.en].includes(json.title), `title of ${json.code}: ${json.title}`)
    const members = ['type', 'title', 'status', 'code', 'errors', 'version', 'who', 'state', 'next', 'unit']
    for (const name of Object.keys(json)) assert.ok(members.includes(name), `a problem has no ${name}`)
    return json.code
}

export class Api {
    static onAnswer = null

    constructor(url, { localAddress, language = 'en', ca } = {}) {
        this.url = new URL(url)
        this.tls = this.url.protocol === 'https:'
        this.agent = new (this.tls ? https : http).Agent({ keepAlive: true, maxSockets: 64 })
        this.localAddress = localAddress
        this.language = language
        this.ca = ca
        this.cookies = new Map()
        this.me = null
        this.background = false
    }

    close() {
        this.agent.destroy()
    }

    /** One request; `body` an object or text, `headers` win over our own. */
    request(method, target, { body, headers = {}, unsafe = !/^(GET|HEAD|OPTIONS|TRACE)$/.test(method), check = true, timeout = 60_000 } = {}) {
        const bytes =
            body === undefined
                ? null
                : Buffer.isBuffer(body)
                  ? body
                  : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
        const sent = { 'accept-language': this.language }
        if (this.cookies.size) {
            sent.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        }
        if (unsafe) sent['x-hutong'] = '1'
        if (this.background) sent['x-hutong-background'] = '1'
        if (bytes) {
            sent['content-type'] = 'application/json'
            sent['content-length'] = String(bytes.length)
        } else if (unsafe) sent['content-length'] = '0'
        for (const [name, value] of Object.entries(headers)) {
            if (value === null) delete sent[name.toLowerCase()]
            else sent[name.toLowerCase()] = value
        }
        return new Promise((resolve, reject) => {
            const request = (this.tls ? https : http).request(
                {
                    hostname: this.url.hostname,
                    port: this.url.port,
                    path: target,
                    method,
                    headers: sent,
                    agent: this.agent,
                    localAddress: this.localAddress,
                    ca: this.ca,
                    timeout,
                },
                (response) => {
                    const chunks = []
                    response.on('data', (chunk) => chunks.push(chunk))
                    response.on('error', reject)
                    response.on('end', () => {
                        const answer = {
                            method,
                            target,
                            status: response.statusCode,
                            headers: response.headers,
                            bytes: Buffer.concat(chunks),
                        }
                        try {
                            this.#take(answer, check)
                        } catch (problem) {
                            problem.message = `${method} ${target} -> ${answer.status}: ${problem.message}`
                            return reject(problem)
                        }
                        resolve(answer)
                    })
                },
            )
            request.on('timeout', () => request.destroy(new Error(`no answer in ${timeout} ms: ${method} ${target}`)))
            request.on('error', reject)
            request.end(bytes ?? undefined)
        })
    }

    #take(answer, check) {
        for (const line of answer.headers['set-cookie'] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
            if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name)
            else this.cookies.set(name, value)
        }
        const type = answer.headers['content-type'] ?? ''
        answer.text = answer.bytes.toString('utf8')
        if (/[/+]json/.test(type) && answer.bytes.length) answer.json = JSON.parse(answer.text)
        if (!check) return
        checkSecurityHeaders(answer.headers, { tls: this.tls })
        if (/\/problem\+json/.test(type) && answer.bytes.length) answer.code = checkProblem(answer)
        if (answer.target.startsWith('/api/')) {
            const fixed = answer.target === '/api/v1/openapi.json' // the same for all, with an ETag
            assert.match(answer.headers['cache-control'] ?? '', fixed ? /no-cache|no-store/ : /no-store/)
            if (answer.status >= 400 && answer.method !== 'HEAD') {
                assert.ok(answer.code, `a problem without its code: ${answer.text.slice(0, 200)}`)
            }
        }
        Api.onAnswer?.(answer)
    }

    get(target, options) {
        return this.request('GET', `/api/v1${target}`, options)
    }

    /** An idempotency key of the server's day. */
    key() {
        return `${this.me?.server_day ?? 20260101}-${randomBytes(16).toString('base64url')}`
    }

    /** A command; `key: null` sends none. */
    command(method, target, body, { key = this.key(), ifMatch, headers = {}, ...rest } = {}) {
        const more = { ...headers }
        if (key) more['idempotency-key'] = key
        if (ifMatch !== undefined) more['if-match'] = `"${ifMatch}"`
        return this.request(method, `/api/v1${target}`, { body, headers: more, ...rest })
    }
    post(target, body, options) {
        return this.command('POST', target, body, options)
    }

    trySignIn(login, password, options = {}) {
        return this.request('POST', '/api/v1/session', { body: { login, password }, ...options })
    }

    /** Signs in; fails unless it was granted. Returns me. */
    async signIn(login, password) {
        const answer = await this.trySignIn(login, password)
        assert.equal(answer.status, 200, `sign-in of ${login}: ${answer.text}`)
        this.me = answer.json
        return answer.json
    }
    /** Takes an account of a demonstration by a click. */
    async click(login) {
        const answer = await this.request('POST', '/api/v1/demo/session', { body: { login } })
        assert.equal(answer.status, 200, `demo session of ${login}: ${answer.text}`)
        this.me = answer.json
        return answer.json
    }
    /** Moves the clock of a server under test; where it stands then. */
    async moveClock(to) {
        const body = typeof to === 'number' ? { advance_ms: to } : { to }
        const answer = await this.request('POST', '/api/v1/test/clock', { body })
        assert.equal(answer.status, 200, answer.text)
        return answer.json.now
    }
    signOut() {
        return this.request('DELETE', '/api/v1/session')
    }

    // ------------------------------------------------ the usual steps ----

    async takeContact(body = { channel: 'phone' }) {
        const answer = await this.post('/contacts', body)
        assert.equal(answer.status, 201, answer.text)
        return answer.json
    }
    saveDraft(contact, version, content, options) {
        return this.command('PUT', `/contacts/${contact}/draft`, { content }, { key: null, ifMatch: version, ...options })
    }
    async register(body = {}, contact) {
        const { id } = contact ?? (await this.takeContact())
        const answer = await this.post('/cases', {
            contact_id: id,
            matter: 'somebody said something',
            place_now: { unknown: true },
            ...body,
        })
        assert.equal(answer.status, 201, answer.text)
        return answer.json
    }
    async health() {
        const answer = await this.request('GET', '/healthz')
        assert.equal(answer.status, 200)
        return answer.json
    }
}

/** A signed-in client. */
export async function signedIn(server, login, options) {
    const api = new Api(server.url, options)
    await api.signIn(login, server.store.password)
    return api
}
