// Coming, being away, and going: nothing typed is lost, nothing personal stays.
import { searchFiles } from '../../lib/scan.mjs'
import { until } from '../../lib/wait.mjs'
import { choosePlace, at, keptHere, placeUnknown, saved, signIn, submit, takeContact, type } from '../parts/steps.mjs'
import { expect, test } from '../parts/test.mjs'

const unlock = async (page, password) => {
    await expect(at(page, 'lock-password')).toBeFocused()
    await type(page, password)
    await page.keyboard.press('Enter')
    await expect(at(page, 'lock')).toHaveCount(0)
}

test('a wrong password says so, and the right one comes in', async ({ visit, house }) => {
    const page = await visit()
    await expect(at(page, 'login')).toBeFocused()
    await type(page, 'agt01')
    await page.keyboard.press('Enter') // takes the hand to the password
    await expect(at(page, 'password')).toBeFocused()
    await type(page, 'not the password')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).not.toBeEmpty()
    await expect(at(page, 'password')).toBeFocused()
    await expect(at(page, 'password')).toHaveValue('')
    await type(page, house.store.password)
    await page.keyboard.press('Enter')
    await expect(at(page, 'start-contact')).toBeVisible()
})

test('locking the screen covers the form, and the same hand goes on', async ({ visit, house }) => {
    const page = await visit()
    await signIn(page, 'agt01', house.store.password)
    await takeContact(page)
    await type(page, '说到一半')
    await saved(page, '说到一半')
    await at(page, 'user-menu').click()
    await at(page, 'lock-now').click()
    await expect(at(page, 'lock')).toBeVisible()
    await expect(at(page, 'lock-password')).toBeFocused()
    // Nothing behind it takes a key, and none opens anything.
    for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Tab']) {
        await page.keyboard.press(key)
        expect(
            await page.evaluate(() => {
                const there = document.activeElement
                return there === document.body || there.closest('[data-testid=lock]') !== null
            }),
        ).toBe(true)
    }
    await page.keyboard.press('Alt+n')
    await page.keyboard.press('Control+Enter')
    await at(page, 'lock-password').focus()
    await type(page, 'not the password')
    await page.keyboard.press('Enter')
    await expect(at(page, 'lock').getByRole('alert')).not.toBeEmpty()
    await unlock(page, house.store.password)
    await expect(at(page, 'matter')).toHaveValue('说到一半')
    expect((await house.contacts('agt01')).length).toBe(1)
    await at(page, 'matter').focus()
    await page.keyboard.press('Control+End')
    await type(page, '，接着说')
    await saved(page, '说到一半，接着说')
    await house.has('agt01', '说到一半，接着说')
})

test('a screen that nobody touches locks itself and keeps the form', async ({ visit, house }) => {
    const page = await visit({ at: null })
    await page.clock.install()
    await page.goto('/')
    await signIn(page, 'agt01', house.store.password)
    await takeContact(page)
    await type(page, '没有挂断')
    await saved(page, '没有挂断')
    await page.clock.fastForward('14:00')
    await expect(at(page, 'lock')).toHaveCount(0)
    await page.clock.fastForward('01:05')
    await expect(at(page, 'lock')).toBeVisible()
    await expect(at(page, 'lock')).toContainText('长时间没有操作')
    await unlock(page, house.store.password)
    await expect(at(page, 'matter')).toHaveValue('没有挂断')
    await expect(at(page, 'matter')).toBeFocused()
})

test.describe('with a clock that a test moves', () => {
    test.use({ served: { clocked: true } })

    test('a session that has run out asks for the password and keeps the form', async ({ visit, house }) => {
        const page = await visit({ allow: [401] })
        await signIn(page, 'agt01', house.store.password)
        await takeContact(page)
        await type(page, '以前写的')
        await saved(page, '以前写的')
        house.clock.pass(16 * 60) // the server has heard nothing for longer than it allows
        await type(page, '，过期以后写的')
        await expect(at(page, 'lock')).toBeVisible()
        await expect(at(page, 'lock')).toContainText('登录已过期')
        await unlock(page, house.store.password)
        await saved(page, '以前写的，过期以后写的')
        await placeUnknown(page)
        const { no } = await submit(page)
        const file = (await (await house.as('agt01')).get(`/cases/${no}`)).json
        expect(file.matter).toBe('以前写的，过期以后写的')
    })
})

