// A problem as one sentence in the language of the screen; with who can do it,
// where it says so.
import { refusals } from '@gen/refusals'
import { useI18n } from 'vue-i18n'
import { language } from '@/app/language'
import { UNREACHABLE, type Problem } from './http'

interface Words {
  zh: string
  en: string
  who_zh: string
  who_en: string
}

export function useSentence(): (problem: Problem) => string {
  const { t } = useI18n()
  return (problem) => {
    if (problem.code === UNREACHABLE) return t('failure.unreachable')
    const known = (refusals as Record<string, Words | undefined>)[problem.code]
    const text = known?.[language.value] || problem.title || t('failure.other')
    const who = known?.[`who_${language.value}`] || problem.who
    return who ? t('failure.who', { text, who }) : text
  }
}
