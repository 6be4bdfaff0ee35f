// A call is taken to the archive by the people whose work it is, each in a
// browser of their own; and it is not for anybody else.
import { act, bring } from '../parts/path.mjs'
import { at, choosePlace, row, signIn, submit, takeContact, type } from '../parts/steps.mjs'
import { expect, test } from '../parts/test.mjs'

const PLACE = { code: '150222102' }
const WORDS = '孩子两天没有吃饭，奶奶住院了。'

/** The act in a form that is open. */
const send = (page, name) => at(page, `send-${name}`).click()
const state = (page, code) => expect(at(page, 'case-state')).toHaveAttribute('data-state', code)
const choose = (page, name, code) => at(page, name).locator(`[data-code="${code}"]`).click()

/** Someone sits down, and finds the case in their work. */
async function fromWork(page, no) {
    await expect(at(page, 'rail-work')).toHaveAttribute('aria-current', 'page')
    const mine = page.locator(`[data-testid=work-row][data-no="${no}"]`)
    await expect(mine).toBeVisible()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await expect(at(page, 'case-title')).toHaveText(no)
    await expect(at(page, 'next')).toHaveAttribute('data-mine', 'true')
}

test('a call is taken through to the archive, each step by another pair of hands', async ({ visit, house }) => {
    test.slow() // seven people
    const { password } = house.store
    const agent = await visit()
    await signIn(agent, 'agt01', password)
    await takeContact(agent)
    await type(agent, WORDS)
    await choosePlace(agent, 'gyx jsz', '固阳县 · 金山镇')
    const { no } = await submit(agent)

    // The agent goes on to the triage of the own call with one key.
    await agent.keyboard.press('r')
    await expect(at(agent, 'triage_case-category')).toBeFocused()
    await type(agent, 'B01')
    await agent.keyboard.press('Enter')
    await expect(at(agent, 'triage_case-category')).toHaveValue(/^B01 /)
    await expect(at(agent, 'triage_case-urgency').locator('[data-code=general]')).toHaveAttribute('aria-checked', 'true')
    await agent.keyboard.press('Control+Enter')
    await state(agent, 'TO_DISPATCH')
    await expect(at(agent, 'next')).toHaveAttribute('data-mine', 'false')
    await expect(at(agent, 'act-dispatch_case')).toHaveCount(0)
    await expect(at(agent, 'timeline')).toContainText('研判')

    // The leader sends it where the directory says.
    const leader = await visit()
    await signIn(leader, 'ldr01', password)
    await fromWork(leader, no)
    await expect(at(leader, 'advice')).toContainText('固阳县')
    await expect(at(leader, 'dispatch_case-lead')).toHaveValue('ca_gy')
    await send(leader, 'dispatch_case')
    await state(leader, 'DISPATCHED')

    // Another county does not know of it.
    const stranger = await visit({ at: `/case/${no}`, allow: [404] })
    await signIn(stranger, 'cty_kq', password)
    await expect(stranger.getByRole('main').getByRole('alert')).toBeVisible()

    // The county signs, gets in touch and hands in a result.
    const county = await visit()
    await at(county, 'demo-cty_gy').click()
    await fromWork(county, no)
    await send(county, 'sign_case')
    await state(county, 'IN_PROGRESS')
    await at(county, 'first_contact-text').fill('已到家里，见到孩子和奶奶。')
    await choose(county, 'first_contact-child_seen', 'yes')
    await send(county, 'first_contact')
    await expect(at(county, 'timeline')).toContainText('首次联系')
    await at(county, 'submit_result-result_code').selectOption('solved')
    await at(county, 'submit_result-facts').fill('家里断粮两天。')
    await send(county, 'submit_result') // it lacks a word on the child's safety
    await expect(at(county, 'submit_result-child_safety').getByRole('radio').first()).toBeFocused()
    await choose(county, 'submit_result-child_safety', 'safe')
    await send(county, 'submit_result')
    await state(county, 'SUBMITTED')
    await expect(at(county, 'act-review_result')).toHaveCount(0) // never one's own

    // The centre reviews it: every point is ticked before it passes.
    const centre = await visit()
    await signIn(centre, 'ctr01', password)
    await fromWork(centre, no)
    await choose(centre, 'review_result-passed', 'yes')
    await send(centre, 'review_result')
    await expect(at(centre, 'form-review_result').getByRole('alert').first()).not.toBeEmpty()
    for (const point of ['facts', 'safety', 'basis', 'reply', 'evidence', 'privacy'])
        await at(centre, `review_result-checked-${point}`).check()
    await send(centre, 'review_result')
    await state(centre, 'CALLBACK')

    // Somebody else calls back, and closes.
    const caller = await visit()
    await signIn(caller, 'cbk01', password)
    await fromWork(caller, no)
    await choose(caller, 'record_callback-outcome', 'connected')
    await choose(caller, 'record_callback-handled', 'yes')
    await choose(caller, 'record_callback-solved', 'yes')
    await choose(caller, 'record_callback-satisfaction', 'satisfied')
    await send(caller, 'record_callback')
    await at(caller, 'close_case-ground').selectOption('need_met')
    await at(caller, 'close_case-text').fill('孩子有饭吃，奶奶已经回家，儿童主任每周去看。')
    await send(caller, 'close_case')
    await state(caller, 'CLOSED')

    // The archive is for hands that have not been in it.
    await expect(at(centre, 'case-state')).toHaveAttribute('data-state', 'CLOSED')
    const archivist = await visit()
    await signIn(archivist, 'ctr02', password)
    await fromWork(archivist, no)
    for (const item of ['registration', 'contacts', 'dispatch', 'results', 'callback', 'review', 'hashes'])
        await at(archivist, `check_archive-items-${item}`).check()
    await send(archivist, 'check_archive')
    await state(archivist, 'ARCHIVE_CHK')
    await choose(archivist, 'archive_case-retention', 'y10')
    await choose(archivist, 'archive_case-secrecy', 'internal')
    await send(archivist, 'archive_case')
    await state(archivist, 'ARCHIVED')
    await expect(at(archivist, 'next')).toHaveAttribute('data-act', '')
    await expect(at(archivist, 'stage')).toHaveAttribute('data-stage', 'archive')

    // What the whole city saw of it meanwhile.
    const { rows } = (await (await house.as('ctr02')).get(`/cases/${no}/timeline`)).json
    const events = rows.map((entry) => entry.event).filter((event) => event !== 'child_opened').reverse()
    expect(events).toEqual([
        'case_registered', 'case_triaged', 'case_dispatched', 'case_signed', 'first_contact_made',
        'result_submitted', 'review_passed', 'callback_recorded', 'case_closed', 'archive_checked', 'case_archived',
    ])
})

