// A city's decisions come in through `hutong catalogue adopt`: beside a running
// server, which goes by them at once, and without one. What is wrong is refused
// with file, JSON path and reason, and changes nothing.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { signedIn } from '../lib/api.mjs'
import { folder, root } from '../lib/folder.mjs'
import { Server, demoStore, must, realStore, run } from '../lib/server.mjs'
import { ok } from './setup.mjs'

const KINDS = ['name', 'territory', 'units', 'roles', 'categories', 'calendar', 'deadlines', 'directory', 'duty', 'acting', 'scripts']
const seed = (kind) => JSON.parse(fs.readFileSync(path.join(root, 'schema/catalogue', `${kind}.json`), 'utf8'))
const shown = (store, kind) => JSON.parse(must(['catalogue', 'show', kind, ...store.args]))
const records = (store) => JSON.parse(store.verify().stdout.split('\n')[0]).records

const desk = folder('catalogue')
let written = 0
function write(file) {
    const to = path.join(desk, `${file.kind ?? 'file'}-${written++}.json`)
    fs.writeFileSync(to, typeof file === 'string' ? file : JSON.stringify(file))
    return to
}

/** The version that stands, changed, with the next number. */
function next(store, kind, change) {
    const file = shown(store, kind)
    file.version++
    change?.(file.content, file)
    return file
}
const adopt = (store, ...files) => run(['catalogue', 'adopt', ...files, ...store.args])

describe('without a server', () => {
    let store
    before(() => {
        store = demoStore()
    })
    after(() => store.mustVerify())

    test('every kind of the seed stands, and is shown as a file that could be adopted again', () => {
        const real = realStore()
        for (const kind of KINDS) {
            const { version, effective_from, content } = seed(kind)
            const stands = shown(real, kind)
            assert.equal(stands.kind, kind)
            assert.equal(stands.version, version)
            assert.equal(Date.parse(stands.effective_from), Date.parse(effective_from))
            assert.deepEqual(stands.content, content)
            assert.equal(adopt(real, write(next(real, kind))).code, 0, kind)
            assert.equal(shown(real, kind).version, version + 1)
        }
        assert.ok(shown(real, 'duty').content.duty.filter((row) => row.phone).every((row) => /^11\d$|^120$/.test(row.phone)))
        real.mustVerify()
    })

    test('what is adopted is in the log, and is shown', () => {
        const file = next(store, 'acting', (content) => (content.sample_percent = 33))
        const before = records(store)
        const done = adopt(store, write(file))
        assert.equal(done.stdout, `adopted acting, version ${file.version}\n`)
        assert.equal(shown(store, 'acting').content.sample_percent, 33)
        assert.equal(records(store), before + 1)
    })

    test('files that go together are adopted in their order', () => {
        const units = next(store, 'units', ({ units }) => units.push({ code: 'new_unit', zh: '新单位', en: 'New unit', territory: '150200' }))
        const directory = next(store, 'directory', ({ rules }) => (rules.find((rule) => rule.id === 'legal').lead = ['unit:new_unit']))
        const wrong = adopt(store, write(directory), write(units))
        assert.equal(wrong.code, 1)
        assert.match(wrong.stderr, /rules\/\d+\/lead\/0: is no unit that stands/)
        assert.equal(adopt(store, write(units), write(directory)).code, 0)
        assert.deepEqual(shown(store, 'directory').content.rules.find((rule) => rule.id === 'legal').lead, ['unit:new_unit'])
    })

    test('a mistake in the second file leaves the first one out too', () => {
        const good = next(store, 'acting', (content) => (content.sample_percent = 44))
        const bad = next(store, 'calendar', ({ years }) => (years[0].year = 'soon'))
        const before = records(store)
        assert.equal(adopt(store, write(good), write(bad)).code, 1)
        assert.equal(records(store), before)
        assert.notEqual(shown(store, 'acting').content.sample_percent, 44)
    })

    test('usage: files, kinds and stores that are not there', () => {
        assert.equal(run(['catalogue', 'adopt', ...store.args]).code, 64)
        assert.equal(run(['catalogue', ...store.args]).code, 64)
        assert.equal(run(['catalogue', 'show', 'acting', 'duty', ...store.args]).code, 64)
        assert.equal(run(['catalogue', 'show', 'weather', ...store.args]).code, 1)
        const gone = adopt(store, path.join(desk, 'gone.json'))
        assert.equal(gone.code, 1)
        assert.match(gone.stderr, /gone\.json: cannot be read/)
        assert.equal(run(['catalogue', 'adopt', write(seed('acting')), '--data', path.join(desk, 'none')]).code, 3)
        assert.match(run(['catalogue', '--help']).stdout, /adopt FILE/)
    })
})

