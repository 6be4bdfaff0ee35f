// Which of the two languages the screens speak.
import { ref } from 'vue'

export type Language = 'zh' | 'en'
export const htmlLang: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

const STORE = 'hutong.language'

function remembered(): Language {
  const kept = read(STORE)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'zh'
}

export function read(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // a browser that keeps nothing asks again next time
  }
}

export const language = ref<Language>(remembered())

export const keepLanguage = (value: Language): void => {
  language.value = value
  remember(STORE, value)
}
