// The main job, by keyboard alone: a call is taken, written down and
// registered, and somebody else sees it without lifting a finger.
import { choosePlace, at, placeUnknown, plant, row, saved, signIn, submit, takeContact, type } from '../parts/steps.mjs'
import { expect, test } from '../parts/test.mjs'

// A click that the keyboard makes has no pointer and counts no presses.
async function forbidMouse(page) {
    await page.addInitScript(() => {
        window.__touches = []
        for (const name of ['pointerdown', 'mousedown', 'mousemove', 'wheel', 'touchstart', 'click'])
            addEventListener(name, (event) => {
                if (event.type !== 'click' || event.detail > 0) window.__touches.push(event.type)
            }, { capture: true, passive: true })
    })
    return async () => expect(await page.evaluate(() => window.__touches)).toEqual([])
}

test('an agent registers a call with the keyboard alone, and the leader sees it appear', async ({ visit, house }) => {
    const leader = await visit({ as: 'ldr01' })
    await leader.goto('/board')
    await expect(at(leader, 'connection')).toHaveAttribute('data-state', 'live')
    await expect(at(leader, 'counter-open')).toContainText('0')
    await expect(leader.getByTestId('case-row')).toHaveCount(0)
    const sameLeader = await plant(leader)

    const agent = await visit({ at: null })
    const noMouse = await forbidMouse(agent)
    await agent.goto('/')
    const sameAgent = await plant(agent)
    await signIn(agent, 'agt01', house.store.password)
    await takeContact(agent)
    await type(agent, '一个孩子自己在家，门从外面锁着，说很饿。Says he is 7.')
    await agent.keyboard.press('Alt+5') // a danger sign, from wherever the hand is
    await expect(at(agent, 'r5-yes')).toHaveAttribute('aria-checked', 'true')
    await expect(at(agent, 'danger')).toBeVisible()
    await expect(at(agent, 'matter')).toBeFocused()
    await choosePlace(agent, 'gyx jsz', '固阳县 · 金山镇')
    const { no, code } = await submit(agent)
    expect(code).toMatch(/^\d{6}$/)

    await expect(row(leader, no)).toBeVisible()
    await expect(row(leader, no)).toContainText('固阳县 · 金山镇')
    await expect(row(leader, no)).toContainText('危险')
    await expect(at(leader, 'counter-open')).toContainText('1')
    await expect(at(leader, 'counter-danger')).toContainText('1')
    await sameLeader()

    // On to the case, and to the next call.
    await agent.keyboard.press('o')
    await expect(at(agent, 'case-title')).toHaveText(no)
    await expect(at(agent, 'case-matter')).toHaveText('一个孩子自己在家，门从外面锁着，说很饿。Says he is 7.')
    await agent.keyboard.press('n')
    await expect(at(agent, 'matter')).toBeFocused()
    await expect(at(agent, 'matter')).toHaveValue('')
    await sameAgent()
    await noMouse()

    const file = (await (await house.as('ldr01')).get(`/cases/${no}`)).json
    expect(file.row.place_code).toBe('150222102')
    expect(file.row.danger).toBe(true)
    expect(file.screen).toEqual({ r5: 'yes' })
})

test('nothing but words and a place is asked for, and "unknown" is a place', async ({ visit, house }) => {
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent)
    await agent.keyboard.press('Control+Enter')
    await expect(at(agent, 'matter')).toBeFocused()
    await expect(at(agent, 'matter')).toHaveAttribute('aria-invalid', 'true')
    await expect(agent.getByText('请写下来电内容，一句话也可以。')).toBeVisible()
    await type(agent, '孩子没人管')
    await agent.keyboard.press('Control+Enter')
    await expect(at(agent, 'place')).toBeFocused()
    await expect(at(agent, 'place')).toHaveAttribute('aria-invalid', 'true')
    await placeUnknown(agent)
    const { no } = await submit(agent)

    const file = (await (await house.as('agt01')).get(`/cases/${no}`)).json
    expect(file.matter).toBe('孩子没人管')
    expect(file.row.place_unknown).toBe(true)
    expect(file.row.place_code).toBeUndefined()
    expect(file.reporter ?? {}).toEqual({})
    expect(file.children ?? []).toEqual([])
})

