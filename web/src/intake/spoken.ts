// Lines to read out to the caller. They are spoken, so they stay Chinese in
// both languages of the screen; the gloss beside them is a text of the screen.
export const LINES = [
  { key: 'greeting', zh: '您好，儿童救助保护热线。请问孩子现在安全吗？' },
  { key: 'bridging', zh: '我现在帮您接通110，请不要挂断。' },
  { key: 'place', zh: '孩子现在在哪里？说不清也没关系，说附近有什么。' },
  { key: 'anonymity', zh: '您可以不说自己是谁，我们会保密。' },
  { key: 'child', zh: '你很勇敢。你现在方便说话吗？不方便就敲一下电话。' },
  { key: 'leave', zh: '如果不安全，请先离开到安全的地方，我们等您再打来。' },
  { key: 'closing', zh: '还有没有关于孩子安全的事要告诉我们？' },
  { key: 'progress', zh: '您的查询码是……，不用报姓名也能查进度。' },
  { key: 'refusal', zh: '这件事按规定要通过……办理，我把途径告诉您。' },
] as const

export type LineKey = (typeof LINES)[number]['key']
export const lineOf = (key: LineKey): string => LINES.find((line) => line.key === key)?.zh ?? ''

/** Numbers that are the same in the whole country. */
export const PUBLIC_NUMBERS = [
  { phone: '110', target: 'p110' },
  { phone: '120', target: 'p120' },
  { phone: '119', target: 'p119' },
] as const
