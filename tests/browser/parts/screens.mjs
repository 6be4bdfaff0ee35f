// screens.mjs - every screen in the state that is worth looking at, for axe
// and for the pictures. A screen arranges itself on a new page, on a stage: a
// server with some cases on it.
import { expect } from '@playwright/test'
import { House } from './house.mjs'
import { act, bring } from './path.mjs'
import { at, choosePlace, row, saved, signIn, submit, takeContact, type } from './steps.mjs'

const place = (code, text) => (code ? { code, text } : { unknown: true })

const CASES = [
    ['agt02', 'phone', '孩子自己在家，门从外面锁着。', place('150222102', '老粮库后面'), { r5: 'yes' }],
    ['agt01', 'from_110', '派出所转来，孩子身上有伤。', place('150203001901'), { r1: 'yes', r7: 'yes' }],
    ['agt01', 'message', '留言说同学不想活了，没有说在哪里。', place(), { r4: 'yes' }],
    ['sen01', 'visit', '爷爷来问监护补贴。', place('150223')],
    ['ctr01', 'partner_report', '学校报告三天没有到校。', place('150205')],
    ['agt02', 'from_12345', '邻居听见哭声。', place('150202101')],
    ['ldr01', 'letter', '来信反映流动儿童入学。', place('150204004')],
    ['agt01', 'web', '网上登记，父母外出务工。', place('150221')],
    ['agt02', 'phone', '问寄养怎么申请。', place('150206')],
]

const WORDS = '来电人说隔壁的女孩昨晚被打，今天没有去上学，手上有烫伤。来电人怕被认出来，不愿意说名字。'
const AVOID = '不要打孩子父亲的电话，也不要去家里'
const WHOLE = {
    matter: `${WORDS}\n孩子说过不敢回家。`,
    place_now: place('150222102', '老粮库后面第三排，蓝色铁门'),
    occurring: 'now',
    language: 'dialect',
    anonymity: 'secret',
    reporter: {
        name: '乙某',
        caller_is: 'neighbour',
        phone: '00000000012',
        callback_phone: '00000000013',
        safe_time: '晚上八点以后',
        wants_reply: 'yes',
    },
    children: [
        { name: '甲小一', sex: 'female', age_years: 9, school: '测试第三小学' },
        { name: '甲小二', sex: 'male', age_years: 4 },
    ],
    screen: { r1: 'yes', r2: 'yes', r3: 'unknown', r6: 'no', r7: 'yes' },
    avoid_contact: AVOID,
}

/** A server with cases on it; `stage.no` is one that has everything. */
export async function openStage() {
    const house = await House.open()
    for (const [by, channel, matter, place_now, screen] of CASES) {
        const api = await house.as(by)
        await api.register({ matter, place_now, screen }, await api.takeContact({ channel }))
    }
    const agent = await house.as('agt01')
    const { no } = await agent.register(WHOLE)
    await agent.post(`/cases/${no}/note`, { text: '又打来一次：孩子已经在来电人家里，父亲在外面敲门。' })
    await (await house.as('ldr01')).post(`/cases/${no}/note`, { text: '已接通 110，出警。' })
    return { house, no, along: await along(house), password: house.store.password }
}

// A case at each point of the path, and one with a running emergency.
const POINTS = ['TO_DISPATCH', 'DISPATCHED', 'IN_PROGRESS', 'CONTACTED', 'SUBMITTED', 'CALLBACK', 'CALLED', 'CLOSED', 'ARCHIVE_CHK', 'ARCHIVED']

async function along(house) {
    const agent = await house.as('agt02')
    const along = {}
    for (const point of ['TRIAGE', 'DANGER', 'REFUSAL', ...POINTS]) {
        const screen = point === 'DANGER' ? { r1: 'yes' } : {}
        const { no } = await agent.register({ matter: '孩子两天没有吃饭。', place_now: place('150222102', '老粮库后面'), screen })
        if (POINTS.includes(point)) await bring(house, no, point)
        along[point] = no
    }
    await act(house, 'agt02', along.REFUSAL, 'refusal', { reason: 'no_child', told: '请拨打12345。' })
    const red = { matter: '父亲在外面砸门，孩子在屋里。', place_now: place('150222102', '老粮库后面') }
    const answer = await agent.post('/emergencies', red)
    if (answer.status !== 201) throw new Error(answer.text)
    along.EMERGENCY = answer.json.no
    const mark = { step: 'L1', target: 'p110', outcome: 'answered', their_no: 'JJ-0001' }
    await act(house, 'ldr01', along.EMERGENCY, 'ladder', mark)
    await act(house, 'ldr01', along.EMERGENCY, 'ladder', { step: 'L2b', target: 'director', outcome: 'no_answer' })
    return along
}