test('everything that a caller may say is registered as it was said', async ({ visit, house }) => {
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent)
    await type(agent, '第一行')
    await agent.keyboard.press('Enter') // a new line, never the end
    await type(agent, '第二行')
    const to = async (name) => {
        for (let presses = 0; presses < 40; presses++) {
            if (await at(agent, name).evaluate((box) => box.contains(document.activeElement))) return
            await agent.keyboard.press('Tab')
        }
        throw new Error(`Tab does not come to ${name}`)
    }
    await to('screen')
    await agent.keyboard.press('n') // r1: no, and on to the next
    await agent.keyboard.press('u') // r2: unknown
    await agent.keyboard.press('y') // r3: yes
    await agent.keyboard.press('Backspace') // r4: nothing
    await choosePlace(agent, '固阳', '固阳县')
    await to('place-text')
    await type(agent, '老粮库后面')
    await to('occurring')
    await agent.keyboard.press('Space')
    await to('avoid-contact')
    await type(agent, '不要打父亲的电话')
    await to('child-name-0')
    await type(agent, '甲小一')
    await to('child-age-0')
    await type(agent, '0')
    await to('child-school-0')
    await type(agent, '测试小学')
    await to('anonymity')
    await agent.keyboard.press('ArrowRight')
    await agent.keyboard.press('ArrowRight')
    await to('call-language')
    await agent.keyboard.press('ArrowRight')
    await to('caller-is')
    await agent.keyboard.press('ArrowDown')
    await to('caller-name')
    await type(agent, '乙某')
    await to('caller-phone')
    await type(agent, '00000000012')
    await to('callback-phone')
    await type(agent, '00000000013')
    await to('safe-time')
    await type(agent, '晚上八点以后')
    await to('wants-reply')
    await agent.keyboard.press('Space')
    const { no } = await submit(agent)

    const file = (await (await house.as('agt01')).get(`/cases/${no}`)).json
    expect(file.matter).toBe('第一行\n第二行')
    expect(file.screen).toEqual({ r1: 'no', r2: 'unknown', r3: 'yes' })
    expect(file.place_text).toBe('老粮库后面')
    expect(file.occurring).toBe('now')
    expect(file.avoid_contact).toBe('不要打父亲的电话')
    expect(file.children).toEqual([{ name: '甲小一', age_years: 0, school: '测试小学' }])
    expect(file.anonymity).toBe('secret')
    expect(file.language).toBe('mn')
    expect(file.reporter).toEqual({
        name: '乙某',
        caller_is: 'child',
        phone: '00000000012',
        callback_phone: '00000000013',
        safe_time: '晚上八点以后',
        wants_reply: 'yes',
    })
})

test('the leader reads the board with the keyboard', async ({ visit, house }) => {
    const api = await house.as('agt02')
    const first = await api.register({ matter: 'one', place_now: { code: '150222102' } })
    const second = await api.register({ matter: 'two', place_now: { code: '150203001' } })
    const leader = await visit({ at: null })
    const noMouse = await forbidMouse(leader)
    await leader.goto('/board')
    await signIn(leader, 'ldr01', house.store.password)
    await expect(row(leader, first.no)).toBeVisible()
    await leader.keyboard.press('j') // the newest stands on top
    await expect(row(leader, second.no)).toHaveAttribute('aria-selected', 'true')
    await leader.keyboard.press('j')
    await expect(row(leader, first.no)).toHaveAttribute('aria-selected', 'true')
    await leader.keyboard.press('k')
    await leader.keyboard.press('Enter')
    await expect(at(leader, 'case-title')).toHaveText(second.no)
    await leader.keyboard.press('b')
    await expect(row(leader, second.no)).toBeVisible()
    await leader.keyboard.press('/')
    await expect(at(leader, 'board-filter')).toBeFocused()
    await type(leader, '固阳')
    await expect(leader.getByTestId('case-row')).toHaveCount(1)
    await expect(row(leader, first.no)).toBeVisible()
    await leader.keyboard.press('Escape')
    await expect(leader.getByTestId('case-row')).toHaveCount(2)
    await leader.keyboard.press('Escape')
    await leader.keyboard.press('?')
    await expect(leader.getByRole('dialog')).toBeVisible()
    await leader.keyboard.press('Escape')
    await expect(leader.getByRole('dialog')).toHaveCount(0)
    await noMouse()
})

for (const [key, reason, word] of [
    ['w', 'silent', '无声'],
    ['c', 'wrong_number', '打错'],
    ['t', 'test', '测试'],
    ['s', 'nuisance', '骚扰'],
]) {
    test(`one key ends a contact as ${reason}, pressed twice`, async ({ visit, house }) => {
        const agent = await visit({ as: 'agt01' })
        await takeContact(agent)
        await type(agent, '喂？')
        await agent.keyboard.press(`Alt+${key}`)
        await expect(at(agent, `close-${reason}`)).toContainText('再按一次结束')
        expect((await house.contacts('agt01')).length).toBeLessThanOrEqual(1) // not ended by the first press
        await expect(at(agent, 'matter')).toBeFocused()
        await agent.keyboard.press(`Alt+${key}`)
        await expect(at(agent, 'next-contact')).toBeFocused()
        await expect(agent.getByRole('main')).toContainText(word)
        const [contact, ...more] = await house.contacts('agt01', 'closed')
        expect(more).toEqual([])
        expect(contact.close_reason).toBe(reason)
        expect(await house.contacts('agt01')).toEqual([])
        const board = (await (await house.as('ldr01')).get('/cases')).json
        expect(board.rows).toEqual([])
        await agent.keyboard.press('Enter') // the next one
        await expect(at(agent, 'matter')).toBeFocused()
        await expect(at(agent, 'matter')).toHaveValue('')
        await saved(agent, '')
    })
}

