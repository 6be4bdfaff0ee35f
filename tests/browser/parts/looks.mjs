// looks.mjs - the sizes, themes and languages in which a screen is looked at.
import { PHONE, WIDE } from './browser.mjs'

export const LANGUAGES = ['zh', 'en']
export const localeOf = { zh: 'zh-CN', en: 'en-GB' }
const sizes = { wide: WIDE, phone: PHONE }

export const LOOKS = ['light', 'dark'].flatMap((theme) => Object.keys(sizes).map((size) => ({ theme, size })))

/** Shows a page in another look, without loading it anew. */
export async function look(page, { theme, size }) {
    await page.emulateMedia({ colorScheme: theme })
    await page.setViewportSize(sizes[size])
    await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    )
}
