// screens.mjs - `make screens`: pictures of every screen, to look at:
// build/screens/<screen>-<zh|en>-<light|dark>-<wide|phone>.png
// `node screens.mjs board case` makes those whose names begin so.
import { chromium } from '@playwright/test'
import fs from 'node:fs'
import path from 'node:path'
import { root } from '../lib/folder.mjs'
import { browserOptions, contextOptions } from './parts/browser.mjs'
import { LANGUAGES, LOOKS, localeOf, look } from './parts/looks.mjs'
import { more, openStage, screens, tidy } from './parts/screens.mjs'

const wanted = process.argv.slice(2)
const target = path.join(root, 'build/screens')
if (!wanted.length) fs.rmSync(target, { recursive: true, force: true })
fs.mkdirSync(target, { recursive: true })

const stage = await openStage()
const browser = await chromium.launch(browserOptions)
let count = 0
for (const [name, arrange] of Object.entries({ ...screens, ...more })) {
    if (wanted.length && !wanted.some((start) => name.startsWith(start))) continue
    for (const language of LANGUAGES) {
        const here = { locale: localeOf[language], baseURL: stage.house.url }
        const context = await browser.newContext({ ...contextOptions, ...here })
        const page = await context.newPage()
        await arrange(page, stage)
        for (const one of LOOKS) {
            await look(page, one)
            const file = path.join(target, `${name}-${language}-${one.theme}-${one.size}.png`)
            await page.screenshot({ path: file, animations: 'disabled' })
            count++
        }
        await context.close()
        await tidy(stage)
    }
}
await browser.close()
await stage.house.close()
console.log(`${count} pictures in ${path.relative(process.cwd(), target)}`)
