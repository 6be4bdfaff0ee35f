// Texts in both languages. Only the language in use is loaded.
import { createI18n } from 'vue-i18n'
import { htmlLang, keepLanguage, language, type Language } from './language'
import type zh from '@/text/zh.json'

type Texts = typeof zh

declare module 'vue-i18n' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  export interface DefineLocaleMessage extends Texts {}
}

const load: Record<Language, () => Promise<{ default: Texts }>> = {
  zh: () => import('@/text/zh.json'),
  en: () => import('@/text/en.json'),
}

export const i18n = createI18n<[Texts], Language, false>({
  legacy: false,
  locale: language.value,
  messages: {} as Record<Language, Texts>,
  missingWarn: false,
  fallbackWarn: false,
})

const have = new Set<Language>()

export async function speak(lang: Language): Promise<void> {
  if (!have.has(lang)) {
    i18n.global.setLocaleMessage(lang, (await load[lang]()).default)
    have.add(lang)
  }
  i18n.global.locale.value = lang
  keepLanguage(lang)
  document.documentElement.lang = htmlLang[lang]
}
