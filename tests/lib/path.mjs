// path.mjs - walks a case along its path, by the people who may.
//
// A walk is a list of steps, "login:step" or "login:step=argument", typed as
// people say them: `agt01:triage=C08 ldr01:dispatch=ca_dm cty_dm:sign`. Each
// must succeed. The case carries its row, so that the next If-Match is known.
import assert from 'node:assert/strict'

/** A gacha of Darhan Muminggan, in the town of Bailingmiao. */
export const GACHA = '150223104902'

/** Everything that F12 asks for. */
export const ARCHIVE_ITEMS = [
    'registration', 'contacts', 'dispatch', 'ladder', 'visits', 'assessment',
    'plan', 'results', 'supervision', 'callback', 'review', 'hashes',
]

/** Every command on a case: its path, whether it wants If-Match, a body. */
export const COMMANDS = {
    triage_case: ['triage', true, { category: 'C08', urgency: 'general', occurring: 'past' }],
    answer_case: ['answer', true, { category: 'A01', text: 'told on the spot' }],
    propose_refusal: ['refusal', true, { reason: 'no_child', told: 'call 12345 instead' }],
    decide_refusal: ['refusal-decision', true, { confirmed: true }],
    void_case: ['void', true, { text: 'typed by mistake' }],
    dispatch_case: ['dispatch', true, { lead: 'ca_dm' }],
    sign_case: ['sign', true, {}],
    record_first_contact: ['first-contact', true, { text: 'spoke with the aunt' }],
    submit_result: ['result', true, { result_code: 'solved', facts: 'it was so', child_safety: 'safe' }],
    review_result: ['review', true, { passed: true }],
    record_callback: ['callback', false, { outcome: 'connected', handled: 'yes', solved: 'yes', satisfaction: 'satisfied' }],
    decide_redo: ['redo', true, { redo: true, justified: true, text: 'once more' }],
    close_case: ['close', true, { ground: 'need_met', text: 'best for the child' }],
    check_archive: ['archive-check', true, { items: ARCHIVE_ITEMS }],
    archive_case: ['archive', true, { retention: 'y30', secrecy: 'sensitive' }],
    supplement_case: ['supplement', false, { text: 'found later', reason: 'a late letter' }],
    add_note: ['note', false, { text: 'a note' }],
    change_urgency: ['urgency', true, { urgency: 'urgent', text: 'it is urgent' }],
    start_emergency: ['emergency', false, { text: 'shouting' }],
    mark_ladder: ['ladder', false, { step: 'L1', outcome: 'started', target: 'p110' }],
    stand_down: ['stand-down', false, { text: 'the child is safe' }],
}

const DISSATISFIED = { outcome: 'connected', handled: 'yes', solved: 'no', satisfaction: 'dissatisfied', reason: 'nobody came' }

// What a walk says for short, with what its argument means.
const STEPS = {
    triage: (category = 'C08') => ['triage_case', { category }],
    urgent: (category = 'C08') => ['triage_case', { category, urgency: 'urgent' }],
    answer: () => ['answer_case'],
    propose: () => ['propose_refusal'],
    confirm: () => ['decide_refusal'],
    decline: () => ['decide_refusal', { confirmed: false }],
    void: () => ['void_case'],
    dispatch: (lead = 'ca_dm') => ['dispatch_case', { lead, text: 'by hand' }],
    sign: (handler) => ['sign_case', handler ? { handler } : {}],
    contact: () => ['record_first_contact'],
    submit: () => ['submit_result'],
    pass: () => ['review_result'],
    return: () => ['review_result', { passed: false, defects: ['facts'] }],
    content: () => ['record_callback'],
    dissatisfied: () => ['record_callback', DISSATISFIED, true],
    redo: () => ['decide_redo'],
    enough: () => ['decide_redo', { redo: false, justified: false }],
    close: () => ['close_case'],
    check: () => ['check_archive'],
    archive: () => ['archive_case'],
    supplement: () => ['supplement_case'],
    note: () => ['add_note'],
    urgency: (urgency) => ['change_urgency', { urgency }],
    emergency: () => ['start_emergency'],
    help: () => ['mark_ladder', { outcome: 'answered' }],
    safe: () => ['mark_ladder', { step: 'L7', outcome: 'safe', target: 'other' }],
    standdown: () => ['stand_down'],
}

/** Sends a command about a case; never fails by itself. */
export function send(api, command, subject, body, { version = subject.row?.version ?? subject.version, ...options } = {}) {
    const [path, wants, usual] = COMMANDS[command]
    return api.post(`/cases/${subject.no}/${path}`, body ?? usual, { ...(wants ? { ifMatch: version } : {}), ...options })
}

/** Sends a command that must succeed; the case then carries its new row. */
export async function act(api, command, subject, body, options) {
    const answer = await send(api, command, subject, body, options)
    assert.ok(answer.status < 300, `${command}: ${answer.status} ${answer.text.slice(0, 300)}`)
    if (answer.json.version !== undefined) subject.row = answer.json
    return answer.json
}

/** One step of a walk. */
export async function step(as, subject, said) {
    const [, login, name, argument] = /^(\w+):([a-z]+)(?:=(\w+))?$/.exec(said) ?? assert.fail(`no step: ${said}`)
    const [command, change, whole] = STEPS[name]?.(argument) ?? assert.fail(`no step: ${said}`)
    const body = whole ? change : { ...COMMANDS[command][2], ...change }
    try {
        return await act(await as(login), command, subject, body)
    } catch (problem) {
        problem.message = `${said}: ${problem.message}`
        throw problem
    }
}

/** Registers a case and walks it; `as(login)` gives a signed-in client. */
export async function walk(as, said, form = {}) {
    const steps = said.split(/\s+/).filter(Boolean)
    const [, agent = 'agt01'] = /^(\w+):register$/.exec(steps[0]) ?? []
    if (/:register$/.test(steps[0])) steps.shift()
    const made = await (await as(agent)).register({ place_now: { code: GACHA }, ...form })
    const subject = { no: made.no, id: made.id, version: made.version }
    for (const one of steps) await step(as, subject, one)
    return subject
}

/** The case as a reader sees it. */
export async function read(api, subject) {
    const answer = await api.get(`/cases/${subject.no}`)
    assert.equal(answer.status, 200, `${subject.no}: ${answer.text.slice(0, 200)}`)
    return answer.json
}

/** At most `width` of `jobs` (functions) at a time; their results in order. */
export async function together(jobs, width = 24) {
    const results = new Array(jobs.length)
    let next = 0
    const worker = async () => {
        while (next < jobs.length) {
            const mine = next++
            results[mine] = await jobs[mine]()
        }
    }
    await Promise.all(Array.from({ length: Math.min(width, jobs.length) }, worker))
    return results
}
