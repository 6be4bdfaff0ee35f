// playwright.config.mjs - two workers, each with a browser: a journey has a
// server of its own and waits for most of its time. The times say only when a
// machine that has other work to do is given up on.
import { defineConfig } from '@playwright/test'
import { browserOptions, contextOptions } from './parts/browser.mjs'

export default defineConfig({
    testDir: 'journeys',
    outputDir: '../../build/browser',
    workers: 2,
    fullyParallel: true,
    retries: process.env.CI ? 1 : 0,
    forbidOnly: true,
    reporter: [['list']],
    timeout: 240_000,
    globalTimeout: 40 * 60_000,
    expect: { timeout: 60_000 },
    use: {
        browserName: 'chromium',
        launchOptions: browserOptions,
        ...contextOptions,
        actionTimeout: 60_000,
        navigationTimeout: 60_000,
        screenshot: 'only-on-failure',
    },
})
