// asyncapi.mjs - build/gen/asyncapi.json (AsyncAPI 3.0): the live frames.

import { listKey, listSchema, shapeKey, shapeSchema } from './json_schema.mjs'

export function buildAsyncapi(model) {
    const { live } = model
    const schemas = {}
    for (const l of model.lists.values()) schemas[listKey(l)] = listSchema(l)
    for (const v of model.views.values()) schemas[shapeKey(v)] = shapeSchema(v, true)
    const messages = {}
    for (const frame of live.frames) {
        const payload = shapeSchema(frame.shape, true)
        messages[frame.name] = {
            name: frame.name,
            summary: frame.description,
            contentType: 'application/json',
            payload: {
                ...payload,
                properties: { type: { const: frame.name }, ...payload.properties },
                required: ['type', ...(payload.required ?? [])],
            },
        }
    }
    const refs = (prefix) =>
        Object.fromEntries(live.frames.map((f) => [f.name, { $ref: `${prefix}/${f.name}` }]))
    return {
        asyncapi: '3.0.0',
        info: { title: 'hutong live', version: '1', description: live.description },
        defaultContentType: 'application/json',
        channels: {
            live: {
                address: `/api/v1${live.path}`,
                description: `WebSocket, subprotocol ${live.subprotocol}.`,
                messages: refs('#/components/messages'),
                bindings: {
                    ws: {
                        method: 'GET',
                        query: {
                            type: 'object',
                            properties: {
                                topic: { type: 'string', enum: ['board'] },
                                after: { type: 'string' },
                            },
                            required: ['topic'],
                        },
                    },
                },
                'x-close-codes': Object.fromEntries(live.closeCodes),
            },
        },
        operations: {
            push: {
                action: 'send',
                channel: { $ref: '#/channels/live' },
                messages: Object.values(refs('#/channels/live/messages')),
            },
        },
        components: { messages, schemas },
    }
}

export function asyncapiFiles(model) {
    if (!model.live) return {}
    return { 'asyncapi.json': `${JSON.stringify(buildAsyncapi(model), null, 2)}\n` }
}
