import { chromium } from '@playwright/test'
import { browserOptions } from './parts/browser.mjs'
import fs from 'node:fs'
const [out, width, ...files] = process.argv.slice(2)
const b = await chromium.launch(browserOptions); const p = await b.newPage({ viewport: { width: +width, height: 800 } })
await p.setContent('<body style="margin:0;display:flex;flex-wrap:wrap;gap:6px;background:#f0f">' + files.map((f) => `<img src="data:image/png;base64,${fs.readFileSync(f).toString('base64')}">`).join('') + '</body>')
await p.waitForTimeout(300); await p.screenshot({ path: out, fullPage: true }); await b.close()
