// What is asked during a contact. Nothing but the words and a place is needed.
import type {
  Anonymity,
  CallerIs,
  Language,
  Occurring,
  RegisterCase,
  Sex,
  Tri,
} from '@/api/types'

export const QUESTIONS = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8'] as const
export type Question = (typeof QUESTIONS)[number]
export const MOST_CHILDREN = 8

export interface ChildForm {
  name: string
  sex: Sex | ''
  age: string
  school: string
}

export interface Form {
  matter: string
  place: { code: string; unknown: boolean; text: string }
  occurring: Occurring | ''
  language: Language | ''
  anonymity: Anonymity | ''
  screen: Record<Question, Tri | ''>
  reporter: {
    name: string
    caller_is: CallerIs | ''
    phone: string
    callback_phone: string
    safe_time: string
    wants_reply: Tri | ''
  }
  children: ChildForm[]
  avoid_contact: string
}

export const emptyChild = (): ChildForm => ({ name: '', sex: '', age: '', school: '' })

export const emptyForm = (): Form => ({
  matter: '',
  place: { code: '', unknown: false, text: '' },
  occurring: '',
  language: '',
  anonymity: '',
  screen: { r1: '', r2: '', r3: '', r4: '', r5: '', r6: '', r7: '', r8: '' },
  reporter: {
    name: '',
    caller_is: '',
    phone: '',
    callback_phone: '',
    safe_time: '',
    wants_reply: '',
  },
  children: [emptyChild()],
  avoid_contact: '',
})

type Loose = Record<string, unknown>
const loose = (value: unknown): Loose =>
  value && typeof value === 'object' && !Array.isArray(value) ? (value as Loose) : {}

/** A form of the present shape, out of whatever was kept. */
export function formOf(value: unknown): Form {
  const given = loose(value)
  const form = emptyForm()
  const text = (from: Loose, name: string) =>
    typeof from[name] === 'string' ? (from[name] as string) : ''
  const fill = (to: object, from: Loose) => {
    for (const [name, was] of Object.entries(to))
      if (typeof was === 'string') (to as Loose)[name] = text(from, name)
  }
  fill(form, given)
  fill(form.place, loose(given.place))
  form.place.unknown = loose(given.place).unknown === true
  fill(form.screen, loose(given.screen))
  fill(form.reporter, loose(given.reporter))
  const children = Array.isArray(given.children) ? given.children : []
  form.children = children.slice(0, MOST_CHILDREN).map((one) => {
    const child = emptyChild()
    fill(child, loose(one))
    return child
  })
  if (!form.children.length) form.children.push(emptyChild())
  return form
}

const EMPTY = JSON.stringify(emptyForm())
export const sameForm = (a: Form, b: Form): boolean =>
  JSON.stringify(formOf(a)) === JSON.stringify(formOf(b))
export const isEmpty = (form: Form): boolean => JSON.stringify(formOf(form)) === EMPTY

/** Any danger sign answered with yes. */
export const inDanger = (form: Form): boolean =>
  QUESTIONS.some((question) => form.screen[question] === 'yes')

export type Lack = 'matter' | 'place'

/** What still has to be there before the case can be registered. */
export function lacks(form: Form): Lack[] {
  const found: Lack[] = []
  if (!form.matter.trim()) found.push('matter')
  if (!form.place.code && !form.place.unknown && !form.place.text.trim()) found.push('place')
  return found
}

/** Leaves out what was not said. */
function said<T extends object>(value: T): Partial<T> | undefined {
  const kept = Object.entries(value).filter(
    ([, v]) => v !== undefined && v !== false && (typeof v !== 'string' || v.trim() !== ''),
  )
  return kept.length ? (Object.fromEntries(kept) as Partial<T>) : undefined
}

export type Registration = Omit<RegisterCase, 'contact_id' | 'draft_version'>

const age = (text: string): number | undefined => {
  const years = Number.parseInt(text, 10)
  return years >= 0 && years <= 18 ? years : undefined
}

export function registrationOf(form: Form): Registration {
  const children = form.children
    .map((child) =>
      said({
        name: child.name.trim(),
        sex: child.sex || undefined,
        age_years: age(child.age),
        school: child.school.trim(),
      }),
    )
    .filter((child) => child !== undefined)
  const whole = {
    matter: form.matter.trim(),
    place_now: said({
      code: form.place.unknown ? '' : form.place.code,
      unknown: form.place.unknown,
      text: form.place.text.trim(),
    }) ?? {},
    occurring: form.occurring || undefined,
    language: form.language || undefined,
    anonymity: form.anonymity || undefined,
    reporter: said({ ...form.reporter, caller_is: form.reporter.caller_is || undefined }),
    children: children.length ? children : undefined,
    screen: said(form.screen),
    avoid_contact: form.avoid_contact.trim() || undefined,
  }
  return JSON.parse(JSON.stringify(whole)) as Registration
}
