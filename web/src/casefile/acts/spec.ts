// What each act asks for, in the order in which it is asked. One form draws
// them all; a body is what the server takes.
import * as lists from '@gen/lists'
import type { CaseRoute } from '@/api/calls'
import type { CaseFile, CaseRow } from '@/api/types'
import { categories } from '@/catalogue/categories'
import { QUESTIONS } from '@/intake/form'
import { session } from '@/session/session'
import {
  answers,
  codes,
  nowhere,
  placeInput,
  receiverInput,
  receivers,
  said,
  samePlace,
  text,
  where,
  type Answers,
  type Values,
  type Where,
} from './values'

export interface Ctx {
  file: CaseFile
  row: CaseRow
}
type Entry = { readonly code: string; readonly zh: string; readonly en: string }
type When = (values: Values, ctx: Ctx) => boolean

export type Kind =
  | 'prose'
  | 'line'
  | 'choice' // a few, side by side
  | 'select' // many
  | 'checks'
  | 'category'
  | 'child_types'
  | 'place'
  | 'screen'
  | 'situation'
  | 'unit'
  | 'receivers'
  | 'moment'

export interface Field {
  name: string
  kind: Kind
  label: string
  list?: readonly Entry[]
  words?: string // texts of the entries instead of the list's names
  more?: string // one sentence under it
  need?: boolean | When
  when?: When
  max?: number
  rows?: number
  all?: boolean // of checks: every one
}

export interface Act {
  act: string
  route: CaseRoute
  fields: readonly Field[]
  begin: (ctx: Ctx) => Values
  body: (values: Values, ctx: Ctx) => Record<string, unknown>
  red?: boolean
}

const YES_NO: readonly Entry[] = lists.tri.filter((one) => one.code !== 'unknown')
const yes = (name: string): When => (values) => values[name] === 'yes'
const no = (name: string): When => (values) => values[name] === 'no'
const words = (max = 5000, more: Partial<Field> = {}): Field => ({
  name: 'text',
  kind: 'prose',
  label: 'ask.text',
  max,
  ...more,
})
const plain = (names: readonly string[]) => (values: Values) =>
  said(Object.fromEntries(names.map((name) => [name, text(values, name)])))
const blank = (...names: string[]) => (): Values =>
  Object.fromEntries(names.map((name) => [name, '']))

/* --------------------------------------------------------------- triage -- */

const placeNow = ({ file, row }: Ctx): Where => ({
  code: row.place_unknown ? '' : (row.place_code ?? ''),
  unknown: row.place_unknown ?? false,
  text: file.place_text ?? '',
})
const placeAt = (code: string | undefined): Where => ({ ...nowhere(), code: code ?? '' })
const screenOf = ({ file }: Ctx): Answers =>
  Object.fromEntries(QUESTIONS.map((question) => [question, file.screen?.[question] ?? '']))

/** An emergency is expected: by the category, the signs, or what goes on. */
export const callsForEmergency: When = (values, { row }) => {
  if (row.ladder_state) return false
  return (
    categories.value.get(text(values, 'category'))?.urgency === 'most_urgent' ||
    Object.values(answers(values, 'screen')).includes('yes') ||
    ['now', 'threat'].includes(text(values, 'occurring')) ||
    row.danger === true
  )
}

