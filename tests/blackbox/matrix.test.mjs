// Every command from every state by every account, and every pair of persons
// that must differ: over real HTTP, against two tables typed by hand
// (tests/oracle/matrix.tsv, persons.tsv). Each body is one that would be taken.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { before, describe, test } from 'node:test'
import { root } from '../lib/folder.mjs'
import { COMMANDS, act, read, send, together, walk } from '../lib/path.mjs'
import { shared } from './setup.mjs'

const hutong = shared()

// ------------------------------------------------------------ the tables ----

const rowsOf = (name) =>
    fs
        .readFileSync(path.join(root, 'tests/oracle', name), 'utf8')
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))
        .map((line) => line.split('\t'))

const oracle = { columns: [], logins: [], state: {}, role: {}, cell: {}, after: {}, code: {}, unled: [] }
for (const [block, command, ...cells] of rowsOf('matrix.tsv')) {
    if (block === 'unled') oracle.unled = [command, ...cells]
    else if (block === 'code') oracle.code[command] = cells[0]
    else if (block === 'cell') oracle.cell[`${command} ${cells[0]} ${cells[1]}`] = cells[2]
    else if (block === 'after') oracle.after[`${command} ${cells[0]}`] = cells[1]
    else if (command === 'command') oracle[block === 'state' ? 'columns' : 'logins'] = cells
    else oracle[block][command] = cells
}

/** What a command must come to: 'ok' or a code of schema/refusal.json. */
function expected(command, column, login) {
    const letter = oracle.role[command][oracle.logins.indexOf(login)]
    if (letter === 'H') return 'case.unknown'
    if (letter === 'N' || (letter === 'L' && oracle.unled.includes(column))) return 'right.denied'
    assert.match(letter, /^[YL]$/, `${command} ${login}`)
    const special = oracle.cell[`${command} ${column} ${login}`]
    if (special) return special
    const cell = oracle.state[command][oracle.columns.indexOf(column)]
    return cell === 'ok' ? 'ok' : (oracle.code[cell] ?? assert.fail(`${command} ${column}: ${cell}`))
}

// How a case comes to stand as a column says; the accounts that are tried
// (ctr02, cbk01, cty_dm2) take no step that would bar them later.
const SUBMITTED = 'agt01:triage ldr01:dispatch cty_dm:sign cty_dm:submit'
const CALLBACK = `${SUBMITTED} cty_dm2:pass ctr01:pass`
const CLOSED = `${CALLBACK} cbk02:content cbk02:close`
const COLUMNS = {
    TRI: '',
    PRO: 'agt01:propose',
    DNG: '',
    TOD: 'agt01:triage',
    DIS: 'agt01:triage ldr01:dispatch',
    EMG: 'agt01:emergency',
    INP: 'agt01:triage ldr01:dispatch cty_dm:sign',
    CON: 'agt01:triage ldr01:dispatch cty_dm:sign cty_dm:contact',
    SUB: SUBMITTED,
    SU2: `${SUBMITTED} ctr01:pass`,
    CAL: CALLBACK,
    CAD: `${CALLBACK} cbk02:content`,
    CAR: `${CALLBACK} cbk02:dissatisfied`,
    RED: `${SUBMITTED} ctr01:return`,
    ANS: 'agt01:answer',
    REF: 'agt01:propose ldr01:confirm',
    CLO: CLOSED,
    CHK: `${CLOSED} ctr03:check`,
    ARC: `${CLOSED} ctr03:check ctr03:archive`,
    VOI: 'ldr01:void',
}
const FORMS = { DNG: { screen: { r1: 'yes' } } }
const STATES = {
    TRI: 'TRIAGE', PRO: 'TRIAGE', DNG: 'TRIAGE', TOD: 'TO_DISPATCH', DIS: 'DISPATCHED', EMG: 'DISPATCHED', INP: 'IN_PROGRESS',
    CON: 'IN_PROGRESS', SUB: 'SUBMITTED', SU2: 'SUBMITTED', CAL: 'CALLBACK', CAD: 'CALLBACK', CAR: 'CALLBACK', RED: 'REDO',
    ANS: 'ANSWERED', REF: 'REFUSED', CLO: 'CLOSED', CHK: 'ARCHIVE_CHK', ARC: 'ARCHIVED', VOI: 'VOID',
}
// Whoever classifies an emergency keeps its urgency: to lower it is the centre's.
const bodyFor = (command, column) => (command === 'triage_case' && column === 'EMG' ? { ...COMMANDS.triage_case[2], urgency: 'most_urgent' } : undefined)
const fresh = (column) => walk(hutong.as, COLUMNS[column], FORMS[column])

// ------------------------------------------------------------- the cells ----

