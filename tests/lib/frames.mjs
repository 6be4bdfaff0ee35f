// frames.mjs - a WebSocket client of a hundred lines, without dependencies.
//
// For the load, which must run without npm, and for tests that send what a
// good client cannot: frames that lie about their length, are not masked, end
// inside a character, or a reader that never reads.
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { connect } from './raw.mjs'
import { within } from './wait.mjs'

/** One client frame; `mask: false` and `size` allow wrong ones. */
export function frame(opcode, payload, { fin = true, mask = true, size, rsv = 0 } = {}) {
    const bytes = Buffer.from(payload)
    const length = size ?? BigInt(bytes.length)
    const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode]
    const bit = mask ? 0x80 : 0
    if (length < 126n) head.push(bit | Number(length))
    else if (length < 65536n) head.push(bit | 126, Number(length >> 8n), Number(length & 255n))
    else {
        head.push(bit | 127)
        for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((length >> shift) & 255n))
    }
    if (!mask) return Buffer.concat([Buffer.from(head), bytes])
    const key = randomBytes(4)
    const masked = Buffer.from(bytes.map((byte, index) => byte ^ key[index % 4]))
    return Buffer.concat([Buffer.from(head), key, masked])
}

/** The bytes of an upgrade request; a header of null is left out. */
export function upgradeRequest(url, target, { cookie, headers = {} } = {}) {
    const { host, origin } = new URL(url)
    const all = {
        Host: host,
        Upgrade: 'websocket',
        Connection: 'Upgrade',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Protocol': 'hutong.live.v1',
        Origin: origin,
        ...(cookie ? { Cookie: cookie } : {}),
        ...headers,
    }
    const lines = Object.entries(all)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${name}: ${value}`)
    return `GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

export const cookieOf = (api) => [...api.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** A live connection: events `json`, `text`, `close` (code, reason). */
export class Frames extends EventEmitter {
    static async open(url, { cookie, target = '/api/v1/live?topic=board', headers, localAddress } = {}) {
        const client = new Frames()
        client.socket = await connect(url, { localAddress })
        client.socket.write(upgradeRequest(url, target, { cookie, headers }))
        await within(
            60_000,
            'the answer to an upgrade',
            new Promise((resolve, reject) => {
                let head = Buffer.alloc(0)
                const take = (chunk) => {
                    head = Buffer.concat([head, chunk])
                    const end = head.indexOf('\r\n\r\n')
                    if (end < 0) return
                    client.socket.removeListener('data', take)
                    client.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head.toString('latin1'))?.[1])
                    client.head = head.subarray(0, end + 4).toString('latin1')
                    if (client.status !== 101) {
                        client.socket.destroy()
                        return reject(Object.assign(new Error(`upgrade: ${client.status}`), { status: client.status }))
                    }
                    client.socket.on('data', (bytes) => client.#take(bytes))
                    client.#take(head.subarray(end + 4))
                    resolve()
                }
                client.socket.on('data', take)
                client.socket.once('close', () => reject(new Error('closed before an answer to the upgrade')))
            }),
        )
        client.socket.on('close', () => client.#closed(1006, ''))
        return client
    }

    #rest = Buffer.alloc(0)
    #over = false
    text = ''
    list = []

    #closed(code, reason) {
        if (this.#over) return
        this.#over = true
        this.closeCode = code
        this.emit('close', code, reason)
    }

    #take(bytes) {
        this.#rest = Buffer.concat([this.#rest, bytes])
        for (;;) {
            if (this.#rest.length < 2) return
            const opcode = this.#rest[0] & 15
            const fin = (this.#rest[0] & 0x80) !== 0
            let length = this.#rest[1] & 127
            let at = 2
            if (length === 126) {
                if (this.#rest.length < 4) return
                length = this.#rest.readUInt16BE(2)
                at = 4
            } else if (length === 127) {
                if (this.#rest.length < 10) return
                length = Number(this.#rest.readBigUInt64BE(2))
                at = 10
            }
            if (this.#rest.length < at + length) return
            const payload = this.#rest.subarray(at, at + length)
            this.#rest = this.#rest.subarray(at + length)
            if (opcode === 1 || opcode === 0) {
                this.text += payload.toString('utf8')
                if (fin) {
                    const whole = this.text
                    this.text = ''
                    const json = JSON.parse(whole)
                    this.list.push(json)
                    this.emit('json', json)
                }
            } else if (opcode === 8) {
                const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
                if (!this.socket.destroyed) this.socket.end(frame(8, payload))
                this.#closed(code, payload.subarray(2).toString('utf8'))
            } else if (opcode === 9) this.socket.write(frame(10, payload))
        }
    }

    /** The next frame that `accept` likes; earlier unread ones count. */
    next(what, accept = () => true, ms = 30_000) {
        const search = () => {
            const index = this.list.findIndex(accept)
            return index < 0 ? null : this.list.splice(0, index + 1).at(-1)
        }
        return within(
            ms,
            what,
            new Promise((resolve, reject) => {
                const look = () => {
                    const found = search()
                    if (!found) return
                    this.removeListener('json', look)
                    resolve(found)
                }
                this.on('json', look)
                this.once('close', (code) => reject(new Error(`closed with ${code} while waiting for ${what}`)))
                look()
            }),
        )
    }

    send(bytes) {
        this.socket.write(bytes)
    }

    /** The close code, when it comes. */
    closed(ms = 60_000) {
        if (this.#over) return Promise.resolve(this.closeCode)
        return within(ms, 'the close of a live connection', new Promise((resolve) => this.once('close', resolve)))
    }

    end() {
        this.socket.destroy()
    }
}