test('a partner with a masked view follows it without acts, words or names', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register({
        matter: WORDS,
        place_now: { ...PLACE, text: '老粮库后面' },
        children: [{ name: '甲小一' }],
        reporter: { name: '乙大山', phone: '00000000012' },
    })
    await bring(house, no, 'SUBMITTED')
    const partner = await visit({ at: `/case/${no}` })
    await signIn(partner, 'ptr_wf', house.store.password)
    await expect(at(partner, 'case-title')).toHaveText(no)
    await expect(at(partner, 'timeline')).toBeVisible()
    for (const words of [WORDS, '老粮库后面', '甲小一', '乙大山', '00000000012', '家里断粮两天'])
        await expect(partner.getByRole('main')).not.toContainText(words)
    await expect(partner.locator('[data-testid^=send-]')).toHaveCount(0)
})

test('what is typed into a form outlives the server, a reload, and a case that moved on', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register({ matter: WORDS, place_now: PLACE })
    await bring(house, no, 'CONTACTED')
    const county = await visit({ at: `/case/${no}`, allow: [412, 503] })
    await signIn(county, 'cty_gy', house.store.password)
    const facts = '家里断粮两天，孩子在邻居家吃饭。'
    await at(county, 'submit_result-facts').fill(facts)
    await at(county, 'submit_result-result_code').selectOption('solved')
    await choose(county, 'submit_result-child_safety', 'safe')
    await expect(at(county, 'form-state')).toHaveText('草稿已保存在本机（已加密）')

    await house.kill()
    await send(county, 'submit_result')
    await expect(at(county, 'form-submit_result')).toContainText('连不上服务器')
    await expect(at(county, 'submit_result-facts')).toHaveValue(facts)
    await house.start()
    await county.reload()
    await expect(at(county, 'submit_result-facts')).toHaveValue(facts)
    await expect(at(county, 'submit_result-result_code')).toHaveValue('solved')

    // Somebody writes a note meanwhile: that is said, and nothing is lost.
    house.known.clear()
    const note = await (await house.as('ctr01')).post(`/cases/${no}/note`, { text: '奶奶明天出院。' })
    expect(note.status).toBeLessThan(300)
    await expect(at(county, 'what-changed')).toContainText('补充记录')
    await expect(at(county, 'submit_result-facts')).toHaveValue(facts)
    await send(county, 'submit_result')
    await state(county, 'SUBMITTED')
    const { rows } = (await (await house.as('ctr01')).get(`/cases/${no}/timeline`)).json
    expect(rows.filter((entry) => entry.event === 'result_submitted').length).toBe(1)
})

test('a form that comes too late says what changed, and keeps its words', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register({ matter: WORDS, place_now: PLACE })
    await bring(house, no, 'TO_DISPATCH')
    const leader = await visit({ at: null, allow: [412] })
    await leader.routeWebSocket(/\/live/, () => undefined) // it hears of nothing
    await leader.goto(`/case/${no}`)
    await signIn(leader, 'ldr01', house.store.password)
    await at(leader, 'add-receiver').click()
    await at(leader, 'dispatch_case-text').fill('请先联系学校。')
    await act(house, 'ctr01', no, 'urgency', { urgency: 'urgent', text: '今晚没有饭吃' })
    await send(leader, 'dispatch_case')
    await expect(at(leader, 'what-changed')).toContainText('调整紧急程度')
    await expect(at(leader, 'dispatch_case-text')).toHaveValue('请先联系学校。')
    await state(leader, 'TO_DISPATCH')
    await send(leader, 'dispatch_case')
    await state(leader, 'DISPATCHED')
})