test('somebody else at a locked screen sees nothing of the one before', async ({ visit, house }) => {
    const page = await visit()
    await signIn(page, 'agt01', house.store.password)
    await takeContact(page)
    await type(page, '只有我知道')
    await saved(page, '只有我知道')
    await at(page, 'user-menu').click()
    await at(page, 'lock-now').click()
    await at(page, 'lock-leave').click()
    await signIn(page, 'agt02', house.store.password)
    await expect(at(page, 'start-contact')).toBeVisible()
    await expect(at(page, 'resume')).toHaveCount(0)
    expect(await page.content()).not.toContain('只有我知道')
    expect(await house.contacts('agt02')).toEqual([])
    await expect.poll(async () => (await house.draft('agt01')).content.form.matter).toBe('只有我知道')
})

// -------------------------------------------------- what stays behind ----

const CANARIES = ['甲小金丝雀', '00000000077', '金丝雀说的话', '村东头第九家']

/** All that a page's origin keeps, as text; sealed bytes as Latin-1. */
const storageOf = (page) =>
    page.evaluate(async () => {
        const latin = (bytes) => Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')
        const text = (value) =>
            JSON.stringify(value, (_, inner) =>
                inner instanceof ArrayBuffer ? latin(inner) : ArrayBuffer.isView(inner) ? latin(inner.buffer) : inner,
            )
        const kept = { local: { ...localStorage }, tab: { ...sessionStorage }, cookies: document.cookie, bases: {}, caches: [] }
        for (const { name, version } of await indexedDB.databases()) {
            const base = await new Promise((resolve, reject) => {
                const request = indexedDB.open(name, version)
                request.onsuccess = () => resolve(request.result)
                request.onerror = () => reject(request.error)
            })
            for (const store of base.objectStoreNames) {
                kept.bases[`${name}/${store}`] = await new Promise((resolve, reject) => {
                    const request = base.transaction(store).objectStore(store).getAll()
                    request.onsuccess = () => resolve(request.result.map(text))
                    request.onerror = () => reject(request.error)
                })
            }
            base.close()
        }
        for (const name of await caches.keys()) kept.caches.push(name, ...(await (await caches.open(name)).keys()).map((one) => one.url))
        return kept
    })
const records = (kept) => Object.values(kept.bases).flat()

async function writeCanaries(page, house) {
    await signIn(page, 'agt01', house.store.password)
    await takeContact(page)
    await type(page, '金丝雀说的话')
    await choosePlace(page, 'gyx jsz', '固阳县 · 金山镇')
    await at(page, 'place-text').focus()
    await type(page, '村东头第九家')
    await at(page, 'child-name-0').focus()
    await type(page, '甲小金丝雀')
    await at(page, 'caller-phone').focus()
    await type(page, '00000000077')
}

test('nothing lies in clear on the machine, and signing out takes it all away', async ({ visit, house }) => {
    const page = await visit()
    await writeCanaries(page, house)
    await saved(page, '金丝雀说的话')
    const before = await until('a sealed copy', async () => {
        const kept = await storageOf(page)
        return records(kept).length > 0 && kept
    }, 60_000)
    for (const canary of CANARIES) expect(JSON.stringify(before)).not.toContain(canary)
    const key = await page.evaluate(async () => (await (await fetch('/api/v1/session')).json()).draft_key)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(before)).not.toContain(key)
    expect(before.cookies).toBe('') // the session's is not for scripts

    await at(page, 'rail-board').click()
    await expect(at(page, 'board-count')).toBeVisible()
    await at(page, 'user-menu').click()
    await at(page, 'sign-out').click()
    await expect(at(page, 'login')).toBeVisible()
    await expect.poll(() => page.context().cookies(), 'the session is over').toEqual([])
    await expect.poll(() => page.evaluate(() => localStorage.getItem('hutong.left'))).toBe(null)
    const after = await storageOf(page)
    expect(records(after)).toEqual([])
    const harmless = /^hutong\.(language|theme|territory(\..+)?)$/
    expect(Object.keys(after.local).filter((name) => !harmless.test(name))).toEqual([])
    expect(Object.keys(after.tab).filter((name) => name !== 'hutong.tab')).toEqual([])
    expect(after.caches).toEqual([])
    for (const canary of CANARIES) expect(await page.content()).not.toContain(canary)

    // Going back shows the door, not the page before it.
    await page.goBack()
    await expect(at(page, 'login')).toBeVisible()
    for (const canary of CANARIES) expect(await page.content()).not.toContain(canary)
    expect((await house.draft('agt01')).content.form.matter).toBe('金丝雀说的话')
})

