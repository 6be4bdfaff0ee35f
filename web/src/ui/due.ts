// How long is left, in plain words, and how far something is over.
import { useI18n } from 'vue-i18n'
import { momentOf, now } from '@/app/clock'

const MINUTE = 60_000

export function useDue() {
  const { t } = useI18n()

  function span(ms: number): string {
    const minutes = Math.max(0, Math.floor(ms / MINUTE))
    if (minutes < 60) return t('time.minutes', { n: minutes })
    if (minutes < 48 * 60) return t('time.hours', { n: Math.floor(minutes / 60) })
    return t('time.days', { n: Math.floor(minutes / 1440) })
  }

  /** Empty when there is no clock. */
  function left(dueAt: string | undefined, at = now()): string {
    if (!dueAt) return ''
    const ms = Date.parse(dueAt) - at
    return ms < 0 ? t('due.over', { span: span(-ms) }) : t('due.left', { span: span(ms) })
  }

  const by = (dueAt: string | undefined): string =>
    dueAt ? t('due.by', { at: momentOf(dueAt) }) : ''

  const over = (dueAt: string | undefined, at = now()): boolean =>
    dueAt !== undefined && Date.parse(dueAt) < at

  return { span, left, by, over }
}
