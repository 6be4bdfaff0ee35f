// names.mjs - names and small pieces of C text.

const KEYWORDS = new Set(
    (
        'auto break case char const continue default do double else enum extern ' +
        'float for goto if inline int long register restrict return short signed ' +
        'sizeof static struct switch typedef union unsigned void volatile while ' +
        'bool true false NULL asm typeof'
    ).split(' '),
)

export const isName = (s) => /^[a-z][a-z0-9_]*$/.test(s) && !KEYWORDS.has(s)

// "R-AGT" -> "R_AGT", "contact.unknown" -> "CONTACT_UNKNOWN"
export const upper = (s) => s.toUpperCase().replace(/[^A-Z0-9]+/g, '_')

// A C string literal; UTF-8 stays as it is.
export function cString(s) {
    let out = '"'
    for (const ch of s) {
        const code = ch.codePointAt(0)
        if (ch === '"' || ch === '\\') out += '\\' + ch
        else if (ch === '\n') out += '\\n'
        else if (ch === '\t') out += '\\t'
        else if (ch === '?') out += '\\?'
        else if (code < 32) out += '\\' + code.toString(8).padStart(3, '0')
        else out += ch
    }
    return out + '"'
}

// A block comment, wrapped at 76 columns.
export function cComment(text, indent = '') {
    const words = text.replace(/\*\//g, '* /').split(/\s+/).filter(Boolean)
    const lines = []
    let line = ''
    for (const w of words) {
        if (line && indent.length + line.length + w.length > 72) {
            lines.push(line)
            line = w
        } else {
            line = line ? `${line} ${w}` : w
        }
    }
    if (line) lines.push(line)
    return lines.map((l, i) => `${indent}${i === 0 ? '/* ' : ' * '}${l}`).join('\n') + ' */'
}

export function cHeader(name, why, body, includes) {
    const guard = `HUTONG_GEN_${upper(name)}_H`
    return `/*
 * ${name}.h - ${why}
 *
 * SOURCE  made by scripts/gen from schema/; never edited, never committed.
 */
#ifndef ${guard}
#define ${guard}

${includes.map((i) => `#include ${i}`).join('\n')}

${body.trim()}

#endif
`
}

export function cSource(name, body, includes) {
    return `/* ${name}.c - see ${name}.h; made by scripts/gen from schema/. */
#include "gen/${name}.h"

${includes.map((i) => `#include ${i}`).join('\n')}${includes.length ? '\n\n' : ''}${body.trim()}
`
}