const triage: Act = {
  act: 'triage_case',
  route: 'triage_case',
  fields: [
    { name: 'category', kind: 'category', label: 'ask.category', need: true },
    { name: 'urgency', kind: 'choice', label: 'ask.urgency', list: lists.urgency, need: true },
    { name: 'risk', kind: 'choice', label: 'ask.risk', list: lists.risk },
    { name: 'occurring', kind: 'choice', label: 'ask.occurring', list: lists.occurring },
    { name: 'place_now', kind: 'place', label: 'ask.place_now' },
    { name: 'place_event', kind: 'place', label: 'ask.place_event' },
    { name: 'place_home', kind: 'place', label: 'ask.place_home' },
    { name: 'place_household', kind: 'place', label: 'ask.place_household' },
    { name: 'screen', kind: 'screen', label: 'ask.screen' },
    {
      name: 'why_no_emergency',
      kind: 'prose',
      label: 'ask.why_no_emergency',
      more: 'ask.why_no_emergency_more',
      when: callsForEmergency,
      need: callsForEmergency,
      max: 2000,
      rows: 2,
    },
    { name: 'protections', kind: 'checks', label: 'ask.protections', list: lists.protection },
    { name: 'situation', kind: 'situation', label: 'ask.situation' },
    { name: 'child_types', kind: 'child_types', label: 'ask.child_types' },
    { name: 'category_2', kind: 'category', label: 'ask.category_2' },
    words(5000, { rows: 2 }),
  ],
  begin: (ctx) => ({
    category: ctx.row.category ?? '',
    category_2: ctx.file.category_2 ?? '',
    urgency: ctx.row.urgency ?? '',
    risk: ctx.row.risk ?? '',
    occurring: ctx.file.occurring ?? '',
    place_now: placeNow(ctx),
    place_event: placeAt(ctx.file.event_code),
    place_home: placeAt(ctx.file.home_code),
    place_household: placeAt(ctx.file.household_code),
    screen: screenOf(ctx),
    protections: [...(ctx.file.protections ?? [])],
    situation: ctx.file.situation ? String(ctx.file.situation) : '',
    child_types: [],
    why_no_emergency: '',
    text: '',
  }),
  body: (values, ctx) => {
    const moved = (name: string, was: Where) =>
      samePlace(where(values, name), was) ? undefined : placeInput(where(values, name))
    const screen = said(answers(values, 'screen'))
    return said({
      category: text(values, 'category'),
      category_2: text(values, 'category_2'),
      urgency: text(values, 'urgency'),
      risk: text(values, 'risk'),
      occurring: text(values, 'occurring'),
      place_now: moved('place_now', placeNow(ctx)),
      place_event: placeInput(where(values, 'place_event')),
      place_home: placeInput(where(values, 'place_home')),
      place_household: placeInput(where(values, 'place_household')),
      protections: codes(values, 'protections'),
      situation: text(values, 'situation') ? Number(text(values, 'situation')) : undefined,
      child_types: codes(values, 'child_types'),
      screen: Object.keys(screen).length ? screen : undefined,
      why_no_emergency: callsForEmergency(values, ctx) ? text(values, 'why_no_emergency') : '',
      text: text(values, 'text'),
    })
  },
}

/* ------------------------------------------------------------- dispatch -- */

const LEAD_FIELDS = ['child', 'address', 'guardian', 'narrative', 'suspect'] as const
const differs: When = (values, { file }) =>
  text(values, 'lead') !== '' && text(values, 'lead') !== (file.suggestion?.lead ?? '')

const dispatch: Act = {
  act: 'dispatch_case',
  route: 'dispatch_case',
  fields: [
    { name: 'lead', kind: 'unit', label: 'ask.lead', need: true },
    { name: 'text', kind: 'prose', label: 'ask.why_other_lead', max: 5000, rows: 2, when: differs, need: differs },
    { name: 'lead_fields', kind: 'checks', label: 'ask.lead_fields', list: lists.field_tick },
    { name: 'receivers', kind: 'receivers', label: 'ask.receivers' },
    words(5000, { label: 'ask.dispatch_text', rows: 2, when: (values, ctx) => !differs(values, ctx) }),
  ],
  begin: ({ file }) => ({
    lead: file.suggestion?.lead ?? (file.suggestion?.leads.length === 1 ? (file.suggestion.leads[0] ?? '') : ''),
    lead_fields: [...LEAD_FIELDS],
    receivers: (file.suggestion?.receivers ?? []).map((one) => ({
      unit: one.unit,
      informed_only: one.informed_only ?? false,
      fields: [],
    })),
    text: '',
  }),
  body: (values) =>
    said({
      lead: text(values, 'lead'),
      lead_fields: codes(values, 'lead_fields'),
      receivers: receivers(values, 'receivers').filter((one) => one.unit).map(receiverInput),
      text: text(values, 'text'),
    }),
}

/* ------------------------------------------------------------- handling -- */

const sign: Act = {
  act: 'sign_case',
  route: 'sign_case',
  fields: [
    { name: 'handler', kind: 'line', label: 'ask.handler', more: 'ask.handler_more', max: 32, need: true },
    { name: 'handler_name', kind: 'line', label: 'ask.handler_name', max: 60 },
    words(5000, { rows: 2 }),
  ],
  begin: () => ({
    handler: session.me?.login ?? '',
    handler_name: '',
    text: '',
  }),
  body: plain(['handler', 'handler_name', 'text']),
}

