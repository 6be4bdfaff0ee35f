// Matter categories and types of children: a city's decisions, read once after
// the sign-in; a code that is not known as it is.
import { shallowRef } from 'vue'
import { protection, urgency } from '@gen/lists'
import * as calls from '@/api/calls'
import type { Protection, Urgency } from '@/api/types'
import { language } from '@/app/language'
import { may, onSignIn } from '@/session/session'

export interface Named {
  code: string
  zh: string
  en: string
}
export interface Category extends Named {
  urgency: Urgency | ''
  urgencyNow: Urgency | '' // while it goes on
  protections: Protection[]
  situations: number[]
}

export const categories = shallowRef<ReadonlyMap<string, Category>>(new Map())
export const childTypes = shallowRef<readonly Named[]>([])
/** Situations of a mandatory report; the code is their number. */
export const situations = shallowRef<readonly Named[]>([])

type Loose = Record<string, unknown>
const list = (value: unknown): Loose[] =>
  Array.isArray(value) ? value.filter((one) => one && typeof one === 'object') : []
const word = (value: unknown): string => (typeof value === 'string' ? value : '')

const named = (one: Loose): Named => ({
  code: word(one.code),
  zh: word(one.zh),
  en: word(one.en),
})

export function categoryOf(one: Loose): Category {
  const grade = (value: unknown) => urgency.find((entry) => entry.code === value)?.code ?? ''
  const kinds = Array.isArray(one.protections) ? one.protections : []
  const numbers = Array.isArray(one.situations) ? one.situations : []
  return {
    ...named(one),
    urgency: grade(one.urgency),
    urgencyNow: grade(one.urgency_now ?? one.urgency),
    protections: protection.map((entry) => entry.code).filter((code) => kinds.includes(code)),
    situations: numbers.filter((n): n is number => typeof n === 'number'),
  }
}

let asked = false
async function load(): Promise<void> {
  if (asked || !may('read_catalogue')) return
  asked = true
  try {
    const content = (await calls.readCatalogue('categories')).content as Loose
    const found = list(content.categories).map(categoryOf)
    categories.value = new Map(found.map((one) => [one.code, one]))
    childTypes.value = list(content.child_types).map(named)
    situations.value = list(content.situations).map((one) => ({ ...named(one), code: String(one.number) }))
  } catch {
    asked = false
    setTimeout(() => void load(), 8000)
  }
}
onSignIn(() => void load())

export const categoryName = (code: string | undefined): string =>
  code === undefined ? '' : (categories.value.get(code)?.[language.value] ?? '')

/** C08 and its name. */
export const categoryText = (code: string | undefined): string =>
  code === undefined ? '' : `${code} ${categoryName(code)}`.trim()

export const situationName = (number: number | undefined): string =>
  situations.value.find((one) => one.code === String(number))?.[language.value] ?? ''

export const childTypeName = (code: string): string =>
  childTypes.value.find((one) => one.code === code)?.[language.value] ?? code

/** By code or by any of the words; by code first, then where the word begins. */
export function searchCategories(query: string, most = 80): Category[] {
  const words = query.toLowerCase().split(/[\s,，、]+/).filter(Boolean)
  const rank = (one: Category, text: string): number => {
    if (one.code.toLowerCase().startsWith(text)) return 0
    const at = `${one.zh} ${one.en.toLowerCase()}`.indexOf(text)
    return at < 0 ? Infinity : at === 0 ? 1 : 2
  }
  return [...categories.value.values()]
    .map((one) => ({ one, at: words.reduce((sum, text) => sum + rank(one, text), 0) }))
    .filter(({ at }) => at < Infinity)
    .sort((a, b) => a.at - b.at || (a.one.code < b.one.code ? -1 : 1))
    .slice(0, most)
    .map(({ one }) => one)
}
