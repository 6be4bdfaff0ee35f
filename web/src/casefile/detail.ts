// What an event says, in words: its open facts by the lists that they come
// from, and what was written. Facts that nobody can read are left out.
import { useI18n } from 'vue-i18n'
import type { TimelineEntry } from '@/api/types'
import { momentOf } from '@/app/clock'
import { categoryText, childTypeName } from '@/catalogue/categories'
import { QUESTIONS } from '@/intake/form'
import { names } from '@/ui/names'
import { unitName } from '@/ui/units'

export interface Said {
  name: string
  value: string
  hot?: boolean
}
type Loose = Record<string, unknown>
type Word = (value: string) => string

const same: Word = (value) => value
const BY_NAME: Record<string, Word> = {
  category: categoryText,
  category_2: categoryText,
  urgency: names.urgency,
  before: names.urgency,
  after: names.urgency,
  risk: names.risk,
  risk_after: names.risk,
  risk_at_closing: names.risk,
  occurring: names.occurring,
  protections: names.protection,
  child_types: childTypeName,
  lead: unitName,
  unit: unitName,
  mode: names.dispatchMode,
  lead_fields: names.fieldTick,
  handler: same,
  child_seen: names.tri,
  result_code: names.resultCode,
  child_safety: names.childSafety,
  reply_method: names.replyMethod,
  replied_at: momentOf,
  defects: names.reviewDefect,
  handled: names.tri,
  solved: names.tri,
  satisfaction: names.satisfaction,
  no_callback: names.noCallback,
  ground: names.closeGround,
  items: names.archiveItem,
  retention: names.retention,
  secrecy: names.secrecy,
  reason: names.refuseReason,
  trigger: names.trigger,
  target: names.ladderTarget,
  occurred_at: momentOf,
  clock: names.clock,
  deadline: same,
  due_at: momentOf,
  channel: names.channel,
}
const HOT = new Set(['new_danger', 'danger', 'clock', 'trigger'])
const FLAGS = [
  'new_danger', 'danger', 'cross_county', 'designated', 'redo_proposed', 'provisional', 'late',
  'confirmed', 'redo', 'justified', 'classified_later',
]
const NUMBERS = ['situation', 'attempt', 'redo_count', 'review_steps']

export function useDetail() {
  const { t, te } = useI18n()
  const label = (name: string) => (te(`fact.${name}`) ? t(`fact.${name}`) : '')

  function valueOf(event: string, name: string, value: unknown): string {
    if (name === 'outcome')
      return event === 'ladder_marked' ? names.ladderOutcome(String(value)) : names.callbackOutcome(String(value))
    if (name === 'step') return event === 'ladder_marked' ? `${value} ${names.ladderStep(String(value))}` : String(value)
    if (name === 'receivers' && Array.isArray(value))
      return value.map((one: Loose) => unitName(String(one.unit))).join(t('ask.comma'))
    if (FLAGS.includes(name)) return names.tri(value === true ? 'yes' : 'no')
    if (NUMBERS.includes(name)) return String(value)
    const word = BY_NAME[name]
    if (!word) return ''
    return Array.isArray(value) ? value.map((one) => word(String(one))).join(t('ask.comma')) : word(String(value))
  }

  function starts(move: Loose): Said[] {
    const list = Array.isArray(move.starts) ? (move.starts as Loose[]) : []
    return list
      .filter((one) => typeof one.due_at === 'string')
      .map((one) => ({
        name: t('fact.clock_starts', { clock: names.clock(String(one.clock)), code: String(one.deadline ?? '') }),
        value: t('due.by', { at: momentOf(String(one.due_at)) }),
      }))
  }

  /** False flags say nothing; a false decision does. */
  const DECISIONS = new Set(['confirmed', 'redo', 'justified'])
  function factsOf(entry: TimelineEntry): Said[] {
    if (!entry.detail || typeof entry.detail !== 'object') return []
    const found: Said[] = []
    for (const [name, value] of Object.entries(entry.detail as Loose)) {
      if (name === 'move' && value && typeof value === 'object') {
        found.push(...starts(value as Loose))
        continue
      }
      if (value === null || value === '' || (value === false && !DECISIONS.has(name))) continue
      if (Array.isArray(value) && !value.length) continue
      const text = valueOf(entry.event, name, value)
      if (text && label(name)) found.push({ name: label(name), value: text, hot: HOT.has(name) })
    }
    return found
  }

  function screen(value: Loose): string {
    return QUESTIONS.filter((question) => value[question])
      .map((question) => `${question.toUpperCase()} ${names.tri(String(value[question]))}`)
      .join(t('ask.comma'))
  }

  function wordsOf(entry: TimelineEntry): Said[] {
    if (!entry.words || typeof entry.words !== 'object') return []
    const found: Said[] = []
    for (const [name, value] of Object.entries(entry.words as Loose)) {
      const text = name === 'screen' && value && typeof value === 'object' ? screen(value as Loose) : value
      if (typeof text === 'string' && text && text !== entry.note)
        found.push({ name: te(`word.${name}`) ? t(`word.${name}`) : '', value: text })
    }
    return found
  }

  return { factsOf, wordsOf }
}
