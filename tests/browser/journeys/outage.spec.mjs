// What is typed survives: the server killed, the browser's profile wiped, and
// both; the server away while a page is closed and opened again.
import { choosePlace, at, keptHere, placeUnknown, plant, row, saved, signIn, submit, takeContact, type } from '../parts/steps.mjs'
import { expect, test } from '../parts/test.mjs'

test('the server is killed in the middle of typing, and the page goes on', async ({ visit, house }) => {
    const agent = await visit()
    const same = await plant(agent)
    await signIn(agent, 'agt01', house.store.password)
    await takeContact(agent)
    let words = '隔壁的孩子，'
    await type(agent, words)
    await saved(agent, words)
    for (const more of ['哭了一个晚上，', '没有人开门，', '我敲了三次。']) {
        const half = Math.floor(more.length / 2)
        await type(agent, more.slice(0, half))
        await house.kill() // what was typed just now is on its way, or not yet
        await type(agent, more.slice(half))
        words += more
        await keptHere(agent, words)
        await house.start()
        await saved(agent, words)
        await house.has('agt01', words)
    }
    await expect(at(agent, 'connection')).toHaveAttribute('data-state', 'live')
    await expect(at(agent, 'offline-bar')).toHaveCount(0)
    await expect(at(agent, 'others')).toHaveCount(0)
    await same()

    await choosePlace(agent, 'sxl', '昆都仑区 · 少先路街道')
    const { no } = await submit(agent)
    const file = (await (await house.as('ldr01')).get(`/cases/${no}`)).json
    expect(file.matter).toBe(words)
})

test('the board says that it is old while the server is away, and catches up', async ({ visit, house }) => {
    const first = await (await house.as('agt01')).register({ matter: 'one' })
    const leader = await visit({ at: '/board' })
    const same = await plant(leader)
    await signIn(leader, 'ldr01', house.store.password)
    await expect(row(leader, first.no)).toBeVisible()
    await house.kill()
    await expect(at(leader, 'offline-bar')).toBeVisible()
    await expect(at(leader, 'connection')).toHaveAttribute('data-state', 'offline')
    await expect(row(leader, first.no)).toBeVisible()
    await house.start()
    const second = await (await house.as('agt01')).register({ matter: 'two' })
    await expect(row(leader, second.no)).toBeVisible()
    await expect(row(leader, first.no)).toBeVisible()
    await expect(at(leader, 'offline-bar')).toHaveCount(0)
    await expect(at(leader, 'connection')).toHaveAttribute('data-state', 'live')
    await same()
})

test('the profile is wiped, and the draft is there', async ({ visit, house }) => {
    const words = '老师说孩子三天没有来上学'
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent)
    await type(agent, words)
    await choosePlace(agent, 'gyx', '固阳县')
    await agent.keyboard.press('Alt+7')
    await saved(agent, words)
    await agent.context().close()

    const fresh = await visit()
    await signIn(fresh, 'agt01', house.store.password)
    await saved(fresh, words)
    await expect(at(fresh, 'place')).toHaveValue('固阳县')
    await expect(at(fresh, 'r7-yes')).toHaveAttribute('aria-checked', 'true')
    await expect(at(fresh, 'matter')).toBeFocused()
    await fresh.keyboard.press('Control+End')
    await type(fresh, '，电话也不通')
    await saved(fresh, `${words}，电话也不通`)
    await submit(fresh)
})

test('the server is killed and the profile wiped, and what was saved is there', async ({ visit, house }) => {
    const words = '奶奶带着两个孩子，房子漏风，没有煤。'
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent)
    await type(agent, words)
    await saved(agent, words)
    const killed = house.kill() // both in the same moment
    await agent.context().close()
    await killed
    await house.start()

    const fresh = await visit()
    await signIn(fresh, 'agt01', house.store.password)
    await saved(fresh, words)
    await placeUnknown(fresh)
    await submit(fresh)
})

test('the browser is closed while the server is away; its sealed copy is merged', async ({ profile, house }) => {
    const agent = await profile.open()
    await signIn(agent, 'agt01', house.store.password)
    await takeContact(agent)
    await type(agent, '第一句。')
    await saved(agent, '第一句。')
    await house.kill()
    await type(agent, '第二句，服务器不在的时候写的。')
    const words = '第一句。第二句，服务器不在的时候写的。'
    await keptHere(agent, words)
    await agent.context().close()
    await house.start()
    expect((await house.draft('agt01')).content.form.matter).toBe('第一句。') // the copy is all there is

    const again = await profile.open()
    await signIn(again, 'agt01', house.store.password)
    await saved(again, words)
    await expect(at(again, 'others')).toHaveCount(0) // it grew out of the server's
    await house.has('agt01', words)
})

test('the page is loaded anew while the server is away, and comes back by itself', async ({ visit, house }) => {
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent)
    await type(agent, '邻居打来')
    await saved(agent, '邻居打来')
    await house.kill()
    await type(agent, '，说得很急')
    await keptHere(agent, '邻居打来，说得很急')
    await expect(agent.reload()).rejects.toThrow(/ERR_CONNECTION_REFUSED/)
    await house.start()
    // Chromium's own page tries again by itself, and may cut in.
    await expect(() => agent.goto('/')).toPass()
    await saved(agent, '邻居打来，说得很急') // signed in still, and merged
    await house.has('agt01', '邻居打来，说得很急')
})

