// Keys that work on a whole page. What an input method takes is left alone.
import { onScopeDispose } from 'vue'

export type Key = string // 'n', '?', 'Enter', 'Alt+KeyN', 'Ctrl+Enter'
type Act = (event: KeyboardEvent) => void
interface Layer {
  keys: Record<Key, Act>
  when: () => boolean
}

const layers: Layer[] = []

/** True while an input method composes: this key belongs to it. */
export const composing = (event: KeyboardEvent): boolean =>
  event.isComposing || event.keyCode === 229

export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('textarea, select, input:not([type=checkbox]):not([type=radio])'))
  )
}

function nameOf(event: KeyboardEvent): Key {
  if (event.altKey) return `Alt+${event.shiftKey ? 'Shift+' : ''}${event.code}`
  if (event.ctrlKey || event.metaKey) return `Ctrl+${event.key}`
  return event.key.length === 1 && event.key !== '?' && event.key !== '/'
    ? `${event.shiftKey ? 'Shift+' : ''}${event.key.toLowerCase()}`
    : event.key
}

addEventListener('keydown', (event) => {
  if (composing(event) || event.defaultPrevented || event.repeat) return
  // A dialog or the lock has the keyboard to itself.
  if (document.querySelector('dialog[open], [aria-modal=true]')) return
  const name = nameOf(event)
  const plain = (!name.includes('+') || name.startsWith('Shift+')) && !/^F\d+$/.test(name)
  if (plain && typing(event.target)) return
  for (const layer of [...layers].reverse()) {
    const act = layer.keys[name]
    if (!act || !layer.when()) continue
    event.preventDefault()
    act(event)
    return
  }
})

export function useKeys(keys: Record<Key, Act>, when: () => boolean = () => true): void {
  const layer = { keys, when }
  layers.push(layer)
  onScopeDispose(() => layers.splice(layers.indexOf(layer), 1))
}
