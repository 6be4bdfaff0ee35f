// openapi.mjs - build/gen/openapi.json (OpenAPI 3.1) and the same bytes as a
// C array, so that the server tells what it speaks.

import { cHeader, cSource } from './names.mjs'
import { listKey, listSchema, shapeKey, shapeSchema, valueSchema } from './json_schema.mjs'

const TITLES = {
    404: 'Not found',
    409: 'Conflict',
    412: 'Precondition failed',
}

export function buildOpenapi(model) {
    const schemas = { problem: problemSchema(model) }
    for (const l of model.lists.values()) schemas[listKey(l)] = listSchema(l)
    for (const t of model.types.values()) schemas[shapeKey(t)] = shapeSchema(t, false)
    for (const v of model.views.values()) schemas[shapeKey(v)] = shapeSchema(v, true)
    for (const c of model.commands) {
        if (c.route) schemas[`command.${c.name}`] = shapeSchema(c.shape, false)
    }
    for (const s of model.specials) {
        if (s.request) schemas[`special.${s.name}`] = shapeSchema(s.request, false)
    }
    const paths = {}
    for (const r of model.routes) {
        paths[r.path] ??= {}
        paths[r.path][r.method.toLowerCase()] = operation(r, model)
    }
    return {
        openapi: '3.1.0',
        info: {
            title: 'hutong',
            version: '1',
            description:
                'The 12349 child protection hotline. Commands are asked with ' +
                'POST, PUT, PATCH or DELETE and answered when they are durable. An ' +
                'optional member may be null, which is the same as leaving it out. ' +
                'A field that the reader may not see is left out of the answer.',
        },
        servers: [{ url: '/api/v1' }],
        tags: [{ name: 'command' }, { name: 'read' }, { name: 'session' }],
        security: [{ session: [] }],
        paths,
        components: {
            schemas,
            parameters: parameters(),
            headers: {
                ETag: {
                    description: 'The version of what is answered, for If-Match.',
                    schema: { type: 'string', pattern: '^"[^"]+"$' },
                },
            },
            securitySchemes: {
                session: {
                    type: 'apiKey',
                    in: 'cookie',
                    name: '__Host-hutong',
                    description:
                        'Set by POST /session; without TLS, on loopback, its name is "hutong".',
                },
            },
        },
    }
}

function problemSchema(model) {
    return {
        type: 'object',
        description: 'RFC 9457. The words are in the language of Accept-Language, zh or en.',
        properties: {
            type: { type: 'string', pattern: '^urn:hutong:refusal:[a-z0-9_.]+$' },
            title: { type: 'string' },
            status: { type: 'integer', minimum: 400, maximum: 599 },
            code: { type: 'string', enum: model.refusals.map((r) => r.code) },
            who: { type: 'string', description: 'Who could do it, or what comes next.' },
            state: {
                type: 'string',
                description: 'How the case stands, with case.wrong_state.',
            },
            next: { type: 'string', description: 'The command that is expected next.' },
            unit: { type: 'string', description: 'The code of the unit that holds the case.' },
            version: {
                type: 'integer',
                minimum: 0,
                description: 'The version that stands, with 412.',
            },
            errors: {
                type: 'array',
                items: {
                    type: 'object',
                    properties: {
                        pointer: { type: 'string', description: 'RFC 6901.' },
                        code: { type: 'string', pattern: '^field\\.[a-z_]+$' },
                        bound: { type: 'integer' },
                    },
                    required: ['pointer', 'code'],
                },
            },
        },
        required: ['type', 'title', 'status', 'code'],
    }
}

function parameters() {
    return {
        Page: {
            name: 'X-Hutong',
            in: 'header',
            required: true,
            description: 'Shows that a page of ours asks, not a form elsewhere.',
            schema: { const: '1' },
        },
        IdempotencyKey: {
            name: 'Idempotency-Key',
            in: 'header',
            required: true,
            description:
                "The server's day and a random text. The same key and body again get " +
                'the first answer.',
            schema: { type: 'string', pattern: '^[0-9]{8}-[A-Za-z0-9_-]{16,48}$' },
        },
        IfMatch: {
            name: 'If-Match',
            in: 'header',
            required: true,
            description: 'The version that was last seen; "0" when there was none.',
            schema: { type: 'string', pattern: '^"[0-9]{1,20}"$' },
        },
        Background: {
            name: 'X-Hutong-Background',
            in: 'header',
            required: false,
            description: "The request is no person's act and does not keep the session awake.",
            schema: { const: '1' },
        },
    }
}

const PATH_TYPES = {
    id: { kind: 'id' },
    case_no: { kind: 'case_no' },
    line: { kind: 'line', min: 1, max: 128 },
}

function parameterOf(f, place) {
    return {
        name: f.name,
        in: place,
        required: place === 'path' || !f.optional,
        ...(f.description ? { description: f.description } : {}),
        schema: valueSchema(f, false),
    }
}

