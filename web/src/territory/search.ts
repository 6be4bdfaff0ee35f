// Finding a place by Chinese, pinyin, initials or code, and by other names that
// people use. Several words narrow from the wide to the narrow: "gy js" is
// Jinshan town in Guyang county.
import type { TerritoryNode } from '@/api/types'

interface Name {
  name: string
  pinyin: string
  initials: string
}

export interface Place {
  code: string
  name: string
  path: string[] // names from the county down
  chain: Place[] // those above, county first, itself last
  names: Name[] // its own first, then what people also say
  children: Place[]
}

export type Index = ReadonlyMap<string, Place>

const parentCode = (code: string): string =>
  code.length === 12 ? code.slice(0, 9) : code.length === 9 ? code.slice(0, 6) : ''

function namesOf(node: TerritoryNode): Name[] {
  const names = [{ name: node.name, pinyin: node.pinyin ?? '', initials: node.initials ?? '' }]
  const also = node.also?.split(' ') ?? [] // name, pinyin, initials, and again
  for (let i = 0; i + 2 < also.length; i += 3)
    names.push({ name: also[i] ?? '', pinyin: also[i + 1] ?? '', initials: also[i + 2] ?? '' })
  return names
}

export function indexOf(nodes: readonly TerritoryNode[]): Index {
  const index = new Map<string, Place>()
  for (const node of [...nodes].sort((a, b) => a.code.length - b.code.length)) {
    const above = index.get(parentCode(node.code))
    const place: Place = {
      code: node.code,
      name: node.name,
      path: [...(above?.path ?? []), node.name],
      chain: [],
      names: namesOf(node),
      children: [],
    }
    place.chain = [...(above?.chain ?? []), place]
    above?.children.push(place)
    index.set(node.code, place)
  }
  return index
}

/** The smaller the better; infinite: it does not fit. */
function rankOf({ name, pinyin, initials }: Name, word: string): number {
  const own = name.toLowerCase()
  if (own === word || initials === word) return 0
  if (own.startsWith(word)) return 1
  if (initials.startsWith(word)) return 2
  if (pinyin.startsWith(word)) return 3
  if (own.includes(word)) return 4
  if (word.length > 1 && initials.includes(word)) return 5
  if (word.length > 2 && pinyin.includes(word)) return 6
  return Infinity
}

function rank(place: Place, word: string): number {
  const [own, ...others] = place.names.map((name) => rankOf(name, word))
  const code = place.code.startsWith(word) ? 1 : Infinity
  return Math.min(own ?? Infinity, code, ...others.map((one) => one + 0.5))
}

/** What an input method shows while it composes counts too: gu'yang. */
const wordsOf = (query: string): string[] =>
  query
    .toLowerCase()
    .replace(/['\u2019\u00b7]/g, '')
    .split(/[\s,/]+/)
    .filter(Boolean)

export function search(index: Index, query: string, most = 12): Place[] {
  const words = wordsOf(query)
  const last = words.pop()
  if (last === undefined) return []
  const found: { place: Place; score: number }[] = []
  for (const place of index.values()) {
    let score = rank(place, last)
    let from = 0
    for (const word of words) {
      if (score === Infinity) break
      const at = place.chain.findIndex(
        (above, i) => i >= from && above !== place && rank(above, word) < Infinity,
      )
      score = at < 0 ? Infinity : score + 0.1 * rank(place.chain[at] as Place, word)
      from = at + 1
    }
    if (score < Infinity) found.push({ place, score: score + place.code.length / 100 })
  }
  return found
    .sort((a, b) => a.score - b.score || (a.place.code < b.place.code ? -1 : 1))
    .slice(0, most)
    .map(({ place }) => place)
}

/** The other name under which a place was found, if it was under none of its own. */
export function calledBy(place: Place, query: string): string {
  const last = wordsOf(query).pop()
  if (last === undefined || place.code.startsWith(last)) return ''
  const [own, ...others] = place.names.map((name) => ({ name: name.name, at: rankOf(name, last) }))
  const best = others.sort((a, b) => a.at - b.at)[0]
  return best && best.at < (own?.at ?? Infinity) ? best.name : ''
}
