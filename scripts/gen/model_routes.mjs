// model_routes.mjs - commands, reads and the routes that net/ serves by hand.

import { isName } from './names.mjs'
import { deepEnough, knownRefusals, titleFits } from './model.mjs'

const LANES = ['contact', 'command', 'trail']
const PATH_TYPES = ['id', 'case_no', 'line']
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const SHAPE_KEYS = [
    'title',
    'description',
    'type',
    'additionalProperties',
    'properties',
    'required',
]

export function readRoutes(loaded, model) {
    for (const one of loaded.command) readCommand(one, model)
    for (const one of loaded.read) readRead(one, model)
    readSpecials(loaded.files['special.json'], model)
    makeRoutes(model)
}

// "/cases/{no}" -> ['no']; says what is wrong with the path.
function pathParameters(path, place) {
    const names = []
    if (!/^(\/([a-z0-9_.-]+|\{[a-z][a-z0-9_]*\}))+$/.test(path)) {
        place.fail('must be /segments of a-z 0-9 _ . - or {name}')
        return names
    }
    for (const m of path.matchAll(/\{([^}]*)\}/g)) names.push(m[1])
    if (names.length > 4) place.fail('has more than 4 parameters')
    if (new Set(names).size !== names.length) place.fail('has a parameter twice')
    if (path.split('/').length > 9) place.fail('has more than 8 segments')
    return names
}

function readRoute(value, place, allowed) {
    if (!place.keys(value, ['method', 'path'], ['method', 'path'])) return null
    if (!allowed.includes(value.method)) {
        place.at('method').fail(`must be one of ${allowed.join(' ')}`)
    }
    return {
        method: value.method,
        path: String(value.path),
        parameters: pathParameters(String(value.path), place.at('path')),
    }
}

function answerOf(value, key, place, model) {
    const name = place.string(value, key)
    if (name && !model.views.has(name)) {
        place.at(key).fail(`there is no view "${name}"`)
    }
    return name
}

// What the rights are asked for: a value of list/act.json.
function knownAct(act, place, model) {
    if (!model.lists.get('act')?.values.some((v) => v.code === act)) {
        place.fail(`"${act}" is not in list/act.json`)
    }
}

function readCommand(one, model) {
    const { value, place, name } = one
    const extra = [
        'x-act',
        'x-lane',
        'x-reserve',
        'x-route',
        'x-path',
        'x-idempotent',
        'x-if-match',
        'x-success',
        'x-answer',
        'x-emits',
        'x-refusals',
        'x-internal',
    ]
    if (
        !place.keys(
            value,
            [...SHAPE_KEYS, ...extra],
            ['title', 'x-act', 'x-lane', 'x-success', 'x-emits', 'x-refusals'],
        )
    )
        return
    titleFits(one)
    if (!isName(name)) place.fail('is no usable name')
    const shape = model.reader.shape(value, place, `cmd_${name}`, 'command', extra)
    const command = {
        name,
        shape,
        description: place.string(value, 'description'),
        act: place.string(value, 'x-act'),
        lane: place.string(value, 'x-lane'),
        reserve: place.boolean(value, 'x-reserve'),
        internal: place.boolean(value, 'x-internal'),
        idempotent: place.boolean(value, 'x-idempotent'),
        ifMatch: place.boolean(value, 'x-if-match'),
        success: place.integer(value, 'x-success', 200, 299),
        answer: answerOf(value, 'x-answer', place, model),
        emits: place.strings(value, 'x-emits'),
        refusals: place.strings(value, 'x-refusals'),
        route: null,
        path: [],
    }
    if (!LANES.includes(command.lane)) {
        place.at('x-lane').fail(`must be one of ${LANES.join(' ')}`)
    }
    knownAct(command.act, place.at('x-act'), model)
    for (const e of command.emits) {
        if (!model.events.some((v) => v.title === e)) {
            place.at('x-emits').fail(`there is no event "${e}"`)
        }
    }
    knownRefusals(command.refusals, place.at('x-refusals'), model)
    commandRoute(value, place, command, model)
    deepEnough(shape, place)
    model.commands.push(command)
}

function commandRoute(value, place, command, model) {
    if (command.internal) {
        for (const k of ['x-route', 'x-path', 'x-answer']) {
            if (k in value) place.at(k).fail('an internal command has none')
        }
        return
    }
    if (!('x-route' in value)) {
        place.fail('needs "x-route" or "x-internal": true')
        return
    }
    command.route = readRoute(
        value['x-route'],
        place.at('x-route'),
        METHODS.filter((m) => m !== 'GET'),
    )
    if (!command.route) return
    const types = value['x-path'] ?? {}
    if (!place.at('x-path').isObject(types)) return
    const wanted = command.route.parameters
    for (const p of Object.keys(types)) {
        if (!wanted.includes(p)) place.at('x-path', p).fail('is not in the path')
    }
    for (const p of wanted) {
        if (!PATH_TYPES.includes(types[p])) {
            place.at('x-path', p).fail(`must be one of ${PATH_TYPES.join(' ')}`)
        }
        if (command.shape.fields.some((f) => f.name === p || `has_${f.name}` === p)) {
            place.at('x-path', p).fail('is also a property of the body')
        }
        command.path.push({ name: p, kind: types[p] })
    }
}

