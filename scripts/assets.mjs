// scripts/assets.mjs WEB OUT - turns the built dashboard into C.
//
// Reads every file under WEB; writes OUT/assets.c (the table of
// server/net/assets.h), OUT/assets.S (the bytes, by .incbin) and OUT/assets/
// (what .incbin reads: each file once as it is, once as brotli 11, once as
// gzip 9). A compressed form that is not smaller is left out. Without a WEB
// the table is empty. Compressed bytes are kept under the hash of their
// source, so that a rerun compresses only what changed.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

const [web, out] = process.argv.slice(2)
if (!web || !out) {
    console.error('usage: node scripts/assets.mjs WEB OUT')
    process.exit(64)
}

const MIME = {
    '.css': 'text/css; charset=utf-8',
    '.gif': 'image/gif',
    '.html': 'text/html; charset=utf-8',
    '.ico': 'image/x-icon',
    '.jpg': 'image/jpeg',
    '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.map': 'application/json',
    '.mjs': 'text/javascript; charset=utf-8',
    '.mp3': 'audio/mpeg',
    '.ogg': 'audio/ogg',
    '.png': 'image/png',
    '.svg': 'image/svg+xml',
    '.txt': 'text/plain; charset=utf-8',
    '.wasm': 'application/wasm',
    '.wav': 'audio/wav',
    '.webmanifest': 'application/manifest+json',
    '.webp': 'image/webp',
    '.woff2': 'font/woff2',
}

// Vite writes /assets/<name>-<hash of 8>.<ext>; the hash may hold - and _.
const IMMUTABLE = /^\/assets\/.+-[\w-]{8}\.\w+$/

function walk(folder) {
    const found = []
    const pending = [folder]
    while (pending.length) {
        const here = pending.pop()
        for (const entry of fs.readdirSync(here, { withFileTypes: true })) {
            const name = path.join(here, entry.name)
            if (entry.isDirectory()) pending.push(name)
            else if (entry.isFile()) found.push(name)
        }
    }
    return found
}

const store = path.join(out, 'assets')
fs.mkdirSync(store, { recursive: true })
const kept = new Set()

function keep(name, make) {
    const file = path.join(store, name)
    kept.add(name)
    if (!fs.existsSync(file)) {
        fs.writeFileSync(`${file}.part`, make())
        fs.renameSync(`${file}.part`, file)
    }
    return { file, size: fs.statSync(file).size }
}

function asset(file) {
    const url = `/${path.relative(web, file).split(path.sep).join('/')}`
    const mime = MIME[path.extname(file)]
    if (!mime) throw new Error(`no media type known for ${url}`)
    if (!/^[\w./@-]+$/.test(url)) throw new Error(`odd file name: ${url}`)
    const bytes = fs.readFileSync(file)
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
    const params = {
        [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
        [zlib.constants.BROTLI_PARAM_LGWIN]: 22,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    }
    const identity = keep(hash, () => bytes)
    const smaller = (form) => (form.size < identity.size ? form : null)
    return {
        url,
        mime,
        etag: hash,
        immutable: IMMUTABLE.test(url),
        identity,
        br: smaller(
            keep(`${hash}.br`, () => zlib.brotliCompressSync(bytes, { params })),
        ),
        gz: smaller(keep(`${hash}.gz`, () => zlib.gzipSync(bytes, { level: 9 }))),
    }
}

const byUrl = (a, b) => (a.url < b.url ? -1 : 1)
const assets = fs.existsSync(web) ? walk(web).map(asset).sort(byUrl) : []

const symbols = []
const blobs = []
assets.forEach((row, index) => {
    for (const form of ['identity', 'br', 'gz']) {
        if (!row[form]) continue
        const symbol = `asset_${index}_${form}`
        symbols.push(symbol)
        blobs.push(
            `    .global ${symbol}`,
            '    .balign 16',
            `${symbol}:`,
            `    .incbin "${row[form].file}"`,
            '    .byte 0',
        )
    }
})

const lines = (list) => `${list.join('\n')}\n`
const bytesOf = (row, form, index) =>
    row[form] ? `asset_${index}_${form}, ${row[form].size}` : 'NULL, 0'
const rows = assets.map(
    (row, index) =>
        `    {"${row.url}", "${row.mime}",\n` +
        `     "\\"${row.etag}\\"", ${row.immutable},\n` +
        `     ${bytesOf(row, 'identity', index)},\n` +
        `     ${bytesOf(row, 'br', index)},\n` +
        `     ${bytesOf(row, 'gz', index)}},`,
)

fs.writeFileSync(
    path.join(out, 'assets.S'),
    lines([
        '/* Made by scripts/assets.mjs. */',
        '    .section .rodata',
        ...blobs,
        '    .section .note.GNU-stack,"",@progbits',
    ]),
)
fs.writeFileSync(
    path.join(out, 'assets.c'),
    lines([
        '/* Made by scripts/assets.mjs. */',
        '#include "net/assets.h"',
        '',
        ...symbols.map((symbol) => `extern const uint8_t ${symbol}[];`),
        '',
        'const struct asset assets_table[] = {',
        // C has no empty table: one row that is not counted.
        ...(rows.length ? rows : ['    {NULL, NULL, NULL, false, NULL, 0, NULL, 0, NULL, 0},']),
        '};',
        `const size_t assets_count = ${rows.length};`,
    ]),
)
for (const name of fs.readdirSync(store)) {
    if (!kept.has(name)) fs.rmSync(path.join(store, name))
}
