// scripts/check-floors.mjs - keeps the rooms of server/ apart.
//
// Every room stands on a floor; a file may use only rooms of lower floors, and
// of another room only its door, room/room.h. A library belongs to one room.
// Checked twice, because either alone can be got round: by the includes of the
// sources, and by the symbols of the objects in build/obj/release (so build
// first). Also: the size of files, and what the program is linked with.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const FLOOR = {
    base: 0,
    crypt: 1, codec: 1, text: 1, gen: 1,
    store: 2,
    model: 3,
    view: 4,
    core: 5,
    net: 6, reach: 6,
    app: 7, main: 7,
}
// Rooms whose headers are included by the file.
const BY_FILE = new Set(['base', 'gen'])
// Neighbours on one floor that may know each other, from -> to.
const NEIGHBOURS = new Set(['gen codec', 'gen text', 'main app'])

const LIBRARIES = [
    { name: 'mbedTLS', rooms: ['crypt'], include: /^(mbedtls|psa)\//,
      files: ['libmbedtls.a', 'libmbedx509.a', 'libmbedcrypto.a'] },
    { name: 'argon2', rooms: ['crypt'], include: /^argon2\.h$/, files: ['libargon2.so'] },
    { name: 'jansson', rooms: ['codec'], include: /^jansson\.h$/, files: ['libjansson.so'] },
    { name: 'zlib', rooms: ['codec'], include: /^(zlib|zconf)\.h$/, files: ['libz.so'] },
    { name: 'ICU', rooms: ['text'], include: /^unicode\//,
      files: ['libicuuc.so', 'libicui18n.so'] },
    { name: 'LMDB', rooms: ['store'], include: /^lmdb\.h$/, files: ['liblmdb.so'] },
    { name: 'libwebsockets', rooms: ['net'], include: /^libwebsockets(\.h|\/)/,
      files: ['libwebsockets.a'] },
    { name: 'libevent', rooms: ['net', 'app'], include: /^(event2\/|event\.h|evhttp\.h)/,
      files: ['libevent_core.so', 'libevent_pthreads.so'] },
    // No room's: the language rules allow neither.
    { name: 'setjmp', rooms: [], include: /^setjmp\.h$/, files: [] },
    { name: 'alloca', rooms: [], include: /^alloca\.h$/, files: [] },
]
const LINKED = new Set([
    'libc.so.6', 'libm.so.6', 'libpthread.so.0', 'libargon2.so.1', 'libz.so.1',
    'libevent_core-2.1.so.7', 'libevent_pthreads-2.1.so.7', 'libjansson.so.4',
    'libicuuc.so.72', 'libicui18n.so.72', 'liblmdb.so.0', 'ld-linux-x86-64.so.2',
])
const LINES_MAX = { '.c': 700, '.h': 250 }
const PREFIX = 'build/deps/prefix/lib'
const OBJECTS = 'build/obj/release'

const complaints = []
const complain = (text) => complaints.push(text)
const run = (command, ...args) =>
    execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 })

function files(folder, pattern) {
    if (!fs.existsSync(folder)) return []
    return fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && pattern.test(entry.name))
        .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
        .sort()
}

