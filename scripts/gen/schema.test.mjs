// schema.test.mjs - a schema that is wrong is refused, with file, path, reason.

import test from 'node:test'
import assert from 'node:assert/strict'
import { made, sample, spoilt } from './sample.mjs'
import { duplicateName } from './load.mjs'
import { parsePattern } from './fields.mjs'

const NOTE = 'command/add_note.json'
const VIEW = 'view/note.json'
const EVENT = 'event/note_added.json'
const TABLE = 'table/note_head.json'
const READ = 'read/read_case.json'

// [what, change, file, path, words of the reason]
const wrong = [
    [
        'a view field without a group',
        (f) => {
            delete f[VIEW].properties.sex['x-group']
        },
        VIEW,
        '/properties/sex',
        'needs "x-group"',
    ],
    [
        'a view field without a class',
        (f) => {
            delete f[VIEW].properties.sex['x-class']
        },
        VIEW,
        '/properties/sex',
        'needs "x-class"',
    ],
    [
        'a group that is none',
        (f) => {
            f[VIEW].properties.sex['x-group'] = 'G14'
        },
        VIEW,
        '/properties/sex/x-group',
        'G1 to G13',
    ],
    [
        'a shared type in a view without a group',
        (f) => {
            f[VIEW].properties.place = { $ref: 'type/place' }
        },
        VIEW,
        '/properties/place',
        'needs "x-group"',
    ],
    [
        'a mask that does not fit',
        (f) => {
            f[VIEW].properties.sex['x-mask'] = 'name'
        },
        VIEW,
        '/properties/sex/x-mask',
        'does not fit',
    ],
    [
        'a group in a command',
        (f) => {
            f[NOTE].properties.text['x-group'] = 'G1'
        },
        NOTE,
        '/properties/text/x-group',
        'in a view only',
    ],
    [
        'an unknown keyword of a file',
        (f) => {
            f[NOTE]['x-typo'] = 1
        },
        NOTE,
        '/x-typo',
        'unknown keyword',
    ],
    [
        'an unknown keyword of a property',
        (f) => {
            f[NOTE].properties.text.format = 'x'
        },
        NOTE,
        '/properties/text/format',
        'unknown keyword',
    ],
    [
        'a text without a bound',
        (f) => {
            delete f[NOTE].properties.text.maxLength
        },
        NOTE,
        '/properties/text',
        '"maxLength" is missing',
    ],
    [
        'a string of no kind',
        (f) => {
            f[NOTE].properties.text = { type: 'string', maxLength: 5 }
        },
        NOTE,
        '/properties/text',
        'exactly one of',
    ],
    [
        'an array without a bound',
        (f) => {
            delete f[NOTE].properties.tags.maxItems
        },
        NOTE,
        '/properties/tags',
        '"maxItems" is missing',
    ],
    [
        'an array of arrays',
        (f) => {
            f[NOTE].properties.tags.items = { type: 'array', maxItems: 1, items: {} }
        },
        NOTE,
        '/properties/tags/items',
        'array of arrays',
    ],
    [
        'an integer without bounds',
        (f) => {
            f[NOTE].properties.n = { type: 'integer', minimum: 0 }
        },
        NOTE,
        '/properties/n',
        '"maximum" is missing',
    ],
    [
        'bounds the wrong way round',
        (f) => {
            f[NOTE].properties.n = { type: 'integer', minimum: 2, maximum: 1 }
        },
        NOTE,
        '/properties/n',
        'minimum is above maximum',
    ],
    [
        'a list that is not there',
        (f) => {
            f[NOTE].properties.s = { type: 'string', 'x-list': 'none' }
        },
        NOTE,
        '/properties/s/x-list',
        'no list',
    ],
    [
        'a type that is not there',
        (f) => {
            f[NOTE].properties.place.$ref = 'type/none'
        },
        NOTE,
        '/properties/place/$ref',
        'there is no',
    ],
    [
        'a required property that is not there',
        (f) => {
            f[NOTE].required = ['words']
        },
        NOTE,
        '/required',
        'no property',
    ],
    [
        'a C keyword as a name',
        (f) => {
            f[NOTE].properties.default = { type: 'boolean' }
        },
        NOTE,
        '/properties/default',
        'no usable name',
    ],
    [
        'two C members of one name',
        (f) => {
            f[NOTE].properties.has_place = { type: 'boolean' }
        },
        NOTE,
        '/properties/has_place',
        'there twice',
    ],
    [
        'a refusal that is not there',
        (f) => {
            f[NOTE]['x-refusals'] = ['case.none']
        },
        NOTE,
        '/x-refusals',
        'not in refusal.json',
    ],
    [
        'a common refusal that is not there',
        (f) => {
            f['common.json'].read = ['a.b']
        },
        'common.json',
        '/read',
        'not in refusal.json',
    ],
    [
        'an event that is not there',
        (f) => {
            f[NOTE]['x-emits'] = ['note_lost']
        },
        NOTE,
        '/x-emits',
        'no event',
    ],
    [
        'an answer that is not there',
        (f) => {
            f[NOTE]['x-answer'] = 'none'
        },
        NOTE,
        '/x-answer',
        'no view',
    ],
    [
        'an act that is not there',
        (f) => {
            f[NOTE]['x-act'] = 'fly'
        },
        NOTE,
        '/x-act',
        'not in list/act.json',
    ],
    [
        'a lane that is none',
        (f) => {
            f[NOTE]['x-lane'] = 'fast'
        },
        NOTE,
        '/x-lane',
        'must be one of',
    ],
    [
        'a command with neither route nor internal',
        (f) => {
            delete f[NOTE]['x-route']
            delete f[NOTE]['x-path']
        },
        NOTE,
        '/',
        'needs "x-route"',
    ],
    [
        'an internal command with a route',
        (f) => {
            f[NOTE]['x-internal'] = true
        },
        NOTE,
        '/x-route',
        'has none',
    ],
    [
        'a path parameter without a type',
        (f) => {
            f[NOTE]['x-path'] = {}
        },
        NOTE,
        '/x-path/no',
        'must be one of',
    ],
    [
        'a path parameter that is also in the body',
        (f) => {
            f[NOTE].properties.no = { type: 'boolean' }
        },
        NOTE,
        '/x-path/no',
        'also a property',
    ],
    [
        'a path parameter of a read that may be absent',
        (f) => {
            f[READ].required = []
        },
        READ,
        '/required',
        'must be a required',
    ],
    [
        'a secret in a query',
        (f) => {
            f[READ].properties.p = { type: 'string', 'x-secret': true, maxLength: 5 }
        },
        READ,
        '/properties/p',
        'cannot stand in a path or query',
    ],
    [
        'a secret in the log',
        (f) => {
            f[EVENT].sealed.narrative.properties.p = {
                type: 'string',
                'x-secret': true,
                maxLength: 5,
            }
        },
        EVENT,
        '/sealed/narrative/properties/p',
        'never stored',
    ],
    [
        'two routes on one path',
        (f) => {
            f['special.json'].routes[0].path = '/cases/{x}'
        },
        'route GET /cases/{}',
        '/',
        'claim it',
    ],
    [
        'a title that is not the file',
        (f) => {
            f[VIEW].title = 'memo'
        },
        VIEW,
        '/title',
        "file's name",
    ],
    [
        'a version whose file is named otherwise',
        (f) => {
            f[EVENT]['x-version'] = 2
        },
        EVENT,
        '/title',
        'note_added.v2.json',
    ],
    [
        'one number for two events',
        (f) => {
            f['event/other.json'] = { ...f[EVENT], title: 'other' }
        },
        'event/other.json',
        '/x-code',
        'note_added has code 1',
    ],
    [
        'a part of no class',
        (f) => {
            f[EVENT].sealed.children['x-class'] = 'toy'
        },
        EVENT,
        '/sealed/children/x-class',
        'part_class',
    ],
    [
        'an open field that hides behind a part',
        (f) => {
            f[EVENT].open.properties.narrative = { type: 'boolean' }
        },
        EVENT,
        '/open/properties/narrative',
        'sealed part',
    ],
    [
        '"subjects" told by hand',
        (f) => {
            f[EVENT].open.properties.subjects = { type: 'boolean' }
        },
        EVENT,
        '/open/properties/subjects',
        'added by the generator',
    ],
    [
        'one number for two tables',
        (f) => {
            f['table/other.json'] = { ...f[TABLE], name: 'other' }
        },
        'table/other.json',
        '/number',
        'is that of note_head',
    ],
    [
        'a field of no table type',
        (f) => {
            f[TABLE].value[0].type = 'u12'
        },
        TABLE,
        '/value/0/type',
        'must be one of',
    ],
    [
        'a variable field that is not the last of a key',
        (f) => {
            f[TABLE].key[0].type = 'bytes'
        },
        TABLE,
        '/key/0/type',
        'must be one of',
    ],
    [
        'a list value twice',
        (f) => {
            f['list/sex.json'].values[1].code = 'male'
        },
        'list/sex.json',
        '/values/1/code',
        'twice',
    ],
    [
        'a list number twice',
        (f) => {
            f['list/sex.json'].values[1].number = 1
        },
        'list/sex.json',
        '/values/1/number',
        'twice',
    ],
    [
        'a list value without words',
        (f) => {
            f['list/sex.json'].values[1].zh = ''
        },
        'list/sex.json',
        '/values/1/zh',
        'empty',
    ],
    [
        'a refusal of no status',
        (f) => {
            f['refusal.json']['case.unknown'].status = 200
        },
        'refusal.json',
        '/case.unknown/status',
        '400 to 599',
    ],
    [
        'a name twice in one object',
        (f) => {
            f['common.json'] = '{"command":[],"read":[],"special":[],"read":[]}'
        },
        'common.json',
        '/',
        '"read" stands twice',
    ],
    [
        'what is not JSON',
        (f) => {
            f[VIEW] = '{'
        },
        VIEW,
        '/',
        'is not JSON',
    ],
    [
        'a view and a command of one name',
        (f) => {
            f['view/add_note.json'] = { ...f[VIEW], title: 'add_note' }
        },
        NOTE,
        '/',
        'same name in TypeScript',
    ],
]