const AGENT = 'agt01'

/** Comes to an address under the session that the stage has: no password. */
async function come(page, { house }, login, address) {
    await page.context().addCookies(await house.cookies(login))
    await page.goto(address)
    await expect(at(page, 'user-menu')).toBeVisible()
}

/** The desk of an agent, with nothing on it. */
const begin = (page, stage) => come(page, stage, AGENT, '/')

async function fill(page) {
    await takeContact(page)
    await type(page, WORDS)
    await page.keyboard.press('Alt+1')
    await page.keyboard.press('Alt+2')
    await page.keyboard.press('Alt+3')
    await page.keyboard.press('Alt+3')
    await choosePlace(page, 'gyx jsz', '固阳县 · 金山镇')
    await at(page, 'place-text').fill('老粮库后面第三排，蓝色铁门')
    await at(page, 'occurring').getByRole('radio').first().click()
    await at(page, 'avoid-contact').fill(AVOID)
    await at(page, 'child-name-0').fill('甲小一')
    await at(page, 'child-age-0').fill('9')
    await at(page, 'child-school-0').fill('测试第三小学')
    await at(page, 'add-child').click()
    await at(page, 'child-name-1').fill('甲小二')
    await at(page, 'anonymity').getByRole('radio').last().click()
    await at(page, 'call-language').getByRole('radio').nth(2).click()
    await at(page, 'caller-is').selectOption('neighbour')
    await at(page, 'caller-name').fill('乙某')
    await at(page, 'caller-phone').fill('00000000012')
    await at(page, 'callback-phone').fill('00000000013')
    await at(page, 'safe-time').fill('晚上八点以后')
    await at(page, 'wants-reply').getByRole('radio').first().click()
    await saved(page, await at(page, 'matter').inputValue())
}

async function board(page, stage, login = 'ldr01') {
    await come(page, stage, login, '/board')
    await expect(row(page, stage.no)).toBeVisible()
    await expect(at(page, 'connection')).toHaveAttribute('data-state', 'live')
}

async function file(page, stage, login) {
    await come(page, stage, login, `/case/${stage.no}`)
    await expect(at(page, 'case-title')).toHaveText(stage.no)
    await expect(page.getByRole('main')).toContainText('金山镇') // the tree of places has come
}

/** A case on its path, with the form of an act open. */
async function atPoint(page, stage, login, point, name) {
    await come(page, stage, login, `/case/${stage.along[point]}`)
    await expect(at(page, 'case-title')).toHaveText(stage.along[point])
    await expect(page.getByRole('main')).toContainText('金山镇')
    const button = at(page, `act-${name}`)
    await expect(button).toBeVisible()
    if ((await button.getAttribute('aria-expanded')) === 'false') await button.click()
    await expect(at(page, `form-${name}`)).toBeVisible()
    await at(page, `form-${name}`).scrollIntoViewIfNeeded()
}

async function red(page, stage, login = 'ldr01') {
    await board(page, stage, login)
    await page.keyboard.press('F9')
    await expect(at(page, 'red-matter')).toBeFocused()
    await type(page, '父亲在外面砸门，孩子在屋里。')
    await expect(at(page, 'duty-line').first()).toBeVisible()
}

/** A form of the path: who, at which point, which act, and what is chosen first. */
const form = (login, point, name, ...chosen) => async (page, stage) => {
    await atPoint(page, stage, login, point, name)
    for (const [field, code] of chosen) await at(page, `${name}-${field}`).locator(`[data-code="${code}"]`).click()
}

/**
 * name -> how to come there from the door. The first ones are those that are
 * looked at in every size, theme and language.
 */
