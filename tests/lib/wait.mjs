// wait.mjs - waiting that ends: by the thing waited for, or loudly.
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Fails with `what` when the promise has not settled after `ms`. */
export function within(ms, what, promise) {
    let timer
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms)
    })
    return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Asks again until `ask` returns something true, and returns that. */
export async function until(what, ask, ms = 30_000, pause = 50) {
    const end = Date.now() + ms
    for (;;) {
        const answer = await ask()
        if (answer) return answer
        if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
        await sleep(pause)
    }
}
