// test.mjs - what every journey begins with: a server, browsers on it, and the
// watch over all their pages.
import { test as base, chromium, expect } from '@playwright/test'
import { folder } from '../../lib/folder.mjs'
import { browserOptions, contextOptions } from './browser.mjs'
import { House } from './house.mjs'
import { watch } from './watch.mjs'

export { expect }

export const test = base.extend({
    /** Options of House.open: `test.use({ served: { real: true } })`. */
    served: [{}, { option: true }],

    /** The server of this test. It must end well, and its store must verify. */
    house: async ({ served }, use) => {
        const house = await House.open(served)
        await use(house)
        await house.close()
    },

    // Contexts that were opened, and what was seen in them.
    watched: async ({}, use) => {
        const watched = []
        await use(watched)
        for (const { context } of watched) await context.close()
        expect(watched.flatMap(({ faults }) => faults), 'what no page may do').toEqual([])
    },

    /**
     * A browser of somebody: a new profile, its first page. `as`: signed in
     * already, under the session by which `house.as` asks; session.spec.mjs is
     * about the door.
     */
    visit: async ({ browser, house, watched }, use) => {
        await use(async ({ as, allow, at = '/', ...options } = {}) => {
            const context = await browser.newContext({ ...contextOptions, ...options, baseURL: house.url })
            watched.push({ context, faults: await watch(context, { allow }) })
            if (as) await context.addCookies(await house.cookies(as))
            const page = await context.newPage()
            if (at) await page.goto(at)
            if (as) await expect(page.getByTestId('user-menu')).toBeVisible()
            return page
        })
    },

    /** A profile that outlives its browser: the folder, and a way to open it. */
    profile: async ({ house, watched }, use) => {
        const directory = folder('profile')
        await use({
            directory,
            async open({ allow } = {}) {
                const context = await chromium.launchPersistentContext(directory, {
                    ...browserOptions,
                    ...contextOptions,
                    baseURL: house.url,
                })
                watched.push({ context, faults: await watch(context, { allow }) })
                const page = context.pages()[0] ?? (await context.newPage())
                await page.goto('/')
                return page
            },
        })
    },
})
