// Words for what the wire says in codes: generated lists, and texts.
import * as lists from '@gen/lists'
import { useI18n } from 'vue-i18n'
import { language } from '@/app/language'

interface Entry {
  readonly code: string
  readonly zh: string
  readonly en: string
}

function byCode(list: readonly Entry[]) {
  const found = new Map(list.map((entry) => [entry.code, entry]))
  return (code: string | undefined): string =>
    code === undefined ? '' : (found.get(code)?.[language.value] ?? code)
}

export const names = {
  act: byCode(lists.act),
  archiveItem: byCode(lists.archive_item),
  callbackOutcome: byCode(lists.callback_outcome),
  callbackState: byCode(lists.callback_state),
  childSafety: byCode(lists.child_safety),
  clock: byCode(lists.due),
  closeGround: byCode(lists.close_ground),
  dispatchMode: byCode(lists.dispatch_mode),
  fieldTick: byCode(lists.field_tick),
  ladderOutcome: byCode(lists.ladder_outcome),
  ladderState: byCode(lists.ladder_state),
  ladderStep: byCode(lists.ladder_step),
  ladderTarget: byCode(lists.ladder_target),
  lamp: byCode(lists.lamp),
  noCallback: byCode(lists.no_callback),
  protection: byCode(lists.protection),
  refuseReason: byCode(lists.refuse_reason),
  replyMethod: byCode(lists.reply_method),
  resultCode: byCode(lists.result_code),
  retention: byCode(lists.retention),
  reviewDefect: byCode(lists.review_defect),
  satisfaction: byCode(lists.satisfaction),
  secrecy: byCode(lists.secrecy),
  stage: byCode(lists.stage),
  trigger: byCode(lists.emergency_trigger),
  channel: byCode(lists.channel),
  state: byCode(lists.case_state),
  language: byCode(lists.language),
  anonymity: byCode(lists.anonymity),
  occurring: byCode(lists.occurring),
  callerIs: byCode(lists.caller_is),
  closeReason: byCode(lists.close_reason),
  contactState: byCode(lists.contact_state),
  risk: byCode(lists.risk),
  sex: byCode(lists.sex),
  tri: byCode(lists.tri),
  urgency: byCode(lists.urgency),
}

/** What happened: an event's name in words, or as it came. */
export function useEventName(): (event: string | undefined) => string {
  const { t, te } = useI18n()
  return (event) => {
    if (!event) return ''
    return te(`event.${event}`) ? t(`event.${event}`) : event
  }
}
