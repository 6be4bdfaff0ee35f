// Names of units, read once after sign-in; a code that is not known as it is.
import { shallowRef } from 'vue'
import * as calls from '@/api/calls'
import type { Unit } from '@/api/types'
import { language } from '@/app/language'
import { may, onSignIn } from '@/session/session'

export const units = shallowRef<ReadonlyMap<string, Unit>>(new Map())
let asked = false

async function load(): Promise<void> {
  if (asked || !may('read_territory')) return
  asked = true
  try {
    const answer = await calls.listUnits()
    units.value = new Map(answer.units.map((unit) => [unit.code, unit]))
  } catch {
    asked = false
    setTimeout(() => void load(), 4000)
  }
}

onSignIn(() => void load())

export const unitName = (code: string | undefined): string =>
  code === undefined ? '' : (units.value.get(code)?.[language.value] ?? code)