export const screens = {
    async 'sign-in'(page) {
        await page.goto('/')
        await expect(at(page, 'login')).toBeFocused()
        await expect(at(page, 'demo-agt01')).toBeVisible()
    },
    async enrolment(page) {
        await page.goto('/enrol#a-token')
        await expect(at(page, 'new-password')).toBeFocused()
    },
    board,
    async 'intake-empty'(page, stage) {
        await begin(page, stage)
        await takeContact(page)
        await saved(page, '')
    },
    async 'intake-filled'(page, stage) {
        await begin(page, stage)
        await fill(page)
    },
    async 'intake-done'(page, stage) {
        await begin(page, stage)
        await takeContact(page)
        await type(page, '测试')
        await choosePlace(page, 'gyx jsz', '固阳县 · 金山镇')
        await submit(page)
    },
    async work(page, stage) {
        await come(page, stage, 'ctr01', '/work')
        await expect(page.getByTestId('work-row').first()).toBeVisible()
        await expect(page.getByRole('main')).toContainText('金山镇')
    },
    case: (page, stage) => file(page, stage, 'agt01'),
    async 'case-emergency'(page, stage) {
        await come(page, stage, 'ldr01', `/case/${stage.along.EMERGENCY}`)
        await expect(at(page, 'lamps')).toBeVisible()
        await expect(at(page, 'duty-line').first()).toBeVisible()
        await at(page, 'mark-centre').first().click()
        await expect(at(page, 'mark_ladder-step')).toHaveValue('L4')
    },
    red,
    async help(page, stage) {
        await screens['intake-empty'](page, stage)
        await at(page, 'submit').focus()
        await page.keyboard.press('?')
        await expect(page.getByRole('dialog')).toBeVisible()
    },
    async lock(page, stage) {
        await page.goto('/')
        await signIn(page, AGENT, stage.password) // a session of its own: it ends here
        await takeContact(page)
        await saved(page, '')
        await at(page, 'user-menu').click()
        await at(page, 'lock-now').click()
        await expect(at(page, 'lock-password')).toBeFocused()
    },
}

