// screens.mjs - every screen in the state that is worth looking at, for axe
// and for the pictures. A screen arranges itself on a new page, on a stage: a
// server with some cases on it.
import { expect } from '@playwright/test'
import { House } from './house.mjs'
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
    return { house, no, password: house.store.password }
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

/**
 * name -> how to come there from the door. The first ones are those that are
 * looked at in every size, theme and language.
 */
export const screens = {
    async 'sign-in'(page) {
        await page.goto('/')
        await expect(at(page, 'login')).toBeFocused()
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
    case: (page, stage) => file(page, stage, 'agt01'),
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
