// The case page: what is known, what happened, and who may see which of it.
import { at, plant, row, signIn, type } from '../parts/steps.mjs'
import { expect, test } from '../parts/test.mjs'

const MATTER = '测试用的诉求：孩子说不敢回家。'
const SPOKEN = {
    matter: MATTER,
    place_now: { code: '150222102', text: '老粮库后面第三排' },
    occurring: 'now',
    anonymity: 'named',
    reporter: { name: '乙大山', caller_is: 'neighbour', phone: '00000000012', callback_phone: '00000000013' },
    children: [{ name: '甲小一', sex: 'female', age_years: 9, school: '测试第三小学' }],
    screen: { r1: 'yes', r4: 'unknown' },
    avoid_contact: '不要打父亲的电话',
}
const PRIVATE = [
    MATTER,
    '老粮库后面第三排',
    '乙大山',
    '00000000012',
    '00000000013',
    '甲小一',
    '测试第三小学',
    '不要打父亲的电话',
]

// Everything that the server ever said to a page, to look for what it must not.
function listen(page) {
    const said = []
    page.on('response', async (answer) => {
        const { pathname } = new URL(answer.url())
        if (pathname.startsWith('/api/')) said.push(await answer.text().catch(() => ''))
    })
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => said.push(String(payload))))
    return () => said.join('\n')
}

test('the one who took it sees it whole; a note appears for the leader without a reload', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register(SPOKEN)
    const leader = await visit({ as: 'ldr01', at: `/case/${no}` })
    await expect(at(leader, 'case-title')).toHaveText(no)
    await expect(at(leader, 'connection')).toHaveAttribute('data-state', 'live')
    const same = await plant(leader)

    const agent = await visit({ as: 'agt01', at: `/case/${no}` })
    await expect(at(agent, 'case-matter')).toHaveText(MATTER)
    await expect(at(agent, 'avoid-banner')).toContainText('不要打父亲的电话')
    await expect(at(agent, 'case-state')).toHaveAttribute('data-state', 'TRIAGE')
    for (const words of [...PRIVATE, '9 岁', '固阳县 · 金山镇', '邻居']) {
        await expect(agent.getByRole('main')).toContainText(words)
    }
    await expect(at(agent, 'timeline')).toContainText('提交登记')

    await at(agent, 'note-text').focus()
    await type(agent, '又打来一次，')
    await agent.keyboard.press('Enter') // a line, not the end
    await type(agent, '孩子已在邻居家。')
    await expect(at(agent, 'note-state')).toHaveText('草稿已保存在本机（已加密）')
    await agent.keyboard.press('Control+Enter')
    for (const page of [agent, leader]) {
        await expect(at(page, 'timeline')).toContainText('孩子已在邻居家。')
        await expect(at(page, 'timeline').getByText('孩子已在邻居家。')).toHaveCount(1)
    }
    await expect(at(agent, 'note-text')).toHaveValue('')
    await same()

    const { rows } = (await (await house.as('ldr01')).get(`/cases/${no}/timeline`)).json
    const notes = rows.filter((entry) => entry.event === 'note_added').map((entry) => entry.note)
    expect(notes).toEqual(['又打来一次，\n孩子已在邻居家。'])
})

test('a note being written survives the server killed and the page loaded anew', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register(SPOKEN)
    const agent = await visit({ as: 'agt01', at: `/case/${no}` })
    await at(agent, 'note-text').focus()
    await house.kill()
    await type(agent, '联系了学校')
    await expect(at(agent, 'note-state')).toHaveText('草稿已保存在本机（已加密）')
    await agent.keyboard.press('Control+Enter')
    await expect(at(agent, 'note-submit')).toBeEnabled()
    await expect(at(agent, 'note-text')).toHaveValue('联系了学校')
    await house.start()
    await agent.reload()
    await expect(at(agent, 'note-text')).toHaveValue('联系了学校')
    await at(agent, 'note-text').focus()
    await agent.keyboard.press('Control+Enter')
    await expect(at(agent, 'timeline')).toContainText('联系了学校')
    await expect(at(agent, 'note-text')).toHaveValue('')
    const { rows } = (await (await house.as('agt01')).get(`/cases/${no}/timeline`)).json
    expect(rows.filter((entry) => entry.event === 'note_added').length).toBe(1)
})

