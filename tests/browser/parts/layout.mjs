// layout.mjs - what a picture would show at once: a control that lies beside
// the glass, a panel on top of another one, a label that is cut off.

/** Faults in the layout of a page as it stands, as sentences. */
export const misplaced = (page) =>
    page.evaluate(() => {
        const faults = []
        const name = (node) => {
            const text = (node.getAttribute('aria-label') ?? node.innerText ?? '').trim().split('\n')[0].slice(0, 30)
            return `${node.tagName.toLowerCase()}${node.dataset.testid ? `[${node.dataset.testid}]` : ''} "${text}"`
        }
        const seen = (node) =>
            node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !node.closest('.unseen')
        // In a strip that a person can push sideways, nothing is lost.
        const slides = (node) => {
            for (let up = node.parentElement; up; up = up.parentElement) {
                const { right, height } = up.getBoundingClientRect()
                const strip = right <= innerWidth + 1 && height < 100 && up.scrollWidth > up.clientWidth + 1
                if (strip && /auto|scroll/.test(getComputedStyle(up).overflowX)) return true
            }
            return false
        }
        for (const node of document.querySelectorAll('button, a[href], input, textarea, select, [role=option]')) {
            if (!seen(node)) continue
            const { left, right, width } = node.getBoundingClientRect()
            if (width > 0 && (left < -1 || right > innerWidth + 1) && !slides(node)) {
                faults.push(`${name(node)} lies beside the screen: ${Math.round(left)} to ${Math.round(right)} of ${innerWidth}`)
            }
            const cuts = !node.matches('input, textarea, select') && getComputedStyle(node).overflowX !== 'visible'
            if (cuts && node.scrollWidth > node.clientWidth + 1) faults.push(`${name(node)} is cut off`)
        }
        const panels = [...document.querySelectorAll('main .panel')].filter(seen)
        const boxes = panels.map((node) => [node, node.getBoundingClientRect()])
        for (const [one, a] of boxes) {
            // A control that sticks out of its own panel lies on the next one.
            for (const node of one.querySelectorAll('button, input, textarea, select')) {
                if (!seen(node) || slides(node)) continue
                const { left, right } = node.getBoundingClientRect()
                if (left < a.left - 1 || right > a.right + 1) faults.push(`${name(node)} sticks out of its panel`)
            }
            for (const [other, b] of boxes) {
                if (one === other || one.contains(other) || other.contains(one)) continue
                const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
                const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
                if (across > -2 && down > 1 && a.left <= b.left) faults.push(`${name(one)} touches ${name(other)}`)
            }
        }
        const page = document.documentElement
        if (page.scrollWidth > innerWidth) faults.push(`the page is wider than the screen by ${page.scrollWidth - innerWidth}`)
        return [...new Set(faults)]
    })
