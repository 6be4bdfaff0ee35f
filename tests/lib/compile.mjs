// compile.mjs - small helpers in C, compiled when a test needs them.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { root } from './folder.mjs'

const here = path.join(root, 'tests/lib')
const shelf = path.join(root, 'build/test-tools')

/** Compiles tests/lib/<name>.c once; returns the program or shared object. */
export function compile(name, { libraries = [], shared = false } = {}) {
    const source = path.join(here, `${name}.c`)
    const target = path.join(shelf, shared ? `${name}.so` : name)
    fs.mkdirSync(shelf, { recursive: true })
    if (!fs.existsSync(target) || fs.statSync(target).mtimeMs < fs.statSync(source).mtimeMs) {
        const fresh = `${target}.${process.pid}`
        execFileSync('cc', [
            '-std=c17', '-O1', '-g', '-Wall', '-Wextra', '-Werror',
            ...(shared ? ['-shared', '-fPIC'] : []),
            source, '-o', fresh,
            ...libraries.map((library) => `-l${library}`),
        ])
        fs.renameSync(fresh, target)
    }
    return target
}
