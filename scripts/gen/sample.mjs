// sample.mjs - a small whole schema for the tests, and a way to spoil it.

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { generate } from './gen.mjs'

const list = (name, ...codes) => ({
    name,
    values: codes.map((code, i) => ({ code, number: i + 1, zh: `中${code}`, en: code })),
})
const line = { type: 'string', 'x-text': 'line', maxLength: 60 }
const object = (properties, required = []) => ({ type: 'object', properties, required })

export function sample() {
    return {
        'list/act.json': list('act', 'add_note', 'read_case'),
        'list/part_class.json': list('part_class', 'narrative', 'child'),
        'list/sex.json': list('sex', 'male', 'female'),
        'refusal.json': {
            'case.unknown': { status: 404, zh: '没有', en: 'None.', who_zh: '', who_en: '' },
            'field.invalid': { status: 422, zh: '不对', en: 'Bad.', who_zh: '', who_en: '' },
        },
        'common.json': { command: ['field.invalid'], read: ['field.invalid'], special: [] },
        'special.json': {
            routes: [
                {
                    name: 'health',
                    method: 'GET',
                    path: '/health',
                    success: 200,
                    auth: false,
                    refusals: [],
                    description: '',
                },
            ],
        },
        'type/place.json': { title: 'place', ...object({ text: line }) },
        'command/add_note.json': {
            title: 'add_note',
            'x-act': 'add_note',
            'x-lane': 'command',
            'x-route': { method: 'POST', path: '/cases/{no}/note' },
            'x-path': { no: 'case_no' },
            'x-idempotent': true,
            'x-success': 201,
            'x-answer': 'note',
            'x-emits': ['note_added'],
            'x-refusals': ['case.unknown'],
            ...object(
                {
                    text: { type: 'string', 'x-text': 'prose', minLength: 1, maxLength: 500 },
                    place: { $ref: 'type/place' },
                    tags: { type: 'array', maxItems: 3, items: line },
                },
                ['text'],
            ),
        },
        'read/read_case.json': {
            title: 'read_case',
            'x-act': 'read_case',
            'x-where': 'reader',
            'x-route': { method: 'GET', path: '/cases/{no}' },
            'x-answer': 'note',
            'x-refusals': ['case.unknown'],
            ...object({ no: { type: 'string', 'x-case-no': true } }, ['no']),
        },
        'event/note_added.json': {
            title: 'note_added',
            'x-code': 1,
            'x-version': 1,
            'x-object': 'case',
            description: '',
            open: object({ case_id: { type: 'string', 'x-id': true } }, ['case_id']),
            sealed: {
                narrative: {
                    'x-class': 'narrative',
                    properties: { text: line },
                    required: ['text'],
                },
                children: {
                    'x-class': 'child',
                    'x-many': 2,
                    properties: { name: line },
                    required: [],
                },
            },
        },
        'view/note.json': {
            title: 'note',
            ...object(
                {
                    no: { type: 'string', 'x-case-no': true, 'x-group': 'G1', 'x-class': 'N' },
                    name: { ...line, 'x-group': 'G3', 'x-class': 'S', 'x-mask': 'name' },
                    sex: { type: 'string', 'x-list': 'sex', 'x-group': 'G3', 'x-class': 'S' },
                },
                ['no'],
            ),
        },
        'table/note_head.json': {
            name: 'note_head',
            class: 'derived',
            number: 5,
            tail: false,
            key: [
                { name: 'case_id', type: 'id' },
                { name: 'seq', type: 'u64' },
            ],
            value: [
                { name: 'state', type: 'u8' },
                { name: 'at_us', type: 'i64' },
            ],
        },
        'live.json': {
            description: '',
            subprotocol: 'hutong.live.v1',
            path: '/live',
            close_codes: {},
            frames: {
                hello: object({ topic: { ...line, 'x-group': 'self', 'x-class': 'N' } }, ['topic']),
            },
        },
    }
}

// Writes files (values, or texts as they are), generates, cleans up.
export function made(files) {
    const dir = mkdtempSync(join(tmpdir(), 'schema-'))
    try {
        for (const [name, value] of Object.entries(files)) {
            mkdirSync(dirname(join(dir, name)), { recursive: true })
            writeFileSync(
                join(dir, name),
                typeof value === 'string' ? value : JSON.stringify(value, null, 2),
            )
        }
        return generate(dir)
    } finally {
        rmSync(dir, { recursive: true })
    }
}

// The problems of the sample after change(files).
export function spoilt(change) {
    const files = sample()
    change(files)
    return made(files).problems.list
}
