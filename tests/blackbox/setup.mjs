// setup.mjs - what every black-box test begins with: the binary under
// sanitizers, and a check of every answer against the OpenAPI document that
// the server itself hands out.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { Api, signedIn } from '../lib/api.mjs'
import { Server, binary, demoStore } from '../lib/server.mjs'

binary('build/asan/hutong')

export const BASE = '/api/v1'

// Said before a request has come as far as an operation.
const ANYWHERE = ['route.unknown', 'route.method', 'request.timeout', 'request.too_large_header']

/** The document of a server, with what a test asks of it. */
export class Contract {
    static async of(server) {
        const api = new Api(server.url)
        const answer = await api.request('GET', `${BASE}/openapi.json`)
        api.close()
        assert.equal(answer.status, 200)
        return new Contract(answer.json)
    }

    constructor(document) {
        this.document = document
        // What an answer may hold is closed here: a member that no view
        // declares is one that no mask can hide.
        for (const [name, schema] of Object.entries(document.components.schemas)) {
            if (/^(view\.|problem$)/.test(name)) schema.additionalProperties = false
        }
        this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
        addFormats.default ? addFormats.default(this.ajv) : addFormats(this.ajv)
        this.compiled = new Map()
        const server = document.servers?.[0]?.url ?? ''
        this.prefix = server === '/' ? '' : server.replace(/\/$/, '')
        this.routes = Object.entries(document.paths).map(([template, operations]) => ({
            template,
            operations,
            pattern: new RegExp(
                `^${(this.prefix + template).replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`,
            ),
        }))
        this.seen = new Map() // "get /cases" -> Set of "200" and refusal codes
    }

    route(method, target) {
        const bare = target.split('?')[0]
        const fitting = this.routes.filter((route) => route.pattern.test(bare))
        // A literal path comes before one with parameters.
        fitting.sort((a, b) => a.template.split('{').length - b.template.split('{').length)
        const route = fitting[0]
        if (!route) return null
        return { route, operation: route.operations[method.toLowerCase()] }
    }

    #schemaOf(operation, status, type) {
        let response = operation.responses[String(status)]
        if (response?.$ref) response = this.at(response.$ref)
        return response?.content?.[type]?.schema
    }

    at(reference) {
        return reference
            .replace(/^#\//, '')
            .split('/')
            .reduce((node, part) => node?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], this.document)
    }

    #validator(name, schema) {
        if (!this.compiled.has(name)) {
            this.compiled.set(name, this.ajv.compile({ ...schema, components: this.document.components }))
        }
        return this.compiled.get(name)
    }

    /** Codes that an operation declares for a status. */
    codes(operation, status) {
        let response = operation.responses[String(status)]
        if (response?.$ref) response = this.at(response.$ref)
        return response?.['x-codes'] ?? []
    }

    /** Fails unless an answer is one that the document allows. */
    check(answer) {
        const { method, target, status } = answer
        if (!target.startsWith(`${BASE}/`) || method === 'HEAD' || status === 304) return
        if (ANYWHERE.includes(answer.code)) return
        const found = this.route(method, target)
        if (!found) {
            assert.ok([400, 404, 405, 413, 431].includes(status), 'a path that the document does not know')
            return
        }
        const { route, operation } = found
        if (!operation) {
            assert.ok([400, 405].includes(status), `${method} is not in the document`)
            return
        }
        const type = (answer.headers['content-type'] ?? '').split(';')[0]
        const declared = operation.responses[String(status)]
        assert.ok(declared, `the document has no ${status} for ${method} ${route.template} (${answer.code ?? ''})`)
        const key = `${method.toLowerCase()} ${route.template}`
        if (!this.seen.has(key)) this.seen.set(key, new Set())
        this.seen.get(key).add(answer.code ?? String(status))
        if (answer.code) {
            const codes = this.codes(operation, status)
            assert.ok(codes.includes(answer.code), `${answer.code} is not among x-codes of ${key} ${status}: ${codes}`)
        }
        if (!answer.bytes.length) return
        const schema = this.#schemaOf(operation, status, type)
        assert.ok(schema, `the document has no ${type} for ${key} ${status}`)
        const valid = this.#validator(`${key} ${status} ${type}`, schema)
        assert.ok(valid(answer.json), `${key} ${status}: ${this.ajv.errorsText(valid.errors)}\n${answer.text.slice(0, 800)}`)
    }
}

/**
 * One server for a test file: starts before its tests on a copy of the
 * demonstration store, runs `prepare`, and after the tests stops, verifies and
 * replays the store.
 */
export function shared(options = {}) {
    const holder = { clients: [], options }
    before(async () => {
        holder.store = options.store?.() ?? demoStore()
        holder.server = await Server.start(holder.store, options)
        holder.contract = await Contract.of(holder.server)
        Api.onAnswer = (answer) => holder.contract.check(answer)
        await options.prepare?.()
    })
    after(async () => {
        for (const client of holder.clients) client.close()
        if (holder.server) await holder.server.stop()
    })
    /** A signed-in client; the same one each time for the same login. One
     * sign-in at a time: the server slows down an address that hurries. */
    const known = new Map()
    let last = Promise.resolve()
    const enter = async (login) => {
        const client = await signedIn(holder.server, login)
        holder.clients.push(client)
        return client
    }
    holder.as = (login) => {
        if (!known.has(login)) {
            last = last.catch(() => {}).then(() => enter(login))
            known.set(login, last)
        }
        return known.get(login)
    }
    /** A signed-in client of its own. */
    holder.fresh = async (login, more) => {
        const client = await signedIn(holder.server, login, more)
        holder.clients.push(client)
        return client
    }
    /** A client that has not signed in. */
    holder.stranger = (more) => {
        const client = new Api(holder.server.url, more)
        holder.clients.push(client)
        return client
    }
    return holder
}

/** Fails unless an answer is this refusal. */
export function refused(answer, code, message) {
    assert.equal(answer.code ?? answer.status, code, message ?? `${answer.method} ${answer.target}: ${answer.text.slice(0, 300)}`)
    return answer.json
}

/** Fails unless an answer has this status; returns its body. */
export function ok(answer, status = 200) {
    assert.equal(answer.status, status, `${answer.method} ${answer.target}: ${answer.text.slice(0, 300)}`)
    return answer.json
}

export const someId = (digit = 'a') => digit.repeat(32)