test('the sample is whole', () => {
    assert.deepEqual(made(sample()).problems.list, [])
})

for (const [what, change, file, path, words] of wrong) {
    test(`refused: ${what}`, () => {
        const problems = spoilt(change)
        const found = problems.find(
            (p) => p.file === file && p.path === path && p.reason.includes(words),
        )
        assert.ok(found, `said instead: ${JSON.stringify(problems)}`)
    })
}

test('nothing is made of a schema with a problem', () => {
    const files = sample()
    files[VIEW].title = 'memo'
    assert.equal(made(files).files.size, 0)
})

test('a view that holds itself is refused', () => {
    const problems = spoilt((f) => {
        f[VIEW].properties.more = { $ref: VIEW.replace('.json', '') }
    })
    assert.ok(problems.some((p) => p.reason.includes('points at itself')))
})

test('nesting has a bound', () => {
    const problems = spoilt((f) => {
        let inner = { type: 'object', properties: {} }
        for (let i = 0; i < 6; i++) inner = { type: 'object', properties: { a: inner } }
        f[NOTE].properties.deep = inner
    })
    assert.ok(problems.some((p) => p.reason.includes('nested deeper')))
})

test('a name twice is found in its own object only', () => {
    assert.equal(duplicateName('{"a":{"b":1},"b":[{"a":1},{"a":2}]}'), null)
    assert.equal(duplicateName('{"a":"{\\"x\\":1","b":{"c":1,"d":"\\\\","c":2}}'), 'c')
    assert.equal(duplicateName('["a","a"]'), null)
})

test('a pattern is one class of ASCII with a count', () => {
    assert.deepEqual(
        [...parsePattern('^[a-c_-]{1,3}$').set].map((c) => String.fromCharCode(c)).sort(),
        ['-', '_', 'a', 'b', 'c'],
    )
    assert.equal(parsePattern('^[0-9]{6}$').max, 6)
    for (const bad of [
        '[a]{1,2}',
        '^[a]{1,2}',
        '^[^a]{1,2}$',
        '^[a]+$',
        '^[a]{3,1}$',
        '^(a|b){1,2}$',
        '^[\\d]{1,2}$',
        '^[z-a]{1,2}$',
        '^[é]{1,2}$',
    ]) {
        assert.equal(parsePattern(bad), null, bad)
    }
})
