// The tree of places, read once after sign-in.
import { shallowRef } from 'vue'
import * as calls from '@/api/calls'
import { may, onSignIn } from '@/session/session'
import { indexOf, type Index, type Place } from './search'

export const territory = shallowRef<Index>(new Map())
let asked = false

async function load(): Promise<void> {
  if (asked || !may('read_territory')) return
  asked = true
  try {
    territory.value = indexOf((await calls.readTerritory()).nodes)
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