test('without a server, leaving names what is not saved; it stays, sealed, and goes later', async ({ visit, house }) => {
    const page = await visit()
    await writeCanaries(page, house)
    await saved(page, '金丝雀说的话')
    await house.kill()
    await at(page, 'matter').focus()
    await page.keyboard.press('Control+End')
    await type(page, '，还有')
    await keptHere(page, '金丝雀说的话，还有')
    await at(page, 'user-menu').click()
    await at(page, 'sign-out').click()
    await expect(at(page, 'leave')).toContainText('金丝雀说的话，还有')
    await page.keyboard.press('Escape')
    await expect(at(page, 'matter')).toHaveValue('金丝雀说的话，还有')
    await at(page, 'user-menu').click()
    await at(page, 'sign-out').click()
    await at(page, 'leave-anyway').click()
    await expect(at(page, 'login')).toBeVisible()
    const kept = await storageOf(page)
    expect(records(kept).length).toBe(1)
    for (const canary of CANARIES) expect(JSON.stringify(kept)).not.toContain(canary)
    for (const canary of CANARIES) expect(await page.content()).not.toContain(canary)
    await house.start()
    await page.context().clearCookies()
    await page.goto('/')
    await signIn(page, 'agt01', house.store.password)
    await saved(page, '金丝雀说的话，还有')
    await house.has('agt01', '金丝雀说的话，还有')
})

test('signing out without a server is a sign-out: the next one is asked who he is', async ({ visit, house }) => {
    const page = await visit()
    await signIn(page, 'agt01', house.store.password)
    await expect(at(page, 'start-contact')).toBeVisible()
    await house.kill()
    await at(page, 'user-menu').click()
    await at(page, 'sign-out').click()
    await expect(at(page, 'login')).toBeVisible()
    await house.start()
    await page.goto('/')
    await expect(at(page, 'login').or(at(page, 'user-menu'))).toBeVisible()
    await expect(at(page, 'user-menu')).toHaveCount(0)
})

test('a screen locked without a server stays locked when it is loaded anew', async ({ visit, house }) => {
    const page = await visit()
    await signIn(page, 'agt01', house.store.password)
    await takeContact(page)
    await type(page, '锁屏以前')
    await saved(page, '锁屏以前')
    await house.kill()
    await at(page, 'user-menu').click()
    await at(page, 'lock-now').click()
    await expect(at(page, 'lock')).toBeVisible()
    await house.start()
    await page.goto('/')
    await expect(at(page, 'login')).toBeVisible()
    expect(await page.content()).not.toContain('锁屏以前')
    await signIn(page, 'agt01', house.store.password)
    await saved(page, '锁屏以前')
})

test('signing out in one tab closes the other', async ({ visit, house }) => {
    const page = await visit({ allow: [401] })
    await signIn(page, 'agt01', house.store.password)
    await takeContact(page)
    await type(page, '两个窗口')
    await saved(page, '两个窗口')
    const other = await page.context().newPage()
    await other.goto('/board')
    await expect(at(other, 'board-count')).toBeVisible()
    await at(other, 'user-menu').click()
    await at(other, 'sign-out').click()
    await expect(at(other, 'login')).toBeVisible()
    await expect(at(page, 'lock')).toBeVisible()
    await page.bringToFront()
    await unlock(page, house.store.password)
    await expect(at(page, 'matter')).toHaveValue('两个窗口')
})

test('the browser writes nothing of it in clear into its profile', async ({ profile, house }) => {
    const page = await profile.open()
    await writeCanaries(page, house)
    await saved(page, '金丝雀说的话')
    await placeUnknown(page)
    const { no } = await submit(page)
    await page.keyboard.press('o')
    await expect(at(page, 'case-title')).toHaveText(no)
    await at(page, 'note-text').focus()
    await type(page, '金丝雀的补充')
    await expect(at(page, 'note-state')).toHaveText('草稿已保存在本机（已加密）')
    // What a browser keeps to bring pages back: it notes the state of a form
    // when one goes on to another page, and writes it down a little later.
    await at(page, 'rail-board').click()
    await expect(at(page, 'board-count')).toBeVisible()
    await until('the browser to write down where it was', () => searchFiles([profile.directory], [`${house.url}/board`]).length > 0, 60_000)
    await page.context().close()
    expect(searchFiles([profile.directory], [`/case/${no}`]).length).toBeGreaterThan(0) // the search finds what is there
    expect(searchFiles([profile.directory], [...CANARIES, '金丝雀的补充', house.store.password])).toEqual([])
})

