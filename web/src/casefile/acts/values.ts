// What a form of an act holds: flat, so that it can be kept as it is.
import type { FieldTick, PlaceInput, ReceiverInput, Tri } from '@/api/types'

export interface Where {
  code: string
  unknown: boolean
  text: string
}
export interface Receiver {
  unit: string
  informed_only: boolean
  fields: FieldTick[]
}
export type Answers = Record<string, Tri | ''>
export type Value = string | string[] | Where | Receiver[] | Answers
export type Values = Record<string, Value>

export const text = (values: Values, name: string): string => {
  const value = values[name]
  return typeof value === 'string' ? value.trim() : ''
}
export const codes = (values: Values, name: string): string[] => {
  const value = values[name]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
export const receivers = (values: Values, name: string): Receiver[] => {
  const value = values[name]
  return Array.isArray(value) ? value.filter((one): one is Receiver => typeof one === 'object') : []
}
export const where = (values: Values, name: string): Where => {
  const value = values[name]
  return value && typeof value === 'object' && !Array.isArray(value) && 'unknown' in value
    ? (value as Where)
    : nowhere()
}
export const answers = (values: Values, name: string): Answers => {
  const value = values[name]
  return value && typeof value === 'object' && !Array.isArray(value) ? (value as Answers) : {}
}

export const nowhere = (): Where => ({ code: '', unknown: false, text: '' })
export const isNowhere = (place: Where): boolean =>
  !place.code && !place.unknown && !place.text.trim()
export const samePlace = (a: Where, b: Where): boolean =>
  a.code === b.code && a.unknown === b.unknown && a.text.trim() === b.text.trim()

export function placeInput(place: Where): PlaceInput | undefined {
  if (isNowhere(place)) return undefined
  return {
    ...(place.code && !place.unknown ? { code: place.code } : {}),
    ...(place.unknown ? { unknown: true } : {}),
    ...(place.text.trim() ? { text: place.text.trim() } : {}),
  }
}

export const receiverInput = (one: Receiver): ReceiverInput => ({
  unit: one.unit,
  ...(one.informed_only ? { informed_only: true } : {}),
  ...(one.fields.length && !one.informed_only ? { fields: one.fields } : {}),
})

/** Without what was not said: no empty text, no empty list. */
export function said(body: Record<string, unknown>): Record<string, unknown> {
  const empty = (value: unknown) =>
    value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(body).filter(([, value]) => !empty(value)))
}
