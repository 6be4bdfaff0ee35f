// Finding a place by Chinese, pinyin, initials or code. Several words narrow
// from the wide to the narrow: "gy js" is Jinshan town in Guyang county.
import type { TerritoryNode } from '@/api/types'

export interface Place {
  code: string
  name: string
  path: string[] // names from the county down
  chain: Place[] // those above, county first, itself last
  keys: string[] // name, initials, pinyin, code
  children: Place[]
}

export type Index = ReadonlyMap<string, Place>

const parentCode = (code: string): string =>
  code.length === 12 ? code.slice(0, 9) : code.length === 9 ? code.slice(0, 6) : ''

export function indexOf(nodes: readonly TerritoryNode[]): Index {
  const index = new Map<string, Place>()
  for (const node of [...nodes].sort((a, b) => a.code.length - b.code.length)) {
    const above = index.get(parentCode(node.code))
    const place: Place = {
      code: node.code,
      name: node.name,
      path: [...(above?.path ?? []), node.name],
      chain: [],
      keys: [node.name.toLowerCase(), node.initials ?? '', node.pinyin ?? '', node.code],
      children: [],
    }
    place.chain = [...(above?.chain ?? []), place]
    above?.children.push(place)
    index.set(node.code, place)
  }
  return index
}

/** The smaller the better; NaN does not fit. */
function rank(place: Place, word: string): number {
  const [name = '', initials = '', pinyin = '', code = ''] = place.keys
  if (name === word || initials === word) return 0
  if (name.startsWith(word)) return 1
  if (code.startsWith(word)) return 1
  if (initials.startsWith(word)) return 2
  if (pinyin.startsWith(word)) return 3
  if (name.includes(word)) return 4
  if (word.length > 1 && initials.includes(word)) return 5
  if (word.length > 2 && pinyin.includes(word)) return 6
  return Number.NaN
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
    const own = rank(place, last)
    if (Number.isNaN(own)) continue
    let score = own
    let from = 0
    for (const word of words) {
      const at = place.chain.findIndex(
        (above, i) => i >= from && above !== place && !Number.isNaN(rank(above, word)),
      )
      if (at < 0) {
        score = Number.NaN
        break
      }
      score += 0.1 * rank(place.chain[at] as Place, word)
      from = at + 1
    }
    if (!Number.isNaN(score)) found.push({ place, score: score + place.code.length / 100 })
  }
  return found
    .sort((a, b) => a.score - b.score || (a.place.code < b.place.code ? -1 : 1))
    .slice(0, most)
    .map(({ place }) => place)
}
