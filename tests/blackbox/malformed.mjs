// malformed.mjs - requests that must be answered once, with an error, on a
// connection that is then closed; whatever follows on it must not be read.
// Each is sent fresh and after a good request on the same connection, in clear
// and over TLS.
const good = (host) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`
const post = (host, lines, body = '') =>
    `POST /api/v1/session HTTP/1.1\r\nHost: ${host}\r\nX-Hutong: 1\r\nContent-Type: application/json\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`
const get = (host, lines) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`
const BODY = '{"login":"x","password":"y"}'
const CL = `Content-Length: ${BODY.length}`

/** [name, bytes]; expected 400 where nothing else is said. */
export function malformed(host) {
    const smuggled = good(host)
    return [
        ['two different Content-Length', post(host, [CL, 'Content-Length: 3'], BODY + smuggled)],
        ['two equal Content-Length', post(host, [CL, CL], BODY + smuggled)],
        ['a list in Content-Length', post(host, [`Content-Length: ${BODY.length}, ${BODY.length}`], BODY + smuggled)],
        ['a negative Content-Length', post(host, ['Content-Length: -1'], BODY + smuggled)],
        ['a Content-Length with a plus', post(host, [`Content-Length: +${BODY.length}`], BODY + smuggled)],
        ['a Content-Length that overflows', post(host, ['Content-Length: 18446744073709551644'], BODY + smuggled)],
        ['a Content-Length of 32 bits and a bit', post(host, ['Content-Length: 4294967324'], BODY + smuggled), [400, 413]],
        ['a Content-Length with a zero before it', post(host, [`Content-Length: 0${BODY.length}`], BODY + smuggled)],
        ['a Content-Length of two zeros', post(host, ['Content-Length: 00'], smuggled)],
        ['a hexadecimal Content-Length', post(host, ['Content-Length: 0x1c'], BODY + smuggled)],
        ['letters in Content-Length', post(host, ['Content-Length: 28abc'], BODY + smuggled)],
        ['a blank inside Content-Length', post(host, ['Content-Length: 2 8'], BODY + smuggled)],
        ['an empty Content-Length', post(host, ['Content-Length: '], BODY + smuggled)],
        ['Content-Length and Transfer-Encoding', post(host, [CL, 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`)],
        ['Transfer-Encoding and Content-Length', post(host, ['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${smuggled}`)],
        ['chunked', post(host, ['Transfer-Encoding: chunked'], `1c\r\n${BODY}\r\n0\r\n\r\n${smuggled}`)],
        ['xchunked', post(host, ['Transfer-Encoding: xchunked'], `1c\r\n${BODY}\r\n0\r\n\r\n${smuggled}`)],
        ['identity, chunked', post(host, ['Transfer-Encoding: identity, chunked'], `0\r\n\r\n${smuggled}`)],
        ['chunked twice', post(host, ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`)],
        ['a tab before chunked', post(host, ['Transfer-Encoding:\tchunked', CL], `0\r\n\r\n${smuggled}`)],
        ['Transfer-Encoding in odd letters', post(host, ['tRANSFER-eNCODING: CHUNKED', CL], `0\r\n\r\n${smuggled}`)],
        ['Transfer-Encoding on a GET', get(host, ['Transfer-Encoding: chunked']) + `0\r\n\r\n${smuggled}`],
        ['no Host', `GET /healthz HTTP/1.1\r\nAccept: */*\r\n\r\n${smuggled}`],
        ['two Hosts', `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['two different Hosts', `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\n\r\n${smuggled}`],
        ['an empty Host', `GET /healthz HTTP/1.1\r\nHost:\r\n\r\n${smuggled}`],
        ['a Host with a path', `GET /healthz HTTP/1.1\r\nHost: ${host}/x\r\n\r\n${smuggled}`],
        ['a Host with a user', `GET /healthz HTTP/1.1\r\nHost: me@${host}\r\n\r\n${smuggled}`],
        ['a Host with a blank', `GET /healthz HTTP/1.1\r\nHost: ${host} x\r\n\r\n${smuggled}`],
        ['a blank before the colon', `GET /healthz HTTP/1.1\r\nHost : ${host}\r\n\r\n${smuggled}`],
        ['a blank before the colon of Content-Length', post(host, [`Content-Length : ${BODY.length}`], BODY + smuggled)],
        ['a tab before the colon', get(host, ['X-Hutong\t: 1']) + smuggled],
        ['a header without a colon', get(host, ['nonsense']) + smuggled],
        ['a header without a name', get(host, [': value']) + smuggled],
        ['a folded header', get(host, ['X-Long: one', ' two']) + smuggled],
        ['a folded header by tab', get(host, ['X-Long: one', '\ttwo']) + smuggled],
        ['a blank line of blanks first', `GET /healthz HTTP/1.1\r\n Host: ${host}\r\n\r\n${smuggled}`],
        ['a header name with a blank', get(host, ['X Long: one']) + smuggled],
        ['a header name with a quote', get(host, ['X"Long: one']) + smuggled],
        ['a header name in UTF-8', get(host, ['X-\xc3\xa4: one']) + smuggled],
        ['a NUL in a header name', get(host, ['X-\0Long: one']) + smuggled],
        ['a NUL in a header value', get(host, ['X-Long: o\0ne']) + smuggled],
        ['a bare CR in a header value', get(host, ['X-Long: o\rne']) + smuggled],
        ['a control in a header value', get(host, ['X-Long: o\x01ne']) + smuggled],
        ['bare line feeds', `GET /healthz HTTP/1.1\nHost: ${host}\n\n${smuggled}`],
        ['one bare line feed', `GET /healthz HTTP/1.1\r\nHost: ${host}\nX-Hutong: 1\r\n\r\n${smuggled}`],
        ['a bare line feed at the end', `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\n${smuggled}`],
        ['bare carriage returns', `GET /healthz HTTP/1.1\rHost: ${host}\r\r`],
        ['HTTP/9.9', `GET /healthz HTTP/9.9\r\nHost: ${host}\r\n\r\n${smuggled}`, [400, 505]],
        ['HTTP/1.2', `GET /healthz HTTP/1.2\r\nHost: ${host}\r\n\r\n${smuggled}`, [400, 505]],
        ['HTTP/2.0', `GET /healthz HTTP/2.0\r\nHost: ${host}\r\n\r\n${smuggled}`, [400, 505]],
        ['HTTP/1', `GET /healthz HTTP/1\r\nHost: ${host}\r\n\r\n${smuggled}`, [400, 505]],
        ['http/1.1 in small letters', `GET /healthz http/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`, [400, 505]],
        ['HTTP/0.9', 'GET /healthz\r\n', [400, 505, 408]],
        ['no version', `GET /healthz \r\nHost: ${host}\r\n\r\n${smuggled}`, [400, 505]],
        ['two blanks', `GET  /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['a tab for a blank', `GET\t/healthz\tHTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['a blank in the path', `GET /health z HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['a blank at the end of the request line', `GET /healthz HTTP/1.1 \r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['a method that is none', `G@T /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`, [400, 405, 501]],
        ['a method in small letters', `get /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`, [400, 405, 501]],
        ['no path', `GET HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['a path without a slash', `GET healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['a NUL in the path', `GET /health\0z HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['a byte over 127 in the path', `GET /health\xff HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['a control in the path', `GET /health\x7f HTTP/1.1\r\nHost: ${host}\r\n\r\n${smuggled}`],
        ['TLS to a plain port', Buffer.from('16030100c8010000c40303', 'hex')],
        ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 405, 505]],
        ['nothing but noise', '\x00\x01\x02\xff\xfe\r\n\r\n'],
    ]
}
