// folder.mjs - temporary folders that are gone when the process is.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

const made = new Set()

/** A new empty folder, removed at exit. */
export function folder(name = 'test') {
    const made_here = fs.mkdtempSync(path.join(os.tmpdir(), `hutong-${name}-`))
    made.add(made_here)
    return made_here
}

export function removeFolder(name) {
    fs.rmSync(name, { recursive: true, force: true, maxRetries: 3 })
    made.delete(name)
}

process.on('exit', () => {
    for (const name of made) {
        try {
            removeFolder(name)
        } catch {
            // somebody else's permissions; nothing more can be done at exit
        }
    }
})

/** Every regular file below a folder. */
export function filesUnder(top) {
    return fs
        .readdirSync(top, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
}