test('what an input method takes is never a command', async ({ visit, house }) => {
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent)
    await type(agent, '有人打孩子')
    await placeUnknown(agent)
    await saved(agent, '有人打孩子')
    const sent = []
    agent.on('request', (request) => request.method() === 'POST' && sent.push(new URL(request.url()).pathname))
    // The Enter (or Ctrl Enter) that ends a composition, as browsers tell it:
    // isComposing, and with some of them only the key code 229.
    const compose = (name, init) =>
        at(agent, name).evaluate((box, given) => {
            box.focus()
            const enter = { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true }
            return box.dispatchEvent(new KeyboardEvent('keydown', { ...enter, ...given }))
        }, init)
    for (const name of ['matter', 'place', 'place-text', 'avoid-contact', 'child-name-0', 'caller-name']) {
        for (const how of [{ isComposing: true }, { keyCode: 229 }]) {
            for (const ctrlKey of [false, true]) {
                expect(await compose(name, { ...how, ctrlKey }), `${name} leaves the key to the input method`).toBe(true)
            }
        }
    }
    // A real composition in the place box: letters come and go as pinyin, and
    // the Enter in between belongs to the input method.
    const keys = await agent.context().newCDPSession(agent)
    await at(agent, 'place').focus()
    await agent.keyboard.press('Control+a')
    await keys.send('Input.imeSetComposition', { text: "gu'yang", selectionStart: 7, selectionEnd: 7 })
    await expect(at(agent, 'place-option').first()).toContainText('固阳县')
    await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', windowsVirtualKeyCode: 229, key: 'Process', code: 'Enter' })
    await keys.send('Input.dispatchKeyEvent', { type: 'keyUp', windowsVirtualKeyCode: 13, key: 'Enter', code: 'Enter' })
    await expect(at(agent, 'place-option').first()).toBeVisible()
    await keys.send('Input.insertText', { text: '固阳' })
    await expect(at(agent, 'place-option').first()).toContainText('固阳县')
    await agent.keyboard.press('Enter') // this one is the person's
    await expect(at(agent, 'place')).toHaveValue('固阳县')
    expect(sent.filter((path) => path.endsWith('/cases'))).toEqual([])
    await expect(at(agent, 'submit')).toBeEnabled()

    // The same keys, once they are a person's.
    expect(await compose('matter', { ctrlKey: true })).toBe(false)
    await expect(at(agent, 'query-code')).toBeVisible()
})

test('words are kept while an input method still composes them', async ({ visit, house }) => {
    const agent = await visit({ as: 'agt01' })
    await takeContact(agent)
    await saved(agent, '')
    const keys = await agent.context().newCDPSession(agent)
    await keys.send('Input.imeSetComposition', { text: 'hai zi', selectionStart: 6, selectionEnd: 6 })
    await house.has('agt01', 'hai zi')
    await keys.send('Input.insertText', { text: '孩子' })
    await house.has('agt01', '孩子')
    await saved(agent, '孩子')
})

test('the form stays under the hand when the server has taken the contact', async ({ visit, house }) => {
    const agent = await visit({ as: 'agt01' })
    let release
    const released = new Promise((resolve) => (release = resolve))
    await agent.route('**/api/v1/contacts', async (route) => {
        if (route.request().method() === 'POST') await released
        await route.continue()
    })
    await takeContact(agent)
    await at(agent, 'matter').evaluate((box) => (window.__box = box))
    const keys = await agent.context().newCDPSession(agent)
    await keys.send('Input.imeSetComposition', { text: 'hai zi', selectionStart: 6, selectionEnd: 6 })
    release()
    await house.has('agt01', 'hai zi')
    await keys.send('Input.insertText', { text: '孩子' })
    await saved(agent, '孩子')
    expect(await at(agent, 'matter').evaluate((box) => box === window.__box), 'it is still the same box').toBe(true)
})

test('a contact that came another way, and earlier, is written down as such', async ({ visit, house }) => {
    const agent = await visit({ as: 'agt01' })
    await expect(at(agent, 'start-contact')).toBeVisible()
    await at(agent, 'other-channel').focus()
    await agent.keyboard.press('Enter')
    await at(agent, 'channel').focus()
    await at(agent, 'channel').selectOption('from_110')
    await at(agent, 'number').focus()
    await type(agent, '0472 000-0110')
    await agent.keyboard.press('Enter')
    await expect(at(agent, 'matter')).toBeFocused()
    await type(agent, '派出所转来')
    await saved(agent, '派出所转来')
    const [contact] = await house.contacts('agt01')
    expect(contact.channel).toBe('from_110')
    await placeUnknown(agent)
    const { no } = await submit(agent)
    const file = (await (await house.as('agt01')).get(`/cases/${no}`)).json
    expect(file.row.channel).toBe('from_110')
    expect(file.reporter.number).toBe('0472 000-0110')
})