/** More of them, looked at once in each language: light and wide, or neither. */
export const more = {
    async 'sign-in-wrong'(page) {
        await page.goto('/')
        await at(page, 'login').fill('nobody')
        await at(page, 'password').fill('not the password')
        await page.keyboard.press('Enter')
        await expect(page.getByRole('alert')).not.toBeEmpty()
    },
    async 'intake-many'(page, stage) {
        await waiting(stage, 5)
        await begin(page, stage)
        await expect(page.getByTestId('switch-contact')).toHaveCount(3)
    },
    async start(page, stage) {
        await more['intake-many'](page, stage)
        await page.getByText(/还有 1 条|1 more/).click()
        await expect(page.getByTestId('resume')).toHaveCount(5)
    },
    async 'start-other'(page, stage) {
        await begin(page, stage)
        await at(page, 'other-channel').click()
        await expect(at(page, 'take-other')).toBeVisible()
        await page.locator('#take-at').click()
        await expect(page.getByRole('dialog')).toBeVisible()
    },
    async 'board-none'(page, stage) {
        await board(page, stage)
        await at(page, 'board-filter').fill('zzz')
        await expect(page.getByTestId('case-row')).toHaveCount(0)
    },
    async 'intake-missing'(page, stage) {
        await screens['intake-empty'](page, stage)
        await page.keyboard.press('Control+Enter')
        await expect(at(page, 'matter')).toHaveAttribute('aria-invalid', 'true')
    },
    async 'intake-places'(page, stage) {
        await screens['intake-empty'](page, stage)
        await page.keyboard.press('Alt+p')
        await type(page, 'gy')
        await expect(at(page, 'place-option').first()).toBeVisible()
    },
    async 'intake-others'(page, stage) {
        await screens['intake-empty'](page, stage)
        const api = await stage.house.as(AGENT)
        const [{ id }] = await stage.house.contacts(AGENT)
        const form = { matter: '在另一台电脑上写的：孩子在奶奶家，很安全。', place: { unknown: true } }
        const answer = await api.saveDraft(id, 0, { v: 1, writer: 'elsewhere', at: Date.now(), form, others: [] })
        if (answer.status !== 200) throw new Error(answer.text)
        await type(page, '在这里写的')
        await expect(at(page, 'others')).toBeVisible()
        await saved(page, '在这里写的')
    },
    async 'intake-offline'(page, stage) {
        await screens['intake-empty'](page, stage)
        await page.context().setOffline(true)
        await type(page, '孩子说不敢回家。这一句只在本机。')
        await expect(at(page, 'draft-state')).toHaveAttribute('data-sync', 'machine')
        await expect(at(page, 'offline-bar')).toBeVisible()
    },
    async leave(page, stage) {
        await screens['intake-empty'](page, stage)
        await page.context().setOffline(true)
        await type(page, '孩子说不敢回家。这一句只在本机。')
        await at(page, 'user-menu').click()
        await at(page, 'sign-out').click()
        await expect(at(page, 'leave-anyway')).toBeVisible()
    },
    async menu(page, stage) {
        await board(page, stage)
        await at(page, 'user-menu').click()
        await expect(at(page, 'sign-out')).toBeVisible()
    },
    async 'case-triage'(page, stage) {
        await atPoint(page, stage, 'agt02', 'TRIAGE', 'triage_case')
        await at(page, 'triage_case-category').fill('C')
        await expect(at(page, 'category-option').first()).toBeVisible()
    },
    async 'case-triage-danger'(page, stage) {
        await atPoint(page, stage, 'agt02', 'DANGER', 'triage_case')
        await at(page, 'send-triage_case').click()
        await expect(at(page, 'triage_case-why_no_emergency')).toBeVisible()
    },
    'case-answer': form('agt02', 'TRIAGE', 'answer_case'),
    'case-refuse': form('agt02', 'TRIAGE', 'propose_refusal'),
    'case-refusal': form('ldr01', 'REFUSAL', 'decide_refusal', ['confirmed', 'yes']),
    'case-void': form('ldr01', 'TRIAGE', 'void_case'),
    'case-start-emergency': form('ldr01', 'TRIAGE', 'raise_emergency'),
    'case-urgency': form('ldr01', 'TO_DISPATCH', 'change_urgency'),
    async 'case-dispatch'(page, stage) {
        await atPoint(page, stage, 'ldr01', 'TO_DISPATCH', 'dispatch_case')
        await at(page, 'dispatch_case-lead').selectOption('education')
        await at(page, 'add-receiver').click()
        await expect(at(page, 'dispatch_case-text')).toBeVisible()
    },
    'case-sign': form('cty_gy', 'DISPATCHED', 'sign_case'),
    'case-first-contact': form('cty_gy', 'IN_PROGRESS', 'first_contact'),
    'case-result': form('cty_gy', 'CONTACTED', 'submit_result', ['child_safety', 'hazard']),
    async 'case-result-wanting'(page, stage) {
        await atPoint(page, stage, 'cty_gy', 'CONTACTED', 'submit_result')
        await at(page, 'send-submit_result').click()
        await expect(at(page, 'form-submit_result').getByRole('alert').first()).not.toBeEmpty()
    },
    'case-review': form('ctr01', 'SUBMITTED', 'review_result', ['passed', 'yes']),
    'case-review-returned': form('ctr01', 'SUBMITTED', 'review_result', ['passed', 'no']),
    'case-callback': form('cbk01', 'CALLBACK', 'record_callback', ['outcome', 'connected']),
    'case-close': form('cbk01', 'CALLED', 'close_case'),
    'case-archive-check': form('ctr02', 'CLOSED', 'check_archive'),
    'case-archive': form('ctr02', 'ARCHIVE_CHK', 'archive_case', ['retention', 'y10']),
    'case-supplement': form('ctr02', 'ARCHIVED', 'supplement_case'),
    async 'board-emergency'(page, stage) {
        await board(page, stage)
        await at(page, 'counter-emergency').click()
        await expect(row(page, stage.along.EMERGENCY)).toBeVisible()
    },
    async 'red-offline'(page, stage) {
        await red(page, stage)
        await page.context().setOffline(true)
        await at(page, 'red-send').click()
        await expect(at(page, 'red-waits')).toBeVisible()
    },
    async 'red-started'(page, stage) {
        await red(page, stage)
        await at(page, 'red-send').click()
        await expect(at(page, 'red-case')).toBeVisible()
    },
    'case-masked': (page, stage) => file(page, stage, 'ptr_wf'),
    async 'case-unknown'(page, stage) {
        await come(page, stage, 'ldr01', `/case/${stage.no.slice(0, -4)}9999`)
        await expect(page.getByRole('main').getByRole('alert')).toBeVisible()
    },
    async 'no-page'(page, stage) {
        await come(page, stage, 'adm01', '/')
        await expect(page.getByRole('main')).not.toBeEmpty()
    },
}

/** Contacts of the agent that wait, each with some words. */
async function waiting({ house }, count) {
    const api = await house.as(AGENT)
    for (let nth = 1; nth <= count; nth++) {
        const { id } = await api.takeContact({ channel: nth % 2 ? 'phone' : 'message' })
        const form = { matter: `第 ${nth} 个电话，说到一半就断了，等对方再打来`, place: { code: nth % 2 ? '150222102' : '' } }
        await saveElsewhere(api, id, form)
    }
}

/** A first draft of a contact, as another machine would have saved it. */
async function saveElsewhere(api, id, form) {
    const content = { v: 1, writer: 'elsewhere', at: Date.now(), form, others: [] }
    const answer = await api.saveDraft(id, 0, content)
    if (answer.status !== 200) throw new Error(answer.text)
}

/** Ends what a screen left open, so that the next one begins with nothing. */
export async function tidy({ house }) {
    const api = await house.as(AGENT)
    for (const { id } of await house.contacts(AGENT)) {
        const answer = await api.post(`/contacts/${id}/close`, { reason: 'test' })
        if (answer.status >= 400) throw new Error(answer.text)
    }
}
