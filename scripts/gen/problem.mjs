// problem.mjs - what is wrong in the schema: file, JSON path, reason.
//
// Every module reports through one Problems object and goes on as far as it
// safely can, so that one run shows everything that has to be corrected.

export class Problems {
    constructor() {
        this.list = []
    }

    add(file, path, reason) {
        this.list.push({ file, path: path || '/', reason })
    }

    get any() {
        return this.list.length > 0
    }

    text() {
        return this.list.map((p) => `${p.file} ${p.path}: ${p.reason}`).join('\n')
    }
}

// A place in one schema file; at() goes one step down.
export class Place {
    constructor(problems, file, path = '') {
        this.problems = problems
        this.file = file
        this.path = path
    }

    at(...steps) {
        const more = steps
            .map((s) => '/' + String(s).replace(/~/g, '~0').replace(/\//g, '~1'))
            .join('')
        return new Place(this.problems, this.file, this.path + more)
    }

    fail(reason) {
        this.problems.add(this.file, this.path, reason)
    }

    // True when value is a plain object; says so when it is not.
    isObject(value) {
        if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
            return true
        }
        this.fail('must be an object')
        return false
    }

    // Unknown and missing keys of an object.
    keys(value, allowed, needed = []) {
        if (!this.isObject(value)) return false
        let good = true
        for (const key of Object.keys(value)) {
            if (!allowed.includes(key)) {
                this.at(key).fail('unknown keyword')
                good = false
            }
        }
        for (const key of needed) {
            if (!(key in value)) {
                this.fail(`"${key}" is missing`)
                good = false
            }
        }
        return good
    }

    string(value, key, fallback = '') {
        const v = value[key]
        if (v === undefined) return fallback
        if (typeof v === 'string') return v
        this.at(key).fail('must be a string')
        return fallback
    }

    boolean(value, key, fallback = false) {
        const v = value[key]
        if (v === undefined) return fallback
        if (typeof v === 'boolean') return v
        this.at(key).fail('must be true or false')
        return fallback
    }

    integer(value, key, least, most) {
        const v = value[key]
        if (Number.isSafeInteger(v) && v >= least && v <= most) return v
        this.at(key).fail(`must be an integer from ${least} to ${most}`)
        return least
    }

    strings(value, key) {
        const v = value[key]
        if (v === undefined) return []
        if (Array.isArray(v) && v.every((s) => typeof s === 'string')) {
            if (new Set(v).size !== v.length) this.at(key).fail('holds a value twice')
            return v
        }
        this.at(key).fail('must be an array of strings')
        return []
    }
}