// ------------------------------------------------------------ the door ----

test.describe('a store that has just been made', () => {
    test.use({ served: { real: true } })

    test('the one-time link sets the first password, once', async ({ visit, house }) => {
        const link = await until('the line with the link', () => /^https?:\/\/\S+\/enrol#(\S+)$/m.exec(house.server.stdout))
        const [whole, token] = link
        const page = await visit({ at: whole })
        await expect(at(page, 'new-password')).toBeFocused()
        expect(page.url()).toBe(`${house.url}/enrol`) // the token is gone from the address
        await type(page, 'short')
        await page.keyboard.press('Tab')
        await type(page, 'short')
        await page.keyboard.press('Enter')
        await expect(page.getByRole('alert')).toContainText('密码至少 12 个字符')
        const password = house.store.password
        await at(page, 'new-password').fill(password)
        await at(page, 'new-password-again').fill(`${password}x`)
        await page.keyboard.press('Enter')
        await expect(page.getByRole('alert')).toContainText('两次输入的密码不一样')
        await at(page, 'new-password-again').fill(password)
        await page.keyboard.press('Enter')
        await expect(page.getByRole('status')).toContainText('admin')
        expect(JSON.stringify(await storageOf(page))).not.toContain(token)
        await at(page, 'to-sign-in').click()
        await signIn(page, 'admin', password)
        await expect(page.getByRole('main')).toContainText('这个账号没有可以办理的页面')

        const thief = await visit({ at: whole, allow: [401, 403, 404, 409, 410] })
        await at(thief, 'new-password').fill('another password 12')
        await at(thief, 'new-password-again').fill('another password 12')
        await thief.keyboard.press('Enter')
        await expect(thief.getByRole('alert')).not.toBeEmpty()
        await expect(at(thief, 'to-sign-in')).toHaveCount(0)
    })

    test('a link without its token says so', async ({ visit }) => {
        const page = await visit({ at: '/enrol' })
        await expect(page.getByText('这个启用链接不完整')).toBeVisible()
        await expect(at(page, 'new-password')).toHaveCount(0)
    })
})

test.describe('over TLS', () => {
    test.use({ served: { tls: true } })

    test('the cookie is bound to the host, and the board is live', async ({ visit, house }) => {
        const page = await visit({ ignoreHTTPSErrors: true })
        expect(page.url()).toMatch(/^https:/)
        await signIn(page, 'ldr01', house.store.password)
        await page.goto('/board')
        await expect(at(page, 'connection')).toHaveAttribute('data-state', 'live')
        const [cookie, ...more] = await page.context().cookies()
        expect(more).toEqual([])
        expect(cookie).toMatchObject({ name: '__Host-hutong', path: '/', secure: true, httpOnly: true, sameSite: 'Strict' })
        await at(page, 'user-menu').click()
        await at(page, 'sign-out').click()
        await expect(at(page, 'login')).toBeVisible()
        await expect.poll(() => page.context().cookies()).toEqual([])
    })
})

test('language and theme are kept, and the theme follows the machine until told', async ({ visit, house }) => {
    const page = await visit()
    const root = page.locator('html')
    await expect(root).toHaveAttribute('lang', 'zh-CN')
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect(root).toHaveAttribute('data-theme', 'dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await expect(root).toHaveAttribute('data-theme', 'light')
    await at(page, 'language').click()
    await expect(root).toHaveAttribute('lang', 'en')
    await expect(at(page, 'sign-in')).toHaveText('Sign in')
    await at(page, 'theme').click()
    await at(page, 'theme').click()
    await expect(root).toHaveAttribute('data-theme', 'dark')
    await page.reload()
    await expect(root).toHaveAttribute('lang', 'en')
    await expect(root).toHaveAttribute('data-theme', 'dark')
    await signIn(page, 'agt01', house.store.password)
    await expect(at(page, 'start-contact')).toContainText('New contact')
    await page.keyboard.press('n')
    await expect(at(page, 'matter')).toBeFocused()
    await page.keyboard.press('Control+Enter')
    await expect(page.getByText('Write down what was said, one sentence is enough.')).toBeVisible()
})
