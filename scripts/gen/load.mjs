// load.mjs - reads the schema folder into plain values, file by file.
//
// JSON.parse keeps the last of two equal member names without a word; in
// refusal.json that would lose a refusal, so names are counted here first.

import { readFileSync, readdirSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Place } from './problem.mjs'

export const FOLDERS = ['list', 'type', 'command', 'read', 'event', 'view', 'table']
export const FILES = ['refusal.json', 'common.json', 'special.json', 'live.json']

// The first member name that one object of the text holds twice, or null.
export function duplicateName(text) {
    const open = [] // a Set for each open object, null for each open array
    let i = 0
    let expectName = false
    while (i < text.length) {
        const c = text[i]
        if (c === '"') {
            let end = i + 1
            while (end < text.length && text[end] !== '"') {
                end += text[end] === '\\' ? 2 : 1
            }
            const names = open[open.length - 1]
            if (expectName && names) {
                const name = JSON.parse(text.slice(i, end + 1))
                if (names.has(name)) return name
                names.add(name)
                expectName = false
            }
            i = end
        } else if (c === '{') {
            open.push(new Set())
            expectName = true
        } else if (c === '[') {
            open.push(null)
        } else if (c === '}' || c === ']') {
            open.pop()
        } else if (c === ',') {
            expectName = open[open.length - 1] !== null
        }
        i++
    }
    return null
}

function loadFile(root, file, problems) {
    const place = new Place(problems, file)
    const text = readFileSync(join(root, file), 'utf8')
    let value
    try {
        value = JSON.parse(text)
    } catch (e) {
        place.fail(`is not JSON: ${e.message}`)
        return null
    }
    const twice = duplicateName(text)
    if (twice !== null) {
        place.fail(`the name "${twice}" stands twice in one object`)
        return null
    }
    if (!place.isObject(value)) return null
    return { name: file.replace(/^.*\//, '').replace(/\.json$/, ''), value, place }
}

// { list: [{name, value, place}], ..., files: { 'refusal.json': {...} } }
export function loadSchema(root, problems) {
    const loaded = { files: {} }
    for (const folder of FOLDERS) {
        loaded[folder] = []
        const dir = join(root, folder)
        if (!existsSync(dir)) continue
        for (const entry of readdirSync(dir).sort()) {
            const file = `${folder}/${entry}`
            if (!/^[a-z][a-z0-9_]*(\.v[0-9]+)?\.json$/.test(entry)) {
                problems.add(file, '', 'file names are lower_case.json')
                continue
            }
            if (!statSync(join(dir, entry)).isFile()) continue
            const one = loadFile(root, file, problems)
            if (one) loaded[folder].push(one)
        }
    }
    for (const file of FILES) {
        if (!existsSync(join(root, file))) continue
        const one = loadFile(root, file, problems)
        if (one) loaded.files[file] = one
    }
    return loaded
}