test('the red key of a village director lights the lamps on the board', async ({ visit, house }) => {
    const { password } = house.store
    const leader = await visit({ at: '/board' })
    await signIn(leader, 'ldr01', password)
    await expect(at(leader, 'connection')).toHaveAttribute('data-state', 'live')
    await expect(at(leader, 'counter-emergency')).toContainText('0')

    const director = await visit()
    await signIn(director, 'vil_a', password)
    await expect(at(director, 'red-key')).toBeVisible()
    await director.keyboard.press('F9')
    await expect(at(director, 'red-matter')).toBeFocused()
    await director.keyboard.press('Control+Enter') // words are all that it needs, and it has none
    await expect(at(director, 'red-dialog').getByRole('alert')).not.toBeEmpty()
    await type(director, '父亲在外面砸门，孩子在屋里。')
    const box = at(director, 'red-dialog')
    await box.getByTestId('place').fill('150222')
    await expect(box.getByTestId('place-option').first()).toContainText('固阳县')
    await director.keyboard.press('Enter')
    await at(director, 'red-send').click()
    await expect(at(director, 'red-after')).toBeVisible()
    const no = await at(director, 'red-after').getAttribute('data-no')
    expect(no).toMatch(/^12349-\d{8}-\d{4,}$/)
    await expect(at(director, 'duty')).toContainText('110')
    await expect(at(director, 'duty-line').first()).toBeVisible()

    await expect(row(leader, no)).toHaveAttribute('data-red', 'true')
    await expect(row(leader, no).getByTestId('row-lamps')).toBeVisible()
    await expect(at(leader, 'counter-emergency')).toContainText('1')

    // The lamps follow what is typed into the steps.
    await row(leader, no).click()
    await expect(at(leader, 'lamp-L1')).not.toHaveAttribute('data-lamp', 'done')
    await at(leader, 'mark-p110').click()
    await choose(leader, 'mark_ladder-outcome', 'answered')
    await at(leader, 'mark_ladder-their_no').fill('JJ-0001')
    await send(leader, 'mark_ladder')
    await expect(at(leader, 'lamp-L1')).toHaveAttribute('data-lamp', 'done')
    await expect(at(leader, 'timeline')).toContainText('JJ-0001')
})

test('the red key pressed without a server is answered when it is back, and makes one case', async ({ visit, house }) => {
    const director = await visit({ allow: [503] })
    await signIn(director, 'vil_a', house.store.password)
    await expect(at(director, 'red-key')).toBeVisible()
    await at(director, 'red-key').click()
    await at(director, 'red-matter').fill('孩子一个人在冰上。')
    await house.kill()
    await at(director, 'red-send').click()
    await expect(at(director, 'red-waits')).toBeVisible()
    await house.start()
    await expect(at(director, 'red-after')).toBeVisible()
    house.known.clear()
    const { rows } = (await (await house.as('ldr01')).get('/cases')).json
    expect(rows.length).toBe(1)
    expect(rows[0].ladder_state).toBe('running')
})

test('an agent in danger of losing a caller raises the alarm out of the open form', async ({ visit, house }) => {
    const agent = await visit()
    await signIn(agent, 'agt01', house.store.password)
    await takeContact(agent)
    await type(agent, '有人在砸门。')
    await choosePlace(agent, 'gyx jsz', '固阳县 · 金山镇')
    await at(agent, 'matter').focus()
    await agent.keyboard.press('Alt+1')
    await expect(at(agent, 'screen-red')).toBeVisible() // a band, not a dialog over the call
    await expect(agent.getByRole('dialog')).toHaveCount(0)
    await expect(at(agent, 'matter')).toBeFocused()
    await agent.keyboard.press('F9')
    await expect(at(agent, 'red-matter')).toHaveValue('有人在砸门。')
    await expect(at(agent, 'red-dialog').getByTestId('place')).toHaveValue('固阳县 · 金山镇')
    await agent.keyboard.press('Control+Enter')
    await expect(at(agent, 'red-after')).toBeVisible()
    const no = await at(agent, 'red-after').getAttribute('data-no')
    const file = (await (await house.as('agt01')).get(`/cases/${no}`)).json
    expect(file.matter).toBe('有人在砸门。')
    expect(file.row.place_code).toBe('150222102')
    expect(file.row.ladder_state).toBe('running')
    expect(await house.contacts('agt01')).toEqual([]) // it was that contact
})

test('who keeps the system has no red key and no work', async ({ visit, house }) => {
    const admin = await visit()
    await signIn(admin, 'adm01', house.store.password)
    await expect(at(admin, 'red-key')).toHaveCount(0)
    await expect(at(admin, 'rail-work')).toHaveCount(0)
})
