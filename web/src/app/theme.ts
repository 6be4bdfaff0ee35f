// Light, dark, or what the machine says.
import { ref } from 'vue'
import { read, remember } from './language'

export type Theme = 'auto' | 'light' | 'dark'
const STORE = 'hutong.theme'
const machine = matchMedia('(prefers-color-scheme: dark)')

const kept = read(STORE)
export const theme = ref<Theme>(kept === 'light' || kept === 'dark' ? kept : 'auto')

function show(): void {
  const dark = theme.value === 'dark' || (theme.value === 'auto' && machine.matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
}

export function setTheme(value: Theme): void {
  theme.value = value
  remember(STORE, value)
  show()
}

machine.addEventListener('change', show)
show()
