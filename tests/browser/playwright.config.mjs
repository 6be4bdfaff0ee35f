// playwright.config.mjs - one browser, one worker: two servers and two
// browsers at once would only wait for each other on two cores.
import { defineConfig } from '@playwright/test'
import { browserOptions, contextOptions } from './parts/browser.mjs'

export default defineConfig({
    testDir: 'journeys',
    outputDir: '../../build/browser',
    workers: 1,
    retries: process.env.CI ? 1 : 0,
    forbidOnly: true,
    reporter: [['list']],
    timeout: 90_000,
    globalTimeout: 20 * 60_000,
    expect: { timeout: 20_000 },
    use: {
        browserName: 'chromium',
        launchOptions: browserOptions,
        ...contextOptions,
        actionTimeout: 15_000,
        navigationTimeout: 20_000,
        screenshot: 'only-on-failure',
    },
})
