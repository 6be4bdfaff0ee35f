// path.mjs - brings a case along its path through the API, by the right people,
// as far as a test or a picture wants it.
const STEPS = [
    ['TO_DISPATCH', 'ldr01', 'triage', { category: 'B01', urgency: 'general', risk: 'yellow' }],
    ['DISPATCHED', 'ldr01', 'dispatch', { lead: 'ca_gy' }],
    ['IN_PROGRESS', 'cty_gy', 'sign', { handler: 'cty_gy' }],
    ['CONTACTED', 'cty_gy', 'first-contact', { text: '已到孩子家里，见到奶奶。', child_seen: 'yes' }],
    ['SUBMITTED', 'cty_gy', 'result', {
        result_code: 'solved',
        facts: '家里断粮两天，奶奶住院。',
        measures: '送去粮油，申请临时救助。',
        child_safety: 'safe',
        reply_method: 'phone',
    }],
    ['CALLBACK', 'ctr01', 'review', { passed: true }],
    ['CALLED', 'cbk01', 'callback', { outcome: 'connected', handled: 'yes', solved: 'yes', satisfaction: 'satisfied' }],
    ['CLOSED', 'cbk01', 'close', { ground: 'need_met', text: '孩子有饭吃，奶奶已回家。' }],
    ['ARCHIVE_CHK', 'ctr02', 'archive-check', {
        items: ['registration', 'contacts', 'dispatch', 'results', 'callback', 'review', 'hashes'],
    }],
    ['ARCHIVED', 'ctr02', 'archive', { retention: 'y10', secrecy: 'internal' }],
]

/** One act on the case as it stands; fails unless it was taken. */
export async function act(house, login, no, name, body) {
    const api = await house.as(login)
    const { row } = (await api.get(`/cases/${no}`)).json
    const answer = await api.post(`/cases/${no}/${name}`, body, { ifMatch: row.version })
    if (answer.status !== 200) throw new Error(`${login} ${name}: ${answer.text}`)
    return answer.json
}

/** Brings a case that was just registered to a point of its path. */
export async function bring(house, no, to) {
    if (!STEPS.some(([point]) => point === to)) throw new Error(`the path has no ${to}`)
    for (const [point, login, name, body] of STEPS) {
        await act(house, login, no, name, body)
        if (point === to) return
    }
}
