// server.mjs - runs the program under test: its verbs, and a server of it.
//
// HUTONG names the binary. A server always listens on a free port of the
// loopback and on a store in a temporary folder. What it writes to stdout and
// stderr is kept: a sanitizer's report there fails whoever stops the server.
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { folder, root } from './folder.mjs'
import { within } from './wait.mjs'

const LONG = 120_000 // a start under a sanitizer on a busy machine

/** The binary: HUTONG, or `fallback` below the repository's root. */
export function binary(fallback = 'build/hutong') {
    const named = path.resolve(process.env.HUTONG || path.join(root, fallback))
    if (!fs.existsSync(named)) throw new Error(`no program at ${named}: build it, or set HUTONG`)
    process.env.HUTONG = named
    return named
}

const environment = (extra) => ({
    ...process.env,
    // A report must be seen, and must not look like one of our exit codes.
    ASAN_OPTIONS: 'exitcode=99:abort_on_error=0:detect_leaks=1:allocator_may_return_null=1',
    UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    ...extra,
})

const REPORT = /ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:|BUG at |Assertion .* failed/

/** The first sanitizer report in a text, or null. */
export function report(text) {
    const found = REPORT.exec(text)
    return found ? text.slice(found.index, found.index + 6000) : null
}

/** Runs a verb to its end: {code, signal, stdout, stderr}. */
export function run(args, { input, env, timeout = LONG, wrap = [] } = {}) {
    const [command, ...rest] = [...wrap, binary(), ...args]
    const done = spawnSync(command, rest, {
        input,
        timeout,
        encoding: 'utf8',
        env: environment(env),
        maxBuffer: 64 << 20,
    })
    if (done.error) throw done.error
    const seen = report(done.stderr)
    if (seen) throw new Error(`hutong ${args.join(' ')}:\n${seen}`)
    return { code: done.status, signal: done.signal, stdout: done.stdout, stderr: done.stderr }
}

/** Runs a verb that must succeed; returns its stdout. */
export function must(args, options) {
    const done = run(args, options)
    if (done.code !== 0) {
        throw new Error(
            `hutong ${args.join(' ')}: exit ${done.code ?? done.signal}\n${done.stdout}${done.stderr}`,
        )
    }
    return done.stdout
}

/**
 * Starts `serve` where it must not start: what it said and its exit code. One
 * that listens all the same is ended, and has the code 'listening'.
 */
export async function tryToServe(args, { env, wrap = [] } = {}) {
    const [command, ...rest] = [...wrap, binary(), 'serve', ...args]
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(env) })
    const done = { code: null, signal: null, stdout: '', stderr: '' }
    let listening = false
    child.stdout.on('data', (bytes) => {
        done.stdout += bytes
        if (/^listening /m.test(done.stdout)) {
            listening = true
            child.kill('SIGKILL')
        }
    })
    child.stderr.on('data', (bytes) => (done.stderr += bytes))
    const over = new Promise((resolve, reject) => {
        child.on('error', reject)
        child.on('close', (code, signal) => resolve({ code, signal }))
    })
    try {
        Object.assign(done, await within(LONG, `an end of: hutong serve ${args.join(' ')}`, over))
    } finally {
        child.kill('SIGKILL')
    }
    if (listening) done.code = 'listening'
    const seen = report(done.stderr)
    if (seen) throw new Error(seen)
    return done
}

// ------------------------------------------------------------- stores ----

/** A store in a folder of its own: {dir, key, password}. */
export class Store {
    constructor(top, password) {
        this.top = top
        this.dir = path.join(top, 'store')
        this.key = path.join(top, 'store.key')
        this.password = password
    }
    get args() {
        return ['--data', this.dir, '--key', this.key]
    }
    /** The same bytes in another folder; no server may have it open. */
    copy() {
        const other = new Store(folder('store'), this.password)
        copyStore(this, other)
        return other
    }
    verify(...flags) {
        return run(['verify', ...this.args, ...flags])
    }
    /** The store must verify, and its tables must equal a replay of its log. */
    mustVerify() {
        must(['verify', ...this.args, '--replay'])
    }
    get mainFile() {
        return path.join(this.dir, 'main', 'data.mdb')
    }
    get keysFile() {
        return path.join(this.dir, 'keys', 'data.mdb')
    }
}

function copyStore(from, to) {
    for (const name of fs.readdirSync(from.dir, { recursive: true, withFileTypes: true })) {
        const source = path.join(name.parentPath ?? name.path, name.name)
        const target = path.join(to.dir, path.relative(from.dir, source))
        if (name.isDirectory()) fs.mkdirSync(target, { recursive: true, mode: 0o700 })
        else if (name.isFile()) {
            fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 })
            fs.copyFileSync(source, target)
        }
    }
    fs.copyFileSync(from.key, to.key)
    fs.chmodSync(to.key, 0o400)
}

/** 24 random letters and digits: what no list of defaults holds. */
export const randomPassword = () => randomBytes(18).toString('base64url')

