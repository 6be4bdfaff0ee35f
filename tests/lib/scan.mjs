// scan.mjs - is a text there, in any form that a careless program leaves?
import fs from 'node:fs'
import { filesUnder } from './folder.mjs'

const utf16be = (text) => {
    const bytes = Buffer.from(text, 'utf16le')
    return bytes.swap16()
}

/**
 * The forms of a text: as it is, UTF-16 both ways, base64 and base64url at
 * each of the three alignments, \u-escaped, hexadecimal, percent-encoded.
 */
export function formsOf(text) {
    const forms = new Map()
    const add = (name, bytes) => forms.set(name, Buffer.from(bytes))
    add('utf-8', text)
    add('utf-16le', Buffer.from(text, 'utf16le'))
    add('utf-16be', utf16be(text))
    const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'))
    const ascii = /^[\x20-\x7e]*$/.test(text)
    const escaped = [...text].every((letter) => letter.charCodeAt(0) > 126)
    if (escaped || ascii) {
        add('\\u', units.map((unit) => `\\u${unit}`).join(''))
        add('\\U', units.map((unit) => `\\u${unit.toUpperCase()}`).join(''))
    }
    if (!ascii) {
        // what a serializer makes of it: only what is not ASCII is escaped
        add('\\u mixed', [...text].map((letter) => (letter.charCodeAt(0) > 126
            ? Array.from({ length: letter.length }, (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
            : letter)).join(''))
        add('percent', encodeURIComponent(text))
    }
    add('hex', Buffer.from(text).toString('hex'))
    add('HEX', Buffer.from(text).toString('hex').toUpperCase())
    for (let shift = 0; shift < 3; shift++) {
        // Whole groups of three bytes: what stands before and after is unknown.
        const bytes = Buffer.from(text).subarray(shift)
        const whole = bytes.subarray(0, bytes.length - (bytes.length % 3))
        if (whole.length < 6) continue
        const base64 = whole.toString('base64')
        add(`base64+${shift}`, base64)
        const url = base64.replaceAll('+', '-').replaceAll('/', '_')
        if (url !== base64) add(`base64url+${shift}`, url)
    }
    return forms
}

/** [{name, text, form}] of every form of every text found in the bytes. */
export function searchBytes(name, bytes, texts) {
    const found = []
    for (const text of texts) {
        for (const [form, needle] of formsOf(text)) {
            if (bytes.includes(needle)) found.push({ name, text, form })
        }
    }
    return found
}

/** The same over every file below the folders (or the files) named. */
export function searchFiles(places, texts) {
    const found = []
    for (const place of places) {
        const files = fs.statSync(place).isDirectory() ? filesUnder(place) : [place]
        for (const file of files) found.push(...searchBytes(file, fs.readFileSync(file), texts))
    }
    return found
}

/**
 * The same over the memory of a process, as a core of it would show it.
 * Returns {found, bytes, refused}: refused when the kernel does not let us.
 */
export function searchMemory(pid, texts) {
    const needles = texts.flatMap((text) => [...formsOf(text)].map(([form, needle]) => ({ text, form, needle })))
    const overlap = Math.max(...needles.map(({ needle }) => needle.length))
    let memory
    try {
        memory = fs.openSync(`/proc/${pid}/mem`, 'r')
    } catch (problem) {
        if (problem.code === 'EACCES' || problem.code === 'EPERM') return { found: [], bytes: 0, refused: true }
        throw problem
    }
    const found = []
    let bytes = 0
    const buffer = Buffer.alloc(8 << 20)
    for (const line of fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
        const [, from, to, mode, name] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line) ?? []
        // Writable private memory; the store's own mapping is read as a file.
        if (!from || !mode.startsWith('rw') || name === '[vvar]') continue
        let at = BigInt(`0x${from}`)
        const end = BigInt(`0x${to}`)
        // Shadow and reserve of a sanitizer: terabytes of nothing.
        if (end - at > 8n << 30n) continue
        while (at < end) {
            const want = Number(end - at < BigInt(buffer.length) ? end - at : BigInt(buffer.length))
            let got
            try {
                got = fs.readSync(memory, buffer, 0, want, at)
            } catch {
                break // a page that is not there
            }
            if (got <= 0) break
            bytes += got
            const part = buffer.subarray(0, got)
            for (const { text, form, needle } of needles) {
                if (part.includes(needle)) found.push({ name: `memory ${name || 'anonymous'} ${from}`, text, form })
            }
            if (at + BigInt(got) >= end) break
            at += BigInt(got > overlap ? got - overlap : got)
        }
    }
    fs.closeSync(memory)
    return { found, bytes, refused: false }
}
