// typescript.mjs - build/gen/web: lists.ts, refusals.ts, api.ts.

import { alwaysShown } from './json_schema.mjs'

const HEAD = '// Made by scripts/gen from schema/; never edited, never committed.\n'

export const pascal = (s) =>
    s
        .split('_')
        .map((w) => w[0].toUpperCase() + w.slice(1))
        .join('')

export function webFiles(model) {
    return {
        'web/lists.ts': listsText(model),
        'web/refusals.ts': refusalsText(model),
        'web/api.ts': apiText(model),
    }
}

function listsText(model) {
    const parts = [HEAD]
    for (const l of model.lists.values()) {
        const rows = l.values.map(
            (v) => `  ${JSON.stringify({ code: v.code, zh: v.zh, en: v.en })},`,
        )
        parts.push(`export const ${l.name} = [\n${rows.join('\n')}\n] as const
export type ${pascal(l.name)} = (typeof ${l.name})[number]['code']
`)
    }
    return parts.join('\n')
}

function refusalsText(model) {
    const rows = model.refusals.map(
        ({ code, ...r }) => `  ${JSON.stringify(code)}: ${JSON.stringify(r)},`,
    )
    return `${HEAD}
export const refusals = {
${rows.join('\n')}
} as const
export type RefusalCode = keyof typeof refusals
`
}

// A shared type is what is sent (ChildInput); a view is what is shown (Child).
function shapeName(shape) {
    return shape.borrowed ? `${pascal(shape.name)}Input` : pascal(shape.name)
}

function typeText(f, answer) {
    switch (f.kind) {
        case 'integer':
            return 'number'
        case 'boolean':
            return 'boolean'
        case 'json':
            return 'unknown'
        case 'list':
            return `L.${pascal(f.list.name)}`
        case 'array':
            return `Array<${typeText(f.item, answer)}>`
        case 'object':
            return f.shape.ref
                ? shapeName(f.shape)
                : `{ ${memberTexts(f.shape, answer).join('; ')} }`
        default:
            return 'string'
    }
}

function memberTexts(shape, answer) {
    return shape.fields.map((f) => {
        const sure = answer ? alwaysShown(f) : !f.optional
        return `${f.name}${sure ? '' : '?'}: ${typeText(f, answer)}`
    })
}

function interfaceText(name, shape, answer, first = []) {
    const members = [...first, ...memberTexts(shape, answer)]
    const comment = shape.description ? `/** ${shape.description.replace(/\*\//g, '* /')} */\n` : ''
    if (members.length === 0) return `${comment}export type ${name} = Record<string, never>`
    return `${comment}export interface ${name} {\n${members.map((m) => `  ${m}`).join('\n')}\n}`
}

function apiText(model) {
    const commands = model.commands.filter((c) => c.route)
    const parts = [`${HEAD}import type * as L from './lists'`]
    for (const v of model.views.values()) parts.push(interfaceText(shapeName(v), v, true))
    for (const t of model.types.values()) parts.push(interfaceText(shapeName(t), t, false))
    for (const c of commands) parts.push(interfaceText(pascal(c.name), c.shape, false))
    for (const s of model.specials) {
        if (s.request) parts.push(interfaceText(pascal(s.name), s.request, false))
    }
    for (const r of model.reads) {
        const query = {
            ...r.shape,
            description: '',
            fields: r.shape.fields.filter((f) => !r.route.parameters.includes(f.name)),
        }
        parts.push(interfaceText(`${pascal(r.name)}Query`, query, false))
    }
    if (model.live) {
        for (const f of model.live.frames) {
            parts.push(interfaceText(`Live${pascal(f.name)}`, f.shape, true, [`type: '${f.name}'`]))
        }
        parts.push(
            `export type LiveFrame =\n${model.live.frames
                .map((f) => `  | Live${pascal(f.name)}`)
                .join('\n')}`,
        )
    }
    parts.push(routesText(model), callsText(model))
    return `${parts.join('\n\n')}\n`
}

function routesText(model) {
    const rows = model.routes.map(
        (r) =>
            `  ${r.of.name}: ${JSON.stringify({
                method: r.method,
                path: r.path,
                idempotent: Boolean(r.of.idempotent),
                ifMatch: Boolean(r.of.ifMatch),
            })},`,
    )
    return `/** Every route, without /api/v1. */
export const routes = {
${rows.join('\n')}
} as const
export type RouteName = keyof typeof routes

/** The path of a route with its parameters filled in. */
export function pathOf(name: RouteName, parameters: Record<string, string> = {}): string {
  return routes[name].path.replace(/\\{([a-z0-9_]+)\\}/g, (_, key: string) => {
    const value = parameters[key]
    if (value === undefined) throw new Error(\`\${name} needs \${key}\`)
    return encodeURIComponent(value)
  })
}`
}

function callsText(model) {
    const rows = model.routes.map((r) => {
        const parameters = r.parameters.map((p) => `${p}: string`).join('; ')
        const body = r.kind === 'command' || r.of.request ? pascal(r.of.name) : 'undefined'
        const query = r.kind === 'read' ? `${pascal(r.of.name)}Query` : 'undefined'
        const answer = r.of.answer ? pascal(r.of.answer) : 'undefined'
        const path = parameters ? `{ ${parameters} }` : 'undefined'
        return `  ${r.of.name}: { path: ${path}; query: ${query}; body: ${body}; answer: ${answer} }`
    })
    return `/** What each route takes and answers. */
export interface Calls {
${rows.join('\n')}
}`
}