describe('every command from every state by every account', () => {
    const standing = {} // one case a column, for everything that is refused

    before(async () => {
        for (const login of oracle.logins) await hutong.as(login)
        const made = await together(oracle.columns.map((column) => () => fresh(column)))
        oracle.columns.forEach((column, index) => (standing[column] = made[index]))
    })

    test('the table is whole', () => {
        assert.deepEqual(Object.keys(COLUMNS).sort(), [...oracle.columns].sort())
        assert.deepEqual(Object.keys(oracle.state), Object.keys(COMMANDS))
        assert.deepEqual(Object.keys(oracle.role), Object.keys(COMMANDS))
        for (const [command, cells] of Object.entries(oracle.state)) assert.equal(cells.length, oracle.columns.length, command)
        for (const [command, cells] of Object.entries(oracle.role)) assert.equal(cells.length, oracle.logins.length, command)
    })

    test('the table knows every command on a case that the server has', () => {
        const paths = Object.keys(hutong.contract.document.paths)
            .map((template) => /^\/cases\/\{no\}\/([a-z-]+)$/.exec(template)?.[1])
            .filter((name) => name && name !== 'timeline')
        assert.deepEqual(paths.sort(), Object.values(COMMANDS).map(([name]) => name).sort())
    })

    test('the cases stand as the columns say', async () => {
        const agent = await hutong.as('agt01')
        for (const column of oracle.columns) {
            const { row } = await read(agent, standing[column])
            assert.equal(row.state, STATES[column], column)
        }
    })

    for (const command of Object.keys(COMMANDS)) {
        test(command, async () => {
            const wrong = []
            const cells = oracle.columns.flatMap((column) => oracle.logins.map((login) => ({ column, login, want: expected(command, column, login) })))
            const say = ({ column, login }, answer, want) =>
                wrong.push(`${column} ${login}: ${answer.code ?? answer.status} instead of ${want}`)
            const agent = await hutong.as('agt01')
            const rows = async () => Object.fromEntries(await together(oracle.columns.map((column) => async () => [column, (await read(agent, standing[column])).row])))

            // What is refused leaves no trace: not in the version either.
            const earlier = await rows()
            await together(
                cells
                    .filter(({ want }) => want !== 'ok')
                    .map((cell) => async () => {
                        const subject = { no: standing[cell.column].no, version: earlier[cell.column].version }
                        const answer = await send(await hutong.as(cell.login), command, subject)
                        if (answer.code !== cell.want) say(cell, answer, cell.want)
                    }),
            )
            assert.deepEqual(wrong, [])
            assert.deepEqual(await rows(), earlier, 'a refused command changed something')

            // What is done is done to a case of its own.
            await together(
                cells
                    .filter(({ want }) => want === 'ok')
                    .map((cell) => async () => {
                        const subject = await fresh(cell.column)
                        const version = subject.row?.version ?? subject.version
                        const answer = await send(await hutong.as(cell.login), command, subject, bodyFor(command, cell.column))
                        if (answer.status >= 300) return say(cell, answer, 'ok')
                        const { row } = await read(agent, subject)
                        const state = oracle.after[`${command} ${cell.column}`] ?? oracle.after[`${command} *`] ?? STATES[cell.column]
                        if (row.state !== state) wrong.push(`${cell.column} ${cell.login}: it is ${row.state}, not ${state}`)
                        if (row.version <= version) wrong.push(`${cell.column} ${cell.login}: the version did not move`)
                    }),
            )
            assert.deepEqual(wrong, [])
        })
    }
})

// ----------------------------------------------------------- the persons ----

describe('persons who must differ', () => {
    const [, ...rows] = rowsOf('persons.tsv')
    for (const command of new Set(rows.map(([name]) => name))) {
        test(command, async () => {
            const wrong = []
            await together(
                rows
                    .filter(([name]) => name === command)
                    .map(([, said, refused, may]) => async () => {
                        const subject = await walk(hutong.as, said)
                        const version = subject.row.version
                        const answer = await send(await hutong.as(refused), command, subject)
                        if (answer.code !== 'case.same_person') wrong.push(`${said}: ${refused} got ${answer.code ?? answer.status}`)
                        const { row, may: buttons } = await read(await hutong.as(refused), subject)
                        if (row.version !== version) wrong.push(`${said}: ${refused} changed the case`)
                        if (buttons.includes(command)) wrong.push(`${said}: ${refused} is offered it`)
                        const other = await read(await hutong.as(may), subject)
                        if (!other.may.includes(command)) wrong.push(`${said}: ${may} is not offered it`)
                        await act(await hutong.as(may), command, subject)
                    }),
            )
            assert.deepEqual(wrong, [])
        })
    }
})
