// The name of this tab. It survives a reload, so that a copy can be told from a
// rival; no two tabs have the same one at a time.
import { randomText } from '@/api/keys'

const KEY = 'hutong.tab'

// A tab that is opened out of another one inherits its storage: the name lies
// there only between one page of the tab and the next.
export const WRITER = (() => {
  try {
    const kept = sessionStorage.getItem(KEY) ?? randomText(12)
    sessionStorage.removeItem(KEY)
    addEventListener('pagehide', () => sessionStorage.setItem(KEY, kept))
    addEventListener('pageshow', () => sessionStorage.removeItem(KEY))
    return kept
  } catch {
    return randomText(12)
  }
})()