const firstContact: Act = {
  act: 'first_contact',
  route: 'record_first_contact',
  fields: [
    { name: 'text', kind: 'prose', label: 'ask.contact_text', need: true, max: 5000, rows: 4 },
    { name: 'child_seen', kind: 'choice', label: 'ask.child_seen', list: lists.tri },
    { name: 'occurred_at', kind: 'moment', label: 'ask.occurred_at' },
  ],
  begin: blank('text', 'child_seen', 'occurred_at'),
  body: plain(['text', 'child_seen', 'occurred_at']),
}

const unsafe: When = (values) =>
  text(values, 'child_safety') !== '' && text(values, 'child_safety') !== 'safe'
const told: When = (values) =>
  text(values, 'reply_method') !== '' && text(values, 'reply_method') !== 'not_told'

const result: Act = {
  act: 'submit_result',
  route: 'submit_result',
  fields: [
    { name: 'result_code', kind: 'select', label: 'ask.result_code', list: lists.result_code, need: true },
    { name: 'facts', kind: 'prose', label: 'ask.facts', need: true, max: 5000, rows: 4 },
    { name: 'measures', kind: 'prose', label: 'ask.measures', max: 5000, rows: 3 },
    { name: 'child_safety', kind: 'choice', label: 'ask.child_safety', list: lists.child_safety, need: true },
    { name: 'remaining', kind: 'prose', label: 'ask.remaining', max: 2000, rows: 2, need: unsafe },
    { name: 'risk_after', kind: 'choice', label: 'ask.risk_after', list: lists.risk },
    { name: 'basis', kind: 'prose', label: 'ask.basis', max: 2000, rows: 2 },
    { name: 'reply_method', kind: 'select', label: 'ask.reply_method', list: lists.reply_method },
    { name: 'replied_at', kind: 'moment', label: 'ask.replied_at', when: told },
    { name: 'reply_text', kind: 'prose', label: 'ask.reply_text', max: 2000, rows: 2, when: told },
    { name: 'signed_by', kind: 'line', label: 'ask.signed_by', max: 60 },
  ],
  begin: blank(
    'result_code', 'facts', 'measures', 'child_safety', 'remaining', 'risk_after', 'basis',
    'reply_method', 'replied_at', 'reply_text', 'signed_by',
  ),
  body: (values, ctx) => {
    const body = plain([
      'result_code', 'facts', 'basis', 'measures', 'child_safety', 'risk_after', 'reply_method',
      'remaining', 'signed_by',
    ])(values)
    if (!told(values, ctx)) return body
    return { ...body, ...plain(['replied_at', 'reply_text'])(values) }
  },
}

/* ------------------------------------------------- review and callback -- */

const review: Act = {
  act: 'review_result',
  route: 'review_result',
  fields: [
    { name: 'passed', kind: 'choice', label: 'ask.passed', list: YES_NO, words: 'verdict', need: true },
    { name: 'checked', kind: 'checks', label: 'ask.checked', list: lists.review_defect, words: 'check', when: yes('passed'), need: true, all: true },
    { name: 'defects', kind: 'checks', label: 'ask.defects', list: lists.review_defect, when: no('passed'), need: true },
    words(2000, { rows: 3 }),
  ],
  begin: () => ({ passed: '', checked: [], defects: [], text: '' }),
  body: (values) =>
    said({
      passed: text(values, 'passed') === 'yes',
      defects: text(values, 'passed') === 'no' ? codes(values, 'defects') : [],
      text: text(values, 'text'),
    }),
}

const asked: When = (values) => text(values, 'no_callback') === ''
const reached: When = (values) =>
  text(values, 'outcome') === 'connected' || text(values, 'outcome') === 'verified'
const displeased: When = (values, ctx) =>
  reached(values, ctx) && text(values, 'satisfaction').endsWith('dissatisfied')