// kind, what is changed, and what must be said
const year = (content, wanted) => content.years.find((one) => one.year === wanted)
const rule = (content, id) => content.rules.find((one) => one.id === id)
const REFUSED = [
    ['categories', ({ categories }) => Object.assign(categories[3], { code: 'a04', block: 'a' }), /\/content\/categories\/3\/code: must be a letter/],
    ['categories', ({ categories }) => (categories[3].code = 'X Y'), /\/content\/categories\/3\/code: must be 1 to 8/],
    ['categories', ({ categories }) => (categories[3].code = 'A01'), /\/content\/categories\/3\/code: stands twice/],
    ['categories', ({ categories }) => (categories[3].block = 'B'), /\/content\/categories\/3\/block: must be the letter/],
    ['categories', ({ categories }) => (categories[3].urgency = 'soon'), /\/content\/categories\/3\/urgency: must be most_urgent/],
    ['categories', ({ categories }) => (categories[3].protections = ['weather']), /\/content\/categories\/3\/protections: holds no protection/],
    ['categories', ({ categories }) => (categories[3].situations = [10]), /\/content\/categories\/3\/situations: must be a list of numbers/],
    ['categories', ({ categories }) => (categories[3].review_steps = 3), /\/content\/categories\/3\/review_steps: must be a whole number from 1 to 2/],
    ['categories', ({ categories }) => (categories[3].colour = 'red'), /\/content\/categories\/3\/colour: is not a member/],
    ['categories', ({ categories }) => categories.splice(3, 1), /A04: is missing: a category is never taken away/],
    ['categories', ({ child_types }) => (child_types[2].code = 'K01'), /\/content\/child_types\/2\/code: stands twice/],
    ['categories', ({ child_types }) => child_types.pop(), /K13: is missing: a child type/],
    ['categories', ({ situations }) => (situations[8].number = 8), /\/content\/situations\/8\/number: must count/],
    ['calendar', (_, file) => (file.effective_from = '2027-01-01T00:00:00Z'), /\/content\/years: holds no table of the year/],
    ['calendar', (content) => content.years.reverse(), /\/content\/years\/1\/year: must be after/],
    ['calendar', (content) => (year(content, 2026).holidays[0] = '2025-12-31'), /\/content\/years\/1\/holidays\/0: is a day of another year/],
    ['calendar', (content) => (year(content, 2026).holidays[0] = '2026-02-30'), /\/content\/years\/1\/holidays\/0: must be a day/],
    ['calendar', (content) => year(content, 2026).holidays.push('2026-01-01'), /\/content\/years\/1\/holidays\/\d+: must be after/],
    ['calendar', (content) => (year(content, 2026).working_weekends[0] = '2026-01-03'), /\/content\/years\/1\/working_weekends\/0: is a holiday as well/],
    ['calendar', (content) => (year(content, 2026).working_weekends[0] = '2026-01-05'), /\/content\/years\/1\/working_weekends\/0: is no weekend day/],
    ['calendar', (content) => (year(content, 2026).working_weekends[0] = '2021-02-07'), /\/content\/years\/1\/working_weekends\/0: is a day of another year/],
    ['calendar', (content) => (year(content, 2026).hours[1].from = '11:59'), /\/content\/years\/1\/hours\/1: overlaps/],
    ['calendar', (content) => (year(content, 2026).hours[0].to = '08:00'), /\/content\/years\/1\/hours\/0: must go from/],
    ['calendar', (content) => (year(content, 2026).hours[0].to = '25:00'), /\/content\/years\/1\/hours\/0: must go from/],
    ['calendar', (content) => (year(content, 2026).hours = []), /\/content\/years\/1\/hours: must be a list/],
    ['deadlines', ({ deadlines }) => (deadlines[1].code = 'D1'), /\/content\/deadlines\/1\/code: stands twice/],
    ['deadlines', ({ deadlines }) => (deadlines[1].code = 'D 1'), /\/content\/deadlines\/1\/code: must be 1 to 8/],
    ['deadlines', ({ deadlines }) => (deadlines[1].unit = 'fortnights'), /\/content\/deadlines\/1\/unit: is no unit of time/],
    ['deadlines', ({ deadlines }) => (deadlines.find((one) => one.code === 'D11').amount = 0), /\/content\/deadlines\/\d+\/amount: must be a whole number from 1/],
    ['deadlines', ({ rules }) => (rules[0].clock = 'lunch'), /\/content\/rules\/0\/clock: is no clock of a case/],
    ['deadlines', ({ rules }) => (rules[0].urgency = 'soon'), /\/content\/rules\/0\/urgency: must be most_urgent/],
    ['deadlines', ({ rules }) => (rules[0].deadline = 'D99'), /\/content\/rules\/0\/deadline: is no deadline of this file/],
    ['deadlines', ({ rules }) => (rules[0].deadline = 'D2'), /\/content\/rules\/0\/deadline: is a figure that no clock can run by/],
    ['deadlines', ({ rules }) => (rules[0].category = 'C98'), /\/content\/rules\/0\/category: is no category/],
    ['deadlines', ({ rules }) => (rules[0].category = 'Z'), /\/content\/rules\/0\/category: is no category, and no block/],
    ['deadlines', ({ rules }) => rules.push(rules[0]), /\/content\/rules\/\d+\/clock: has a rule for the same orders already/],
    ['directory', (content) => (rule(content, 'legal').categories = []), /\/content\/rules\/\d+\/categories: must be a list of 1/],
    ['directory', (content) => (rule(content, 'legal').categories = ['A98']), /\/content\/rules\/\d+\/categories\/0: is no category/],
    ['directory', (content) => (rule(content, 'legal').categories = ['A01']), /\/content\/rules\/\d+\/categories\/0: has a rule already/],
    ['directory', (content) => (rule(content, 'legal').id = 'papers'), /\/content\/rules\/\d+\/id: stands twice/],
    ['directory', (content) => (rule(content, 'legal').lead = ['unit:nowhere']), /\/content\/rules\/\d+\/lead\/0: is no unit that stands/],
    ['directory', (content) => (rule(content, 'legal').inform = ['unit:nowhere']), /\/content\/rules\/\d+\/inform\/0: is no unit that stands/],
    ['directory', (content) => (rule(content, 'legal').lead = ['mayor']), /\/content\/rules\/\d+\/lead\/0: must be county/],
    ['directory', (content) => (rule(content, 'legal').lead = []), /\/content\/rules\/\d+\/lead: must name who leads/],
    ['directory', (content) => (rule(content, 'legal').lead = ['county']), /\/content\/rules\/\d+\/place: must say whose county/],
    ['directory', (content) => (rule(content, 'papers').place = ['there']), /\/content\/rules\/\d+\/place: must be of now, event/],
    ['directory', (content) => delete content.special.emergency, /\/content\/special: must hold emergency/],
    ['directory', (content) => (content.special.emergency.lead = ['unit:nowhere']), /\/content\/special\/emergency\/lead\/0: is no unit/],
    ['duty', ({ duty }) => (duty[0].step = 'L11'), /\/content\/duty\/0\/step: is no step/],
    ['duty', ({ duty }) => (duty[0].target = 'mayor'), /\/content\/duty\/0\/target: is nobody/],
    ['duty', ({ duty }) => (duty[0].phone = 'ask'), /\/content\/duty\/0\/phone: is no telephone number/],
    ['duty', ({ duty }) => delete duty[0].phone, /\/content\/duty\/0\/phone: and name go together/],
    ['duty', ({ duty }) => (duty[0].place = '150299'), /\/content\/duty\/0\/place: is no place/],
    ['duty', ({ duty }) => (duty[0].unit = 'nowhere'), /\/content\/duty\/0\/unit: is no unit/],
    ['duty', ({ duty }) => duty.push(duty[0]), /\/content\/duty\/\d+\/place: has somebody for this step already/],
    ['acting', (content) => (content.sample_percent = 101), /\/content\/sample_percent: must be a whole number from 0 to 100/],
    ['acting', (content) => (content.dispatch_by_itself = 'yes'), /\/content\/dispatch_by_itself: must be true or false/],
    ['scripts', ({ lines }) => (lines[0].categories = ['Z']), /\/content\/lines\/0\/categories\/0: is no category/],
    ['scripts', ({ lines }) => delete lines[0].zh, /\/content\/lines\/0\/zh: must be one line/],
    ['units', ({ units }) => (units[0].kind = 'palace'), /\/content\/units\/0\/kind: is no kind of unit/],
    ['units', ({ units }) => (units[0].territory = '150299'), /\/content\/units\/0\/territory: is no place/],
    ['units', ({ units }) => units.splice(0, 1), /is missing: a unit is never taken away/],
    ['units', ({ units }) => units.filter((unit) => unit.kind === 'centre').forEach((unit) => (unit.kind = 'department')), /\/content: with it, rules\/\d+\/inform\/0 is no unit/],
    ['roles', ({ roles }) => roles.splice(roles.findIndex((role) => role.code === 'R-AGT'), 1), /R-AGT: is missing: an account has it/],
    ['territory', ({ nodes }) => nodes.splice(nodes.findIndex((node) => node.code === '150223104902'), 1), /\/content: with it, units\/\d+\/territory is no place/],
    ['acting', (_, file) => (file.version = 1), /\/version: must be above 1, which stands/],
    ['acting', (_, file) => (file.kind = 'weather'), /\/kind: must be name/],
    ['acting', (_, file) => (file.effective_from = 'soon'), /\/effective_from: must be a time/],
    ['acting', (_, file) => delete file.content, /\/: must hold kind, version/],
]

