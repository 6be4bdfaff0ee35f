// The tree of places: asked for after sign-in, and kept in this browser (it is
// public), so that the server only has to say that it is still the same.
import { shallowRef } from 'vue'
import * as calls from '@/api/calls'
import type { Territory } from '@/api/types'
import { may, onSignIn, session } from '@/session/session'
import { indexOf, type Index, type Place } from './search'

export const territory = shallowRef<Index>(new Map())
let asked = false

const FORM = 1 // of what is kept
interface Kept {
  form: number
  etag: string
  answer: Territory
}
// A demonstration has invented places of its own.
const name = () => `hutong.territory${session.me?.demo ? '.demo' : ''}`

function kept(): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(name()) ?? 'null') as Kept | null
    return found?.form === FORM ? found : null
  } catch {
    return null
  }
}

function keep(etag: string, answer: Territory): void {
  try {
    localStorage.setItem(name(), JSON.stringify({ form: FORM, etag, answer }))
  } catch {
    // no room: it is asked for in full the next time
  }
}

async function load(): Promise<void> {
  if (asked || !may('read_territory')) return
  asked = true
  const known = kept()
  if (known && !territory.value.size) territory.value = indexOf(known.answer.nodes)
  try {
    const { data, etag } = await calls.readTerritory(known?.etag)
    if (!data) return
    territory.value = indexOf(data.nodes)
    if (etag) keep(etag, data)
  } catch {
    asked = false
    setTimeout(() => void load(), 4000)
  }
}

onSignIn(() => void load())

/** The city's own node stands above the counties and says nothing. */
const isCity = (place: Place) => place.code.endsWith('00') && place.code.length === 6

export const counties = (): Place[] =>
  [...territory.value.values()].filter((place) => place.code.length === 6 && !isCity(place))

/** The names from the county down, joined; a code that is not known as it is. */
export function pathOf(code: string | undefined): string {
  if (!code) return ''
  const place = territory.value.get(code)
  return place ? place.path.join(' · ') : code
}
