// watch.mjs - what no page may ever do, whatever a test is about: ask another
// machine for anything, break the content security policy, throw, complain.

// The browser's own words for an answer of 400 and more, or for none at all.
// Answers are judged by their status below; silence is what some tests are
// about.
const BROWSER_SAYS = /^(Failed to load resource: |WebSocket connection to 'wss?:\/\/127\.0\.0\.1:)/

/**
 * Watches a context from before its first page. Returns the list of faults,
 * which a test must find empty. `allow`: statuses of 400 and more that the
 * test brings about; a 401 is the normal answer to "who am I" at the door, and a 404 that to
 * "is this a demonstration" where it is none.
 */
export async function watch(context, { allow = [] } = {}) {
    const faults = []
    const local = (address) => {
        const url = new URL(address)
        return ['data:', 'blob:', 'about:'].includes(url.protocol) || url.hostname === '127.0.0.1'
    }
    context.on('request', (request) => {
        if (!local(request.url())) faults.push(`a request left the machine: ${request.url()}`)
    })
    context.on('response', (response) => {
        const status = response.status()
        const { pathname } = new URL(response.url())
        if (status < 400 || allow.includes(status)) return
        if (status === 401 && pathname === '/api/v1/session') return
        if (status === 404 && pathname === '/api/v1/demo/accounts') return
        faults.push(`${status} to ${response.request().method()} ${pathname}`)
    })
    context.on('weberror', (problem) => faults.push(`uncaught: ${problem.error().stack ?? problem.error()}`))
    context.on('console', (message) => {
        if (!['error', 'warning', 'assert'].includes(message.type())) return
        if (BROWSER_SAYS.test(message.text())) return
        faults.push(`console: ${message.text()}`)
    })
    const meet = (page) => {
        page.on('crash', () => faults.push('a page crashed'))
        page.on('websocket', (socket) => {
            if (!local(socket.url())) faults.push(`a socket left the machine: ${socket.url()}`)
        })
    }
    context.on('page', meet)
    context.pages().forEach(meet)
    await context.exposeBinding('__violated', (_, text) => faults.push(`policy: ${text}`))
    await context.addInitScript(() => {
        addEventListener('securitypolicyviolation', (event) => {
            const { violatedDirective, blockedURI, sourceFile, lineNumber, sample } = event
            window.__violated(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber} ${sample}`)
        })
    })
    return faults
}