function readRead(one, model) {
    const { value, place, name } = one
    const extra = ['x-act', 'x-route', 'x-where', 'x-answer', 'x-refusals']
    if (!place.keys(value, [...SHAPE_KEYS, ...extra], ['title', ...extra, 'properties'])) return
    titleFits(one)
    const shape = model.reader.shape(value, place, `read_${name}`, 'read', extra)
    const read = {
        name,
        shape,
        description: place.string(value, 'description'),
        act: place.string(value, 'x-act'),
        where: place.string(value, 'x-where'),
        answer: answerOf(value, 'x-answer', place, model),
        refusals: place.strings(value, 'x-refusals'),
        route: readRoute(value['x-route'], place.at('x-route'), ['GET']),
    }
    if (!['loop', 'reader'].includes(read.where)) {
        place.at('x-where').fail('must be "loop" or "reader"')
    }
    knownAct(read.act, place.at('x-act'), model)
    if (!read.answer) place.at('x-answer').fail('a read needs an answer')
    knownRefusals(read.refusals, place.at('x-refusals'), model)
    for (const f of shape.fields) {
        const holder = f.kind === 'array' ? f.item : f
        if (['object', 'json', 'secret'].includes(holder.kind)) {
            place.at('properties', f.name).fail('cannot stand in a path or query')
        }
    }
    for (const p of read.route?.parameters ?? []) {
        const f = shape.fields.find((x) => x.name === p)
        if (!f || f.optional || f.kind === 'array') {
            place.at('required').fail(`the path parameter "${p}" must be a required property`)
        }
    }
    if (read.route) model.reads.push(read)
}

function readSpecials(one, model) {
    if (!one) return
    if (!one.place.keys(one.value, ['description', 'routes'], ['routes'])) return
    if (!Array.isArray(one.value.routes)) {
        one.place.at('routes').fail('must be an array')
        return
    }
    one.value.routes.forEach((value, i) => {
        readSpecial(value, one.place.at('routes', i), model)
    })
    model.specials.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readSpecial(value, place, model) {
    const keys = [
        'name',
        'method',
        'path',
        'request',
        'query',
        'answer',
        'success',
        'auth',
        'refusals',
        'description',
        'content_type',
        'if_match',
        'idempotent',
    ]
    if (
        !place.keys(value, keys, [
            'name',
            'method',
            'path',
            'success',
            'auth',
            'refusals',
            'description',
        ])
    )
        return
    const name = place.string(value, 'name')
    if (!isName(name)) place.at('name').fail('is no usable name')
    if (model.specials.some((s) => s.name === name)) place.at('name').fail('stands twice')
    const special = {
        name,
        route: readRoute({ method: value.method, path: value.path }, place, METHODS),
        request: null,
        query: null,
        answer: answerOf(value, 'answer', place, model),
        success: place.integer(value, 'success', 101, 299),
        auth: place.boolean(value, 'auth'),
        refusals: place.strings(value, 'refusals'),
        description: place.string(value, 'description'),
        contentType: place.string(value, 'content_type'),
    }
    knownRefusals(special.refusals, place.at('refusals'), model)
    if (value.request !== undefined) {
        special.request = model.reader.shape(
            value.request,
            place.at('request'),
            `special_${name}`,
            'command',
        )
        deepEnough(special.request, place.at('request'))
    }
    if (value.query !== undefined) {
        special.query = model.reader.shape(
            value.query,
            place.at('query'),
            `special_${name}_query`,
            'read',
        )
    }
    if (special.route) model.specials.push(special)
}

// One list of routes; literal segments stand before parameters so that the
// first that fits is the right one.
function makeRoutes(model) {
    const routes = []
    model.commands.forEach((c, i) => {
        if (c.route) routes.push({ ...c.route, kind: 'command', of: c, index: i + 1 })
    })
    model.reads.forEach((r, i) => {
        routes.push({ ...r.route, kind: 'read', of: r, index: i + 1 })
    })
    model.specials.forEach((s, i) => {
        routes.push({ ...s.route, kind: 'special', of: s, index: i })
    })
    const shapeOf = (path) => path.replace(/\{[^}]*\}/g, '{}')
    const order = (r) => shapeOf(r.path).replace(/\{\}/g, '~') + ' ' + r.method
    routes.sort((a, b) => (order(a) < order(b) ? -1 : 1))
    const seen = new Map()
    for (const r of routes) {
        const key = `${r.method} ${shapeOf(r.path)}`
        if (seen.has(key)) {
            model.problems.add(
                `route ${key}`,
                '',
                `both ${seen.get(key)} and ${r.of.name} claim it`,
            )
        }
        seen.set(key, r.of.name)
    }
    model.routes = routes
}
