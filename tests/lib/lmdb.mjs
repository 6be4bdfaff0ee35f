// lmdb.mjs - a store seen from outside the program, and damaged on purpose.
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { compile } from './compile.mjs'

function tool(env, ...args) {
    const text = execFileSync(compile('lmdbtool', { libraries: ['lmdb'] }), [env, ...args], {
        encoding: 'utf8',
        maxBuffer: 512 << 20,
        stdio: ['ignore', 'pipe', 'pipe'],
    })
    return text.split('\n').filter(Boolean).map((line) => line.split(' '))
}
const main = (store) => path.join(store.dir, 'main')
const keys = (store) => path.join(store.dir, 'keys')

/** Table -> number of rows. */
export const tables = (store) => new Map(tool(main(store), 'list').map(([name, count]) => [name, Number(count)]))
/** Rows of a table as [key, value], in hexadecimal. */
export const rows = (store, table) => tool(main(store), 'dump', table)
/** The wrapped data keys, by id. */
export const keyRows = (store) => tool(keys(store), 'dump', '-')
/** Where each record's bytes stand in the file: [{seq, offset, size}]. */
export const records = (store) =>
    tool(main(store), 'where', 'log').map(([key, offset, size]) => ({
        seq: Number(BigInt(`0x${key}`)),
        offset: Number(offset),
        size: Number(size),
    }))
export const put = (store, table, key, value) => tool(main(store), 'put', table, key, value)
export const del = (store, table, key) => tool(main(store), 'del', table, key)
export const delKey = (store, key) => tool(keys(store), 'del', '-', key)
