// The server's time, as well as this machine can tell it; times as text.
import { onScopeDispose, readonly, ref } from 'vue'

let offset = 0
let dayBase = 0 // the server's day, and when it said so
let dayBaseAt = 0

/** Takes the server's time from an answer that carries it. */
export function setClock(serverTime: string, day?: number): void {
  const at = Date.parse(serverTime)
  if (Number.isNaN(at)) return
  offset = at - Date.now()
  if (day) {
    dayBase = day
    dayBaseAt = at
  }
}

export const now = (): number => Date.now() + offset

const ZONE = 'Asia/Shanghai'
const dayForm = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})
const timeForm = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** 20261123. The server's word counts on the day it gave it. */
export function serverDay(): string {
  const today = dayForm.format(now())
  if (dayBase && today === dayForm.format(dayBaseAt)) return String(dayBase)
  return today.replaceAll('-', '')
}

const ms = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at))

export const dayOf = (at: string | number): string => dayForm.format(ms(at))
export const clockOf = (at: string | number): string => timeForm.format(ms(at))
export const shortClockOf = (at: string | number): string => clockOf(at).slice(0, 5)

/** 14:03 today, 11-22 14:03 this year, else the whole day. */
export function momentOf(at: string | number): string {
  const day = dayOf(at)
  const today = dayOf(now())
  if (day === today) return shortClockOf(at)
  if (day.slice(0, 4) === today.slice(0, 4)) return `${day.slice(5)} ${shortClockOf(at)}`
  return day
}

/** 02:05, or 1:02:05 from an hour on. */
export function spanOf(from: number, to = now()): string {
  const total = Math.max(0, Math.floor((to - from) / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const hours = Math.floor(total / 3600)
  const rest = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`
  return hours ? `${hours}:${rest}` : rest
}

const second = ref(now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The present, renewed each second while somebody looks. */
export function useSecond() {
  if (users++ === 0) {
    second.value = now()
    timer = setInterval(() => (second.value = now()), 1000)
  }
  onScopeDispose(() => {
    if (--users === 0) clearInterval(timer)
  })
  return readonly(second)
}