// server/net/guard.c -> net; server/main.c -> main; build/gen/x.c -> gen. The
// dashboard's table is generated too, but is the business of net alone.
function roomOf(file) {
    if (/gen\/assets(-bytes)?\.\w+$/.test(file)) return 'net'
    if (/(^|\/)gen\/[^/]+$/.test(file)) return 'gen'
    const parts = file.replace(/^.*server\//, '').split('/')
    return parts.length === 1 ? parts[0].replace(/\.\w+$/, '') : parts[0]
}

const mayUse = (from, to) =>
    from === to || FLOOR[to] < FLOOR[from] || NEIGHBOURS.has(`${from} ${to}`)

function checkInclude(where, room, bracket, name) {
    const library = LIBRARIES.find((each) => each.include.test(name))
    if (library && !library.rooms.includes(room)) {
        const home = library.rooms.join(' and ') || 'no room'
        complain(`${where}: <${name}> is ${library.name}, which belongs to ${home}`)
    }
    if (bracket) return
    const to = name.split('/')[0]
    if (!name.includes('/') || !(to in FLOOR)) {
        complain(`${where}: "${name}": include ours from the source root, room/file.h`)
    } else if (!mayUse(room, to)) {
        complain(`${where}: ${room} (floor ${FLOOR[room]}) may not use ${to} (floor ${FLOOR[to]})`)
    } else if (room !== to && !BY_FILE.has(to) && name !== `${to}/${to}.h`) {
        complain(`${where}: "${name}": from outside a room only its door, ${to}/${to}.h`)
    }
}

function checkSource(file) {
    const room = roomOf(file)
    if (!(room in FLOOR)) {
        complain(`${file}: no such room; floors are listed in scripts/check-floors.mjs`)
        return
    }
    const lines = fs.readFileSync(file, 'utf8').split('\n')
    const max = LINES_MAX[path.extname(file)]
    if (file.startsWith('server/') && lines.length - 1 > max) {
        complain(`${file}: ${lines.length - 1} lines, more than ${max}`)
    }
    lines.forEach((line, index) => {
        const found = /^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")/.exec(line)
        if (found) {
            checkInclude(`${file}:${index + 1}`, room, Boolean(found[1]), found[1] ?? found[2])
        }
    })
}

// `nm -A` prints file:address type name; an undefined symbol has no address.
function symbolsOf(objects) {
    if (!objects.length) return []
    return run('nm', '-A', '--no-sort', ...objects).split('\n').flatMap((line) => {
        const found = /^(.*?):\s*[0-9a-f]*\s+(\S) (\S+)$/.exec(line)
        return found ? [{ file: found[1], type: found[2], name: found[3] }] : []
    })
}

function librarySymbols() {
    const owner = new Map()
    for (const library of LIBRARIES) {
        for (const name of library.files) {
            const own = path.join(PREFIX, name)
            const file = fs.existsSync(own)
                ? own
                : run('gcc', `-print-file-name=${name}`).trim()
            const dynamic = name.endsWith('.so') ? ['-D'] : []
            for (const line of run('nm', ...dynamic, '-g', '--defined-only', '-P', file).split('\n')) {
                const symbol = line.split(' ')[0].split('@')[0]
                if (symbol && !symbol.endsWith(':')) owner.set(symbol, library)
            }
        }
    }
    return owner
}

function checkSymbols() {
    const wanted = (object) => {
        const source = path.relative(OBJECTS, object).replace(/\.o$/, '')
        return ['.c', '.S'].some(
            (ext) => fs.existsSync(source + ext) || fs.existsSync(`build/${source}${ext}`),
        )
    }
    const objects = ['server', 'gen']
        .flatMap((folder) => files(path.join(OBJECTS, folder), /\.o$/))
        .filter(wanted)
    if (!objects.length) {
        complain(`${OBJECTS} holds no objects: build first`)
        return
    }
    const symbols = symbolsOf(objects)
    const owners = librarySymbols()
    const home = new Map()
    for (const { file, type, name } of symbols) {
        if (/[A-TV-Z]/.test(type)) home.set(name, roomOf(file))
    }
    for (const { file, type, name } of symbols) {
        if (type !== 'U') continue
        const room = roomOf(file)
        const to = home.get(name)
        if (to !== undefined) {
            if (!mayUse(room, to)) complain(`${file}: ${room} may not call ${name} of ${to}`)
        } else if (owners.has(name) && !owners.get(name).rooms.includes(room)) {
            complain(`${file}: ${name} is ${owners.get(name).name}'s, not for ${room}`)
        }
    }
}

function checkLinked() {
    if (!fs.existsSync('build/hutong')) return
    for (const [, name] of run('readelf', '-d', 'build/hutong').matchAll(/NEEDED.*\[(.*)\]/g)) {
        if (!LINKED.has(name)) complain(`build/hutong is linked with ${name}`)
    }
    // What they draw in themselves: one TLS library in the process is enough.
    for (const [name] of run('ldd', 'build/hutong').matchAll(/lib(ssl|crypto|gnutls)\S*/g)) {
        complain(`build/hutong loads ${name}`)
    }
}

const sources = [...files('server', /\.[ch]$/), ...files('build/gen', /^(?!assets\.).*\.[ch]$/)]
sources.forEach(checkSource)
checkSymbols()
checkLinked()
for (const line of complaints) console.error(line)
console.log(`${sources.length} sources, ${complaints.length} complaints`)
process.exit(complaints.length ? 1 : 0)
