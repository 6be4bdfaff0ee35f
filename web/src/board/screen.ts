// What the board must know about screen and time.
import { onScopeDispose, ref } from 'vue'

const small = matchMedia('(max-width: 720px)')

export function useNarrow() {
  const narrow = ref(small.matches)
  const look = () => (narrow.value = small.matches)
  small.addEventListener('change', look)
  onScopeDispose(() => small.removeEventListener('change', look))
  return narrow
}

/** Counts up every half minute, so that spans of time are drawn anew. */
export function useMinute() {
  const minute = ref(0)
  const timer = setInterval(() => minute.value++, 30_000)
  onScopeDispose(() => clearInterval(timer))
  return minute
}
