#!/usr/bin/env node
// gen.mjs - makes build/gen from schema/: C shapes, tables, decoders and
// encoders, TypeScript, OpenAPI and AsyncAPI.
//
//   node scripts/gen/gen.mjs [--schema schema] [--out build/gen]
//
// Exit 0 done, 1 the schema has problems (all are listed), 64 usage. The same
// schema makes the same bytes. Nothing is written while there is a problem.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problems } from './problem.mjs'
import { loadSchema } from './load.mjs'
import { buildModel } from './model.mjs'
import { listFiles, refusalFiles } from './c_lists.mjs'
import { tableFiles } from './c_tables.mjs'
import { commandFiles, readFiles, routeFiles, typeFiles } from './c_commands.mjs'
import { eventFiles } from './c_events.mjs'
import { viewFiles } from './c_views.mjs'
import { openapiFiles } from './openapi.mjs'
import { asyncapiFiles } from './asyncapi.mjs'
import { webFiles } from './typescript.mjs'

const TEMPLATES = [
    'shapes.h',
    'shapes.c',
    'shape_table.h',
    'shape_scalar.c',
    'shape_decode.c',
    'shape_encode.c',
    'list_find.c',
    'route_find.c',
]

// All outputs of a schema folder: Map of path -> text. Throws nothing for a
// bad schema: problems.any tells.
export function generate(schemaDir, problems = new Problems()) {
    const loaded = loadSchema(schemaDir, problems)
    const model = buildModel(loaded, problems)
    const files = new Map()
    if (problems.any) return { files, problems }
    const makers = [
        listFiles,
        refusalFiles,
        tableFiles,
        typeFiles,
        commandFiles,
        readFiles,
        routeFiles,
        eventFiles,
        viewFiles,
        openapiFiles,
        asyncapiFiles,
        webFiles,
    ]
    for (const make of makers) {
        for (const [name, text] of Object.entries(make(model))) files.set(name, text)
    }
    const here = dirname(fileURLToPath(import.meta.url))
    for (const name of TEMPLATES) {
        files.set(name, readFileSync(join(here, 'templates', name), 'utf8'))
    }
    return { files, problems }
}

function main(argv) {
    const options = { '--schema': 'schema', '--out': 'build/gen' }
    for (let i = 0; i < argv.length; i += 2) {
        if (!(argv[i] in options) || argv[i + 1] === undefined) {
            process.stderr.write('usage: gen.mjs [--schema DIR] [--out DIR]\n')
            return 64
        }
        options[argv[i]] = argv[i + 1]
    }
    const { files, problems } = generate(options['--schema'])
    if (problems.any) {
        process.stderr.write(`${problems.text()}\n`)
        return 1
    }
    for (const [name, text] of files) {
        const path = join(options['--out'], name)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
    }
    return 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    process.exitCode = main(process.argv.slice(2))
}
