// Six addresses; a library would be larger than they are.
import { computed, shallowRef } from 'vue'

const path = shallowRef(location.pathname)

addEventListener('popstate', () => (path.value = location.pathname))

export function go(to: string, replace = false): void {
  if (to === location.pathname) return
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  path.value = location.pathname
}

export type Page = 'home' | 'enrol' | 'intake' | 'work' | 'board' | 'case' | 'unknown'

const CASE = /^\/case\/(\d{5}-\d{8}-\d{4,})$/

export const place = computed<{ page: Page; no?: string }>(() => {
  if (path.value === '/') return { page: 'home' }
  if (path.value === '/enrol') return { page: 'enrol' }
  if (path.value === '/intake') return { page: 'intake' }
  if (path.value === '/work') return { page: 'work' }
  if (path.value === '/board') return { page: 'board' }
  const no = CASE.exec(path.value)?.[1]
  return no ? { page: 'case', no } : { page: 'unknown' }
})

export const caseHref = (no: string): string => `/case/${no}`

/** For plain left clicks on real links: no reload. */
export function follow(event: MouseEvent, to: string): void {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  go(to)
}
