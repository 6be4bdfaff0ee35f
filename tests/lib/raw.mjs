// raw.mjs - bytes to a socket, bytes back: for what no HTTP client would send.
import net from 'node:net'
import tls from 'node:tls'

const PATIENCE = 20_000 // ms for an answer, on a busy machine

/** A socket to the server; over TLS for an https URL. */
export function connect(url, { localAddress } = {}) {
    const { hostname, port, protocol } = new URL(url)
    return new Promise((resolve, reject) => {
        const socket =
            protocol === 'https:'
                ? tls.connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
                : net.connect({ host: hostname, port: Number(port), localAddress })
        socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
            socket.removeListener('error', reject)
            socket.on('error', () => {}) // a reset is an end like another
            resolve(socket)
        })
        socket.once('error', reject)
    })
}

/** Splits what came back into answers: [{status, head, headers, body}]. */
export function answersIn(bytes) {
    const found = []
    let rest = bytes.toString('latin1')
    while (rest) {
        const head = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n([^]*?)\r\n\r\n/.exec(rest)
        if (!head) {
            found.push({ status: 0, head: rest, headers: {}, body: '' })
            break
        }
        const headers = {}
        for (const line of head[2].split('\r\n')) {
            const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? []
            if (name) headers[name.toLowerCase()] = value
        }
        const length = Number(headers['content-length'] ?? 0)
        rest = rest.slice(head[0].length)
        found.push({ status: Number(head[1]), head: head[0], headers, body: rest.slice(0, length) })
        rest = rest.slice(length)
    }
    return found
}

/**
 * Sends the parts one after another, then listens. Ends when the server closes
 * (`closed: true`) or when `quiet` ms passed without a byte (`closed: false`);
 * as long as there are fewer answers than `least`, that is PATIENCE at least.
 */
export async function exchange(url, parts, { quiet = PATIENCE, pause = 0, least = 1, enough, localAddress } = {}) {
    const socket = await connect(url, { localAddress })
    const chunks = []
    return new Promise((resolve) => {
        let timer
        const finish = (closed) => {
            clearTimeout(timer)
            socket.destroy()
            const bytes = Buffer.concat(chunks)
            resolve({ closed, bytes, answers: answersIn(bytes) })
        }
        const wait = () => {
            clearTimeout(timer)
            const answered = answersIn(Buffer.concat(chunks)).length >= least
            timer = setTimeout(() => finish(false), answered ? quiet : Math.max(quiet, PATIENCE))
        }
        socket.on('data', (chunk) => {
            chunks.push(chunk)
            if (enough?.(answersIn(Buffer.concat(chunks)))) return finish(false)
            wait()
        })
        socket.on('close', () => finish(true))
        socket.on('end', () => finish(true))
        wait()
        const list = Array.isArray(parts) ? parts : [parts]
        const send = (index) => {
            if (index >= list.length || socket.destroyed) return
            socket.write(typeof list[index] === 'string' ? Buffer.from(list[index], 'latin1') : list[index])
            if (index + 1 < list.length) setTimeout(() => send(index + 1), pause)
        }
        send(0)
    })
}