test('notes written in two tabs without a server are both there afterwards', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register(SPOKEN)
    const one = await visit({ as: 'agt01', at: `/case/${no}` })
    await expect(at(one, 'case-matter')).toHaveText(MATTER)
    const two = await one.context().newPage()
    await two.goto(`/case/${no}`)
    await expect(at(two, 'case-matter')).toHaveText(MATTER)
    await house.kill()
    for (const [page, words] of [[two, '第二个窗口写的'], [one, '第一个窗口写的']]) {
        await page.bringToFront()
        await at(page, 'note-text').focus()
        await type(page, words)
        await expect(at(page, 'note-state')).toHaveText('草稿已保存在本机（已加密）')
    }
    await two.close()
    await house.start()
    await one.reload()
    await expect(at(one, 'note-text')).toHaveValue(/第一个窗口写的/)
    await expect(at(one, 'note-text')).toHaveValue(/第二个窗口写的/)
})

test('a partner sees the case masked, and nothing of who called', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register(SPOKEN)
    const partner = await visit({ at: '/board' })
    const said = listen(partner)
    await signIn(partner, 'ptr_wf', house.store.password)
    await expect(row(partner, no)).toBeVisible()
    await partner.keyboard.press('j')
    await partner.keyboard.press('Enter')
    await expect(at(partner, 'case-title')).toHaveText(no)
    const page = partner.getByRole('main')
    await expect(page).toContainText('甲**')
    await expect(page).toContainText('已遮盖')
    await expect(page).toContainText('您没有查看权限') // the words of the call
    // Whoever sees a case may say that a child is in danger; nothing else.
    await expect(at(partner, 'acts').locator('[data-testid^=act-]')).toHaveCount(1)
    await expect(at(partner, 'act-raise_emergency')).toBeVisible()
    await expect(at(partner, 'note-text')).toHaveCount(0)
    await expect(at(partner, 'new-contact')).toHaveCount(0)
    await expect(at(partner, 'rail-intake')).toHaveCount(0)
    for (const words of PRIVATE) {
        await expect(page).not.toContainText(words)
        expect(said()).not.toContain(words)
    }
    expect(said()).toContain(no) // it did listen
})

test('another agent sees the case without the caller and without the words', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register(SPOKEN)
    const other = await visit({ at: `/case/${no}` })
    const said = listen(other)
    await signIn(other, 'agt02', house.store.password)
    await expect(at(other, 'case-title')).toHaveText(no)
    await expect(other.getByRole('main')).toContainText('甲**')
    await expect(at(other, 'note-text')).toHaveCount(0)
    for (const words of PRIVATE) expect(said()).not.toContain(words)
})

test('an administrator sees nothing of any case', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register(SPOKEN)
    const admin = await visit({ allow: [403, 404] })
    const said = listen(admin)
    await signIn(admin, 'adm01', house.store.password)
    const page = admin.getByRole('main')
    await expect(page).toContainText('这个账号没有可以办理的页面')
    await expect(admin.getByRole('navigation').getByRole('link')).toHaveCount(0)
    for (const address of ['/board', '/intake', `/case/${no}`]) {
        await admin.goto(address)
        await expect(at(admin, 'user-menu')).toBeVisible()
        await expect(page).toContainText('没有这个页面，或者您不能查看')
    }
    for (const words of [no, ...PRIVATE]) expect(said()).not.toContain(words)
    expect(said()).toContain('adm01')
})

test('a case that is not there and one that may not be seen look the same', async ({ visit, house }) => {
    const { no } = await (await house.as('agt01')).register(SPOKEN) // in Guyang
    const county = await visit({ as: 'cty_kq', at: `/case/${no}`, allow: [404] })
    const page = county.getByRole('main')
    await expect(page.getByRole('alert')).toBeVisible()
    const hidden = await page.innerText()
    await county.goto(`/case/${no.slice(0, -4)}9999`)
    await expect(page.getByRole('alert')).toBeVisible()
    expect(await page.innerText()).toBe(hidden)
    expect(hidden).not.toContain(no)

    const own = await visit({ as: 'cty_gy', at: `/case/${no}` })
    await expect(at(own, 'case-matter')).toHaveText(MATTER)
})
