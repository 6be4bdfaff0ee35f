// steps.mjs - what people do again and again, with the keyboard.
import { expect } from '@playwright/test'

export const at = (page, name) => page.getByTestId(name)

/** Signs in at the door; the hand is in the first box already. */
export async function signIn(page, login, password) {
    await expect(at(page, 'login')).toBeFocused()
    await page.keyboard.type(login)
    await page.keyboard.press('Tab')
    await expect(at(page, 'password')).toBeFocused()
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await expect(at(page, 'user-menu')).toBeVisible()
}

/** N: a contact begins, and the hand is where the words go. */
export async function takeContact(page) {
    await expect(at(page, 'start-contact')).toBeVisible()
    await page.keyboard.press('n')
    await expect(at(page, 'matter')).toBeFocused()
}

/** Types where the hand is; what no key has is put in as an input method does. */
export const type = (page, words) => page.keyboard.type(words)

/** The page says that the server has everything, and shows these words. */
export async function saved(page, words) {
    await expect(at(page, 'matter')).toHaveValue(words)
    await expect(at(page, 'draft-state')).toHaveAttribute('data-sync', 'saved')
}

/** The page says that there is no server, and that this machine has it all. */
export async function keptHere(page, words) {
    await expect(at(page, 'matter')).toHaveValue(words)
    await expect(at(page, 'draft-state')).toHaveAttribute('data-sync', 'machine')
}

/** Alt P, a search, and its first answer. */
export async function choosePlace(page, search, shown) {
    await page.keyboard.press('Alt+p')
    await expect(at(page, 'place')).toBeFocused()
    await page.keyboard.type(search)
    await expect(at(page, 'place-option').first()).toContainText(shown.split(' · ').at(-1))
    await page.keyboard.press('Enter')
    await expect(at(page, 'place')).toHaveValue(shown)
}

/** Alt P, and the last entry of the list. */
export async function placeUnknown(page, shown = '不明') {
    await page.keyboard.press('Alt+p')
    await expect(at(page, 'place')).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(at(page, 'place-option').last()).toHaveAttribute('data-code', 'unknown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await expect(at(page, 'place')).toHaveValue(shown)
}

/** Ctrl Enter; returns the number and the code that are read out. */
export async function submit(page) {
    await page.keyboard.press('Control+Enter')
    await expect(at(page, 'query-code')).toHaveText(/^\d{3} \d{3}$/)
    const no = await at(page, 'case-no').getAttribute('data-no')
    expect(no).toMatch(/^12349-\d{8}-\d{4,}$/)
    return { no, code: (await at(page, 'query-code').textContent()).replace(' ', '') }
}

export const row = (page, no) => page.locator(`[data-testid=case-row][data-no="${no}"]`)

/** The same page all the time: fails when it was loaded anew meanwhile. */
export async function plant(page) {
    await page.evaluate(() => (window.__planted = true))
    let loads = 0
    page.on('load', () => loads++)
    return async () => {
        expect(loads, 'loads of the page').toBe(0)
        expect(await page.evaluate(() => window.__planted)).toBe(true)
    }
}
