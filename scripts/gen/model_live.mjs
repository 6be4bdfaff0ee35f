// model_live.mjs - the frames of the live WebSocket, for asyncapi and TypeScript.

export function readLive(one, model) {
    model.live = null
    if (!one) return
    const { value, place } = one
    const keys = ['description', 'subprotocol', 'path', 'frames', 'close_codes']
    if (!place.keys(value, keys, keys)) return
    const frames = []
    if (!place.at('frames').isObject(value.frames)) return
    for (const [name, frame] of Object.entries(value.frames)) {
        const here = place.at('frames', name)
        const shape = model.reader.shape(frame, here, `live_${name}`, 'view')
        frames.push({ name, shape, description: here.string(frame, 'description') })
    }
    const codes = place.at('close_codes').isObject(value.close_codes)
        ? Object.entries(value.close_codes)
        : []
    for (const [code] of codes) {
        if (!/^[0-9]{4}$/.test(code)) place.at('close_codes', code).fail('is no close code')
    }
    model.live = {
        description: place.string(value, 'description'),
        subprotocol: place.string(value, 'subprotocol'),
        path: place.string(value, 'path'),
        frames,
        closeCodes: codes,
    }
}