// Making a demonstration store hashes some 25 passwords. It is made once for a
// binary, kept in build/, and copied; another binary gets another one.
function template() {
    const program = fs.statSync(binary(), { bigint: true })
    const name = `${program.size}-${program.mtimeNs}`
    const shelf = path.join(root, 'build', 'test-stores')
    const ready = path.join(shelf, name)
    if (!fs.existsSync(ready)) {
        fs.mkdirSync(shelf, { recursive: true })
        const fresh = fs.mkdtempSync(path.join(shelf, '.new-'))
        const store = new Store(fresh, randomPassword())
        fs.writeFileSync(path.join(fresh, 'password'), store.password, { mode: 0o600 })
        must(['demo', ...store.args, '--password', store.password])
        try {
            fs.renameSync(fresh, ready)
        } catch (problem) {
            fs.rmSync(fresh, { recursive: true })
            if (!fs.existsSync(ready)) throw problem
        }
        // Others in this checkout may be at work with another binary's.
        const age = (one) => fs.statSync(path.join(shelf, one)).mtimeMs
        const old = fs.readdirSync(shelf).filter((one) => one !== name)
        for (const one of old.sort((x, y) => age(y) - age(x)).slice(6)) {
            fs.rmSync(path.join(shelf, one), { recursive: true, force: true })
        }
    }
    return new Store(ready, fs.readFileSync(path.join(ready, 'password'), 'utf8'))
}

/** A demonstration store of the test's own; `fresh`: made just now. */
export function demoStore({ fresh = false } = {}) {
    if (!fresh) return template().copy()
    const store = new Store(folder('store'), randomPassword())
    must(['demo', ...store.args, '--password', store.password])
    return store
}

/** A real store, as `init` makes it. */
export function realStore(flags = []) {
    const store = new Store(folder('store'), randomPassword())
    must(['init', ...store.args, ...flags])
    return store
}

/** A demonstration store whose clock a test may set; made in early 2020. */
export function testStore() {
    const store = new Store(folder('store'), randomPassword())
    must(['demo', ...store.args, '--password', store.password, '--for-tests'])
    return store
}

// ------------------------------------------------------------- server ----

export class Server {
    /** Starts; resolves when the first line stands on stdout. */
    static async start(store, { args = [], env, listen = '127.0.0.1:0', wrap = [], program } = {}) {
        const server = new Server(store)
        const command = [
            ...wrap,
            program ?? binary(),
            'serve',
            ...store.args,
            '--listen',
            listen,
            ...args,
        ]
        server.child = spawn(command[0], command.slice(1), {
            stdio: ['ignore', 'pipe', 'pipe'],
            env: environment(env),
        })
        server.exited = new Promise((resolve) => {
            server.child.on('close', (code, signal) => {
                server.exit = { code, signal }
                resolve(server.exit)
            })
        })
        const listening = new Promise((resolve, reject) => {
            server.child.on('error', reject)
            server.child.stdout.on('data', (bytes) => {
                server.stdout += bytes
                const line = /^listening (\S+)\n/.exec(server.stdout)
                if (line) resolve(line[1])
            })
            server.child.stderr.on('data', (bytes) => {
                server.stderr += bytes
                for (const wake of [...server.watchers]) wake()
            })
            server.exited.then((exit) =>
                reject(
                    Object.assign(
                        new Error(
                            `the server ended (${exit.code ?? exit.signal}) before it listened\n${server.stdout}${server.stderr}`,
                        ),
                        { exit },
                    ),
                ),
            )
        })
        // A server that a failed test forgot must not keep the test alive: it is
        // killed when nothing else is left to do.
        server.child.unref()
        server.child.stdout.unref()
        server.child.stderr.unref()
        live.add(server)
        server.exited.then(() => live.delete(server))
        try {
            server.url = await within(LONG, 'the line "listening URL"', listening)
        } catch (problem) {
            server.child.kill('SIGKILL')
            throw problem
        }
        return server
    }

    constructor(store) {
        this.store = store
        this.stdout = ''
        this.stderr = ''
        this.watchers = new Set()
        this.exit = null
    }
    get pid() {
        return this.child.pid
    }
    get port() {
        return Number(new URL(this.url).port)
    }
    /** Asks it to end, and fails unless it ended well and said nothing bad. */
    async stop({ verify = true } = {}) {
        if (!this.exit) this.child.kill('SIGTERM')
        const exit = await within(LONG, 'the end of the server', this.exited)
        const seen = report(this.stderr)
        if (seen) throw new Error(seen)
        if (exit.code !== 0) {
            throw new Error(`the server ended with ${exit.code ?? exit.signal}\n${this.stderr.slice(-4000)}`)
        }
        if (verify) this.store.mustVerify()
    }
    /** kill -9; resolves when the process is gone. */
    async kill() {
        this.child.kill('SIGKILL')
        await within(LONG, 'the end of a killed server', this.exited)
        const seen = report(this.stderr)
        if (seen) throw new Error(seen)
    }
}

const live = new Set()
process.on('exit', () => {
    for (const server of live) server.child.kill('SIGKILL')
})
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(130))