const callback: Act = {
  act: 'record_callback',
  route: 'record_callback',
  fields: [
    { name: 'no_callback', kind: 'select', label: 'ask.no_callback', list: lists.no_callback, more: 'ask.no_callback_more' },
    { name: 'outcome', kind: 'choice', label: 'ask.callback_outcome', list: lists.callback_outcome, need: true },
    { name: 'handled', kind: 'choice', label: 'ask.handled', list: lists.tri, when: reached },
    { name: 'solved', kind: 'choice', label: 'ask.solved', list: lists.tri, when: reached },
    { name: 'satisfaction', kind: 'choice', label: 'ask.satisfaction', list: lists.satisfaction, when: (values, ctx) => reached(values, ctx) && asked(values, ctx) },
    { name: 'reason', kind: 'prose', label: 'ask.displeased', max: 2000, rows: 2, when: displeased, need: displeased },
    { name: 'new_danger', kind: 'choice', label: 'ask.new_danger', list: YES_NO, when: reached },
    words(5000, { label: 'ask.callback_text', rows: 3 }),
  ],
  begin: blank('no_callback', 'outcome', 'handled', 'solved', 'satisfaction', 'reason', 'new_danger', 'text'),
  body: (values, ctx) => {
    const body = plain(['no_callback', 'outcome', 'text'])(values)
    if (!reached(values, ctx)) return body
    return said({
      ...body,
      ...plain(['handled', 'solved', 'satisfaction', 'reason'])(values),
      new_danger: text(values, 'new_danger') === 'yes' ? true : undefined,
    })
  },
}

const redo: Act = {
  act: 'decide_redo',
  route: 'decide_redo',
  fields: [
    { name: 'justified', kind: 'choice', label: 'ask.justified', list: YES_NO, words: 'justified', need: true },
    { name: 'redo', kind: 'choice', label: 'ask.redo', list: YES_NO, words: 'redo', need: true },
    words(2000, { label: 'ask.reason', need: true, rows: 3 }),
  ],
  begin: blank('justified', 'redo', 'text'),
  body: (values) => ({
    redo: text(values, 'redo') === 'yes',
    justified: text(values, 'justified') === 'yes',
    text: text(values, 'text'),
  }),
}

/* -------------------------------------------------- closing and archive -- */

const close: Act = {
  act: 'close_case',
  route: 'close_case',
  fields: [
    { name: 'ground', kind: 'select', label: 'ask.ground', list: lists.close_ground, need: true },
    { name: 'risk_at_closing', kind: 'choice', label: 'ask.risk_at_closing', list: lists.risk },
    words(5000, { label: 'ask.best_interest', more: 'ask.best_interest_more', need: true, rows: 4 }),
  ],
  begin: ({ row }) => ({ ground: '', risk_at_closing: row.risk ?? '', text: '' }),
  body: plain(['ground', 'risk_at_closing', 'text']),
}

const checkArchive: Act = {
  act: 'check_archive',
  route: 'check_archive',
  fields: [
    { name: 'items', kind: 'checks', label: 'ask.items', list: lists.archive_item, more: 'ask.items_more', need: true },
    words(2000, { rows: 2 }),
  ],
  begin: ({ file }) => ({ items: [...(file.archive_items ?? [])], text: '' }),
  body: (values) => said({ items: codes(values, 'items'), text: text(values, 'text') }),
}

const archive: Act = {
  act: 'archive_case',
  route: 'archive_case',
  fields: [
    { name: 'retention', kind: 'choice', label: 'ask.retention', list: lists.retention, need: true },
    { name: 'secrecy', kind: 'choice', label: 'ask.secrecy', list: lists.secrecy, need: true },
    words(2000, { rows: 2 }),
  ],
  begin: blank('retention', 'secrecy', 'text'),
  body: plain(['retention', 'secrecy', 'text']),
}

const supplement: Act = {
  act: 'supplement_case',
  route: 'supplement_case',
  fields: [
    words(5000, { label: 'ask.supplement', need: true, rows: 4 }),
    { name: 'reason', kind: 'prose', label: 'ask.reason', need: true, max: 2000, rows: 2 },
  ],
  begin: blank('text', 'reason'),
  body: plain(['text', 'reason']),
}

/* ------------------------------------------------------ the short paths -- */