test('a contact taken without a server is registered when it is back', async ({ visit, house }) => {
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent) // all parts of the page are there now
    await agent.keyboard.press('Alt+t')
    await agent.keyboard.press('Alt+t')
    await expect(at(agent, 'next-contact')).toBeFocused()
    await house.kill()
    await agent.keyboard.press('Enter')
    await expect(at(agent, 'matter')).toBeFocused()
    await type(agent, '没有网的时候打来的')
    await keptHere(agent, '没有网的时候打来的')
    await placeUnknown(agent)
    await at(agent, 'place-text').focus()
    await type(agent, '村口')
    await house.start()
    await saved(agent, '没有网的时候打来的')
    await expect(at(agent, 'place-text'), 'the hand stays where it is').toBeFocused()
    await type(agent, '小卖部')
    await expect(at(agent, 'place-text')).toHaveValue('村口小卖部')
    await house.kill()
    await agent.keyboard.press('Control+Enter')
    await expect(at(agent, 'draft-state')).toHaveText('服务器连不上，已加密保存在本机，恢复后自动提交')
    await house.start()
    await expect(at(agent, 'query-code')).toHaveText(/^\d{3} \d{3}$/)
    const no = await at(agent, 'case-no').getAttribute('data-no')
    const file = (await (await house.as('agt01')).get(`/cases/${no}`)).json
    expect(file.matter).toBe('没有网的时候打来的')
    expect(file.place_text).toBe('村口小卖部')
    expect((await (await house.as('ldr01')).get('/cases')).json.rows.length).toBe(1)
})

test('two tabs type in one draft: both versions are shown, nothing is lost', async ({ visit, house }) => {
    const one = await visit({ as: 'agt01', allow: [412] })
    await takeContact(one)
    await type(one, '共同的开头')
    await saved(one, '共同的开头')
    const two = await one.context().newPage()
    await two.goto('/')
    await saved(two, '共同的开头')
    await two.keyboard.press('Control+End')
    await type(two, '，第二个窗口写的')
    await saved(two, '共同的开头，第二个窗口写的')

    const stale = one.waitForResponse((answer) => answer.status() === 412)
    await one.bringToFront()
    await at(one, 'matter').focus()
    await one.keyboard.press('Control+End')
    await type(one, '，第一个窗口写的')
    await stale
    await saved(one, '共同的开头，第一个窗口写的')
    await expect(at(one, 'others')).toContainText('共同的开头，第二个窗口写的')

    // Both are durable, whatever happens to this browser now.
    const { content } = await house.draft('agt01')
    expect(content.form.matter).toBe('共同的开头，第一个窗口写的')
    expect(content.others.map((other) => other.form.matter)).toEqual(['共同的开头，第二个窗口写的'])
    await one.context().close()
    const fresh = await visit()
    await signIn(fresh, 'agt01', house.store.password)
    await saved(fresh, '共同的开头，第一个窗口写的')
    await expect(at(fresh, 'others')).toContainText('共同的开头，第二个窗口写的')

    // A person chooses; the other one stays until it is thrown away.
    await at(fresh, 'swap').focus()
    await fresh.keyboard.press('Enter')
    await saved(fresh, '共同的开头，第二个窗口写的')
    await expect(at(fresh, 'others')).toContainText('共同的开头，第一个窗口写的')
    await at(fresh, 'discard').focus()
    await fresh.keyboard.press('Enter')
    await expect(at(fresh, 'others')).toHaveCount(0)
    await house.has('agt01', '共同的开头，第二个窗口写的')
    await expect.poll(async () => (await house.draft('agt01')).content.others).toEqual([])
})

test('two tabs type without a server and are closed: both versions come back', async ({ profile, house }) => {
    const one = await profile.open()
    await signIn(one, 'agt01', house.store.password)
    await takeContact(one)
    await type(one, '开头')
    await saved(one, '开头')
    // Opened out of the first one, it inherits what that tab keeps for itself.
    const [two] = await Promise.all([
        one.context().waitForEvent('page'),
        one.evaluate(() => {
            sessionStorage.setItem('inherited', '1')
            window.open('/')
        }),
    ])
    await saved(two, '开头')
    expect(await two.evaluate(() => sessionStorage.getItem('inherited'))).toBe('1')
    await house.kill()
    await two.keyboard.press('Control+End')
    await type(two, '，第二个窗口')
    await keptHere(two, '开头，第二个窗口')
    await one.bringToFront()
    await at(one, 'matter').focus()
    await one.keyboard.press('Control+End')
    await type(one, '，第一个窗口')
    await keptHere(one, '开头，第一个窗口')
    await one.context().close()
    await house.start()

    const again = await profile.open({ allow: [412] })
    await signIn(again, 'agt01', house.store.password)
    await expect(at(again, 'draft-state')).toHaveAttribute('data-sync', 'saved')
    const shown = () => again.getByRole('main').evaluate((main) => main.querySelector('#matter').value + main.innerText)
    for (const words of ['开头，第一个窗口', '开头，第二个窗口']) {
        await expect.poll(async () => (await shown()).includes(words), `the page shows ${words}`).toBe(true)
    }
})

test('the query code outlives a page loaded anew, and goes when it has been read out', async ({ visit }) => {
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent)
    await type(agent, '要读查询码')
    await placeUnknown(agent)
    const { no, code } = await submit(agent)
    const spoken = `${code.slice(0, 3)} ${code.slice(3)}`
    await agent.reload()
    await expect(at(agent, 'query-code')).toHaveText(spoken)
    expect(await agent.content()).toContain(spoken) // it would be found
    await expect(at(agent, 'case-no')).toHaveAttribute('data-no', no)
    await at(agent, 'done').focus()
    await agent.keyboard.press('Enter')
    await expect(at(agent, 'start-contact')).toBeVisible()
    await agent.reload()
    await expect(at(agent, 'start-contact')).toBeVisible()
    for (const form of [code, spoken]) expect(await agent.content()).not.toContain(form)
})