describe('what is refused', () => {
    let store, before_, stood
    before(() => {
        store = demoStore()
        before_ = records(store)
        stood = new Map(KINDS.map((kind) => [kind, shown(store, kind)]))
    })
    after(() => {
        assert.equal(records(store), before_)
        for (const kind of KINDS) assert.deepEqual(shown(store, kind), stood.get(kind))
        store.mustVerify()
    })
    for (const [index, [kind, change, say]] of REFUSED.entries()) {
        test(`${index} ${kind}: ${say.source.replaceAll('\\', '')}`, () => {
            const file = structuredClone(stood.get(kind))
            file.version++
            change(file.content, file)
            const name = write(file)
            const done = adopt(store, name)
            assert.equal(done.code, 1, done.stdout + done.stderr)
            assert.ok(done.stderr.startsWith(`hutong catalogue: ${name}: `), done.stderr)
            assert.match(done.stderr, say)
            assert.equal(done.stdout, '')
        })
    }
    test('what is no JSON', () => {
        for (const text of ['', '{', '[]', '{"kind":1}']) assert.equal(adopt(store, write(text)).code, 1, text)
    })
})

describe('beside a running server', () => {
    let server, store, api
    before(async () => {
        store = demoStore()
        server = await Server.start(store)
        api = await signedIn(server, 'agt01')
    })
    after(async () => {
        api.close()
        await server.stop()
    })

    /** An urgent order that goes to its county by itself: its clock for signing. */
    async function signClock() {
        const { no } = await api.register({ matter: 'words', place_now: { code: '150222102', text: 'somewhere' } })
        const { row } = ok(await api.get(`/cases/${no}`))
        const sent = ok(await api.post(`/cases/${no}/triage`, { category: 'B07', urgency: 'urgent' }, { ifMatch: row.version }))
        assert.equal(sent.state, 'DISPATCHED')
        return { no, ...(await clockOf(no)) }
    }
    async function clockOf(no) {
        const { clocks } = ok(await api.get(`/cases/${no}`))
        const clock = clocks.find((one) => one.clock === 'sign')
        return { minutes: (Date.parse(clock.due_at) - Date.parse(clock.started_at)) / 60000, rule_version: clock.rule_version }
    }
    const setMinutes = (minutes) => write(next(store, 'deadlines', ({ deadlines }) => (deadlines.find((one) => one.code === 'D12').amount = minutes)))

    test('a changed deadline counts for the next case, not for an old one', async () => {
        const old = await signClock()
        assert.deepEqual([old.minutes, old.rule_version], [30, 1])
        const done = adopt(store, setMinutes(45))
        assert.equal(done.code, 0, done.stderr)
        assert.equal(done.stdout, 'adopted deadlines, version 2\n')
        const young = await signClock()
        assert.deepEqual([young.minutes, young.rule_version], [45, 2])
        assert.deepEqual(await clockOf(old.no), { minutes: 30, rule_version: 1 })
        // and once more: one picture after the other
        assert.equal(adopt(store, setMinutes(50)).code, 0)
        assert.deepEqual(await signClock().then(({ minutes, rule_version }) => [minutes, rule_version]), [50, 3])
        assert.deepEqual(await clockOf(young.no), { minutes: 45, rule_version: 2 })
    })

    test('readers see it at once', async () => {
        const file = next(store, 'name', (content) => (content.product_en = 'renamed'))
        assert.equal(adopt(store, write(file)).code, 0)
        assert.equal(ok(await api.get('/session')).product_en, 'renamed')
        assert.equal(ok(await api.get('/catalogue/name')).content.product_en, 'renamed')
        assert.equal(ok(await api.get('/catalogue/name')).version, file.version)
    })

    test('a large file goes through the socket', async () => {
        const file = next(store, 'territory', ({ nodes }) => (nodes.at(-1).name = '改名社区'))
        assert.ok(JSON.stringify(file).length > 64 * 1024)
        assert.equal(adopt(store, write(file)).code, 0)
        const { nodes } = ok(await api.get('/territory'))
        assert.ok(JSON.stringify(nodes).includes('改名社区'))
    })

    test('what is refused changes nothing for who works', async () => {
        const bad = next(store, 'deadlines', ({ rules }) => (rules[0].deadline = 'D99'))
        const done = adopt(store, write(bad))
        assert.equal(done.code, 1)
        assert.match(done.stderr, /\/content\/rules\/0\/deadline/)
        assert.equal((await signClock()).rule_version, 3)
        assert.equal(shown(store, 'deadlines').version, 3)
    })

    test('after a restart the same stands', async () => {
        api.close()
        await server.stop()
        server = await Server.start(store)
        api = await signedIn(server, 'agt01')
        assert.deepEqual(await signClock().then(({ minutes, rule_version }) => [minutes, rule_version]), [50, 3])
    })
})
