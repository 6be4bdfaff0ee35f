// browser.mjs - how the browser is started, for the tests and the pictures.
export const browserOptions = {
    executablePath: '/usr/bin/chromium',
    headless: true,
    timeout: 60_000,
    args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
    ],
}

export const WIDE = { width: 1366, height: 768 }
export const PHONE = { width: 390, height: 844 }

export const contextOptions = {
    viewport: WIDE,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    serviceWorkers: 'allow',
}
