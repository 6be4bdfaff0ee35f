// Every screen for everybody: axe finds nothing, in both languages and themes,
// on a desk and on a phone; and nothing lies where nobody can see it.
import { AxeBuilder } from '@axe-core/playwright'
import { contextOptions } from '../parts/browser.mjs'
import { misplaced } from '../parts/layout.mjs'
import { LANGUAGES, LOOKS, localeOf, look } from '../parts/looks.mjs'
import { more, openStage, screens, tidy } from '../parts/screens.mjs'
import { expect, test as base } from '../parts/test.mjs'
import { watch } from '../parts/watch.mjs'

const test = base.extend({
    stage: [
        async ({}, use) => {
            const stage = await openStage()
            await use(stage)
            await stage.house.close()
        },
        { scope: 'worker' },
    ],
    /** A page on the stage, watched like every other. */
    seat: async ({ browser, stage, watched }, use) => {
        await use(async (language) => {
            const here = { locale: localeOf[language], baseURL: stage.house.url }
            const context = await browser.newContext({ ...contextOptions, ...here })
            watched.push({ context, faults: await watch(context, { allow: [401, 404, 412] }) })
            return context.newPage()
        })
        await tidy(stage)
    },
})

const told = (violations) =>
    violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}\n${failureSummary}`),
    )

async function inspect(page, looks) {
    for (const one of looks) {
        await look(page, one)
        const name = `${one.theme} ${one.size}`
        // One frame only, its own style sheets only, and nothing of what is well.
        const axe = new AxeBuilder({ page }).setLegacyMode(true)
        const { violations } = await axe.options({ preload: false, resultTypes: ['violations'] }).analyze()
        expect.soft(told(violations), name).toEqual([])
        expect.soft(await misplaced(page), name).toEqual([])
    }
}

for (const language of LANGUAGES) {
    for (const [name, arrange] of Object.entries(screens)) {
        test(`${name} in ${language}`, async ({ seat, stage }) => {
            const page = await seat(language)
            await arrange(page, stage)
            await inspect(page, LOOKS)
        })
    }
    for (const [name, arrange] of Object.entries(more)) {
        test(`${name} in ${language}`, async ({ seat, stage }) => {
            const page = await seat(language)
            await arrange(page, stage)
            await inspect(page, [language === 'zh' ? LOOKS.at(0) : LOOKS.at(-1)])
        })
    }
}