// What each kind of route knows, said in one form.
function facts(r) {
    const o = r.of
    if (r.kind === 'command') {
        return {
            success: o.success,
            answer: o.answer,
            body: `command.${o.name}`,
            path: o.path.map((p) => ({ name: p.name, ...PATH_TYPES[p.kind] })),
            query: [],
            idempotent: o.idempotent,
            ifMatch: o.ifMatch,
            auth: true,
            tag: 'command',
        }
    }
    if (r.kind === 'read') {
        const inPath = (f) => r.parameters.includes(f.name)
        return {
            success: 200,
            answer: o.answer,
            body: '',
            tag: 'read',
            auth: true,
            path: r.parameters.map((p) => o.shape.fields.find((f) => f.name === p)),
            query: o.shape.fields.filter((f) => !inPath(f)),
        }
    }
    return {
        success: o.success,
        answer: o.answer,
        tag: 'session',
        auth: o.auth,
        body: o.request ? `special.${o.name}` : '',
        path: r.parameters.map((p) => ({ name: p, kind: 'line', min: 1, max: 128 })),
        query: o.query ? o.query.fields : [],
    }
}

function operation(r, model) {
    const o = r.of
    const f = facts(r)
    const head = (name) => ({ $ref: `#/components/parameters/${name}` })
    const list = [
        ...f.path.map((p) => parameterOf(p, 'path')),
        ...f.query.map((p) => parameterOf(p, 'query')),
        ...(r.method === 'GET' ? [] : [head('Page')]),
        ...(f.idempotent ? [head('IdempotencyKey')] : []),
        ...(f.ifMatch ? [head('IfMatch')] : []),
        ...(f.auth ? [head('Background')] : []),
    ]
    const op = { operationId: o.name, tags: [f.tag], description: o.description }
    if (o.act) op['x-act'] = o.act
    if (o.emits) op['x-emits'] = o.emits
    if (!f.auth) op.security = []
    if (list.length) op.parameters = list
    if (f.body) {
        op.requestBody = {
            required: true,
            content: {
                'application/json': {
                    schema: { $ref: `#/components/schemas/${f.body}` },
                },
            },
        }
    }
    op.responses = {
        [String(f.success)]: success(f, o, model),
        ...refusals([...common(r, f, model), ...o.refusals], model),
    }
    return op
}

function success(f, o, model) {
    const response = {
        description: { 101: 'Switching protocols', 201: 'Made', 204: 'Done' }[f.success] ?? 'Done',
    }
    const view = f.answer ? model.views.get(f.answer) : undefined
    if (view?.fields.some((v) => v.name === 'version')) {
        response.headers = { ETag: { $ref: '#/components/headers/ETag' } }
    }
    if (view) {
        response.content = {
            'application/json': {
                schema: { $ref: `#/components/schemas/${shapeKey(view)}` },
            },
        }
    } else if (f.success === 200) {
        response.content = { [o.contentType || 'application/json']: { schema: {} } }
    }
    return response
}

// The refusals of every route of a kind, less those that this one cannot give.
function common(r, f, model) {
    const never = [
        [!f.idempotent, /^idempotency\./],
        [!f.ifMatch, /^version\./],
        [!f.body, /^(json\.|request\.media_type$)/],
        [!f.body && !f.query.length && !f.path.length, /^field\./],
        [r.method === 'GET', /^header\./],
        [r.method === 'GET' && f.success !== 101, /^origin\./],
    ]
    const codes = model.common[r.kind].filter(
        (code) => !never.some(([applies, pattern]) => applies && pattern.test(code)),
    )
    if (r.kind === 'special' && f.auth) {
        codes.push(...model.common.read.filter((c) => c.startsWith('session.')))
    }
    return codes
}

// One response a status; x-codes tells which refusals it can be.
function refusals(codes, model) {
    const byStatus = new Map()
    for (const code of [...new Set(codes)].sort()) {
        const { status } = model.refusals.find((r) => r.code === code)
        if (!byStatus.has(status)) byStatus.set(status, [])
        byStatus.get(status).push(code)
    }
    const out = {}
    for (const status of [...byStatus.keys()].sort((a, b) => a - b)) {
        out[String(status)] = {
            description: TITLES[status] ?? 'Refused',
            content: {
                'application/problem+json': {
                    schema: { $ref: '#/components/schemas/problem' },
                },
            },
            'x-codes': byStatus.get(status),
        }
    }
    return out
}

export function openapiFiles(model) {
    const document = buildOpenapi(model)
    const compact = Buffer.from(JSON.stringify(document), 'utf8')
    const lines = []
    for (let i = 0; i < compact.length; i += 20) {
        lines.push(
            `    ${[...compact.subarray(i, i + 20)].map((b) => (b < 128 ? b : b - 256)).join(',')},`,
        )
    }
    return {
        'openapi.json': `${JSON.stringify(document, null, 2)}\n`,
        'openapi.h': cHeader(
            'openapi',
            'the OpenAPI document, as the server serves it.',
            `/* Compact JSON; a NUL follows that the size does not count. */
extern const char openapi_json[];
extern const size_t openapi_json_size;`,
            ['<stddef.h>'],
        ),
        'openapi.c': cSource(
            'openapi',
            `const char openapi_json[] = {
${lines.join('\n')}
    0,
};

const size_t openapi_json_size = ${compact.length};`,
            [],
        ),
    }
}
