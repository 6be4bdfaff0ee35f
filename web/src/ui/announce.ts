// What a screen reader hears without being asked: little, and not often.
import { shallowReactive } from 'vue'

const GAP = 8000
export const spoken = shallowReactive({ text: '' })

let last = 0
let queued = ''
let timer: ReturnType<typeof setTimeout> | undefined

/** Says it now or, when something was said just now, the latest of it later. */
export function announce(text: string): void {
  const wait = last + GAP - Date.now()
  if (wait <= 0) {
    last = Date.now()
    spoken.text = text
    return
  }
  queued = text
  timer ??= setTimeout(() => {
    timer = undefined
    last = Date.now()
    spoken.text = queued
  }, wait)
}
