// Where on the form a refusal belongs: by the pointer that the server gave.
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FieldProblem, Problem } from '@/api/http'

const KEY: InjectionKey<ComputedRef<FieldProblem[]>> = Symbol('problems')

export function provideProblems(problem: () => Problem | null, own: () => FieldProblem[]): void {
  provide(
    KEY,
    computed(() => {
      const given = problem()
      const fields = [...own(), ...(given?.errors ?? [])]
      if (given?.code.startsWith('place.') && !given.errors.length)
        fields.push({ pointer: '/place_now', code: given.code })
      return fields
    }),
  )
}

/** The sentence for one part of the form; empty when all is well. */
export function useProblemAt(): (pointer: string) => string {
  const { t, te } = useI18n()
  const problems = inject(KEY, computed(() => []))
  return (pointer) => {
    const found = problems.value.find(
      (one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`),
    )
    if (!found) return ''
    const name = found.code.replace(/^(field|place)\./, '')
    const key = `failure.field_${name}`
    return te(key) ? t(key, { bound: found.bound ?? 0 }) : t('failure.field_other')
  }
}
