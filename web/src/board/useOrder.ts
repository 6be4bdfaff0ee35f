// The order on the screen: made anew when the wish changes, at most every two
// seconds when the rows change, later while a hand is on the table.
import { computed, onScopeDispose, reactive, shallowRef, watch } from 'vue'
import type { CaseState, Stage } from '@/api/types'
import { language } from '@/app/language'
import { categories } from '@/catalogue/categories'
import { territory } from '@/territory/territory'
import { flushed, rows } from './board'
import { units } from '@/ui/units'
import { orderOf, stageOf, type Wanted } from './order'

const GAP = 2000

// Kept between visits to the page.
const wanted = reactive<Wanted>({ state: '', quick: '', stage: '', text: '' })

export function useOrder(busy: () => boolean) {
  const order = shallowRef<string[]>([])
  const held = shallowRef(false) // rows changed, the order waits
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function sort() {
    clearTimeout(timer)
    timer = undefined
    last = Date.now()
    held.value = false
    order.value = orderOf(rows, wanted)
  }

  function later() {
    if (timer !== undefined) return
    timer = setTimeout(
      () => {
        timer = undefined
        if (busy()) {
          held.value = true
          later()
        } else sort()
      },
      Math.max(held.value ? 500 : 0, last + GAP - Date.now()),
    )
  }

  watch([wanted, territory, units, categories, language], sort)
  watch(flushed, () => (order.value.length ? later() : sort()))
  onScopeDispose(() => clearTimeout(timer))
  sort()

  const counts = computed(() => {
    void flushed.value
    const found = new Map<CaseState, number>()
    for (const row of rows.values()) found.set(row.state, (found.get(row.state) ?? 0) + 1)
    return found
  })

  const stages = computed(() => {
    void flushed.value
    const found = new Map<Stage, number>()
    for (const row of rows.values()) {
      const stage = stageOf(row)
      if (stage) found.set(stage, (found.get(stage) ?? 0) + 1)
    }
    return found
  })

  return { wanted, order, held, counts, stages, sort }
}