const answer: Act = {
  act: 'answer_case',
  route: 'answer_case',
  fields: [
    { name: 'category', kind: 'category', label: 'ask.category', need: true },
    words(5000, { label: 'ask.answer', need: true, rows: 4 }),
    { name: 'transferred_to', kind: 'line', label: 'ask.transferred_to', max: 100 },
  ],
  begin: ({ row }) => ({ category: row.category ?? '', text: '', transferred_to: '' }),
  body: plain(['category', 'text', 'transferred_to']),
}

const proposeRefusal: Act = {
  act: 'propose_refusal',
  route: 'propose_refusal',
  fields: [
    { name: 'reason', kind: 'select', label: 'ask.refuse_reason', list: lists.refuse_reason, need: true },
    { name: 'told', kind: 'prose', label: 'ask.told', more: 'ask.told_more', need: true, max: 2000, rows: 3 },
    { name: 'provisional', kind: 'choice', label: 'ask.provisional', list: YES_NO },
  ],
  begin: blank('reason', 'told', 'provisional'),
  body: (values) =>
    said({
      ...plain(['reason', 'told'])(values),
      provisional: text(values, 'provisional') === 'yes' ? true : undefined,
    }),
}

const decideRefusal: Act = {
  act: 'decide_refusal',
  route: 'decide_refusal',
  fields: [
    { name: 'confirmed', kind: 'choice', label: 'ask.confirmed', list: YES_NO, words: 'confirmed', need: true },
    words(2000, { rows: 3 }),
  ],
  begin: blank('confirmed', 'text'),
  body: (values) => said({ confirmed: text(values, 'confirmed') === 'yes', text: text(values, 'text') }),
}

const voidCase: Act = {
  act: 'void_case',
  route: 'void_case',
  fields: [words(2000, { label: 'ask.reason', need: true, rows: 3 })],
  begin: blank('text'),
  body: plain(['text']),
}

const changeUrgency: Act = {
  act: 'change_urgency',
  route: 'change_urgency',
  fields: [
    { name: 'urgency', kind: 'choice', label: 'ask.urgency', list: lists.urgency, need: true },
    words(2000, { label: 'ask.reason', need: true, rows: 3 }),
  ],
  begin: ({ row }) => ({ urgency: row.urgency ?? '', text: '' }),
  body: plain(['urgency', 'text']),
}

const startEmergency: Act = {
  act: 'raise_emergency',
  route: 'start_emergency',
  fields: [words(2000, { label: 'ask.emergency_text', rows: 3 })],
  begin: blank('text'),
  body: (values) => said({ trigger: 'red_key', text: text(values, 'text') }),
  red: true,
}

const standDown: Act = {
  act: 'stand_down',
  route: 'stand_down',
  fields: [words(2000, { label: 'ask.stand_down', more: 'ask.stand_down_more', need: true, rows: 3 })],
  begin: blank('text'),
  body: plain(['text']),
}

export const markLadder: Act = {
  act: 'mark_ladder',
  route: 'mark_ladder',
  fields: [
    { name: 'step', kind: 'select', label: 'ask.step', list: lists.ladder_step, need: true },
    { name: 'target', kind: 'select', label: 'ask.target', list: lists.ladder_target },
    { name: 'outcome', kind: 'choice', label: 'ask.ladder_outcome', list: lists.ladder_outcome, need: true },
    { name: 'person', kind: 'line', label: 'ask.person', max: 60 },
    { name: 'their_no', kind: 'line', label: 'ask.their_no', max: 60 },
    { name: 'occurred_at', kind: 'moment', label: 'ask.occurred_at' },
    words(2000, { rows: 2 }),
  ],
  begin: blank('step', 'target', 'outcome', 'person', 'their_no', 'occurred_at', 'text'),
  body: plain(['step', 'target', 'outcome', 'person', 'their_no', 'occurred_at', 'text']),
}

/** In the order of the path; what is rare and grave stands last. */
export const ACTS: readonly Act[] = [
  triage, dispatch, sign, firstContact, result, review, callback, redo, close, checkArchive,
  archive, supplement, answer, proposeRefusal, decideRefusal, standDown, changeUrgency,
  startEmergency, voidCase,
]

const ALIASES: Record<string, string> = {
  record_first_contact: 'first_contact',
  start_emergency: 'raise_emergency',
}
/** The act that a command is done under. */
export const actName = (name: string): string => ALIASES[name] ?? name
