// colors.ts: which colour a thing has. A colour is identity: given once, the same on every screen.
import { dictionary } from './dictionary.ts'

/** One of the eight chart colours. */
export type Hue = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** The CSS value of a slot, 1 to 8; anything else is what is not told apart. */
export function hueColor(hue: number): string {
  return hue >= 1 && hue <= 8 ? `var(--chart-${hue})` : 'var(--chart-rest)'
}

/** Fixed meanings (ui.md): token kinds. */
export const tokenKinds = [
  { key: 'inputTokens', label: 'Input', hue: 1 },
  { key: 'cacheReadTokens', label: 'Cache read', hue: 5 },
  { key: 'cacheWriteTokens', label: 'Cache write', hue: 3 },
  { key: 'outputTokens', label: 'Output', hue: 2 },
] as const

const kindHues = dictionary<Hue>({
  input: 1,
  prompt: 1,
  output: 2,
  completion: 2,
  cachecreation: 3,
  cachewrite: 3,
  cachewriteinput: 3,
  reasoning: 4,
  reasoningoutput: 4,
  thought: 4,
  cacheread: 5,
  cache: 5,
  cachedinput: 5,
  tool: 6,
})

/** The fixed colour of a token kind, however it is spelled (`cacheRead`, `cache_read`); `undefined` for any other word. */
export function tokenKindHue(word: string): Hue | undefined {
  return kindHues[word.toLowerCase().replace(/[^a-z]/g, '')]
}

/** FNV-1a, 32 bits: the same name has the same number on every machine. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) {
    hash ^= name.charCodeAt(index)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}

/**
 * Gives a name its slot: the one of its hash, or the next that is free while there is one, so that two of the first eight
 * names never look alike. `taken` is what earlier names got and is added to: the order decides.
 */
export function slotOf(name: string, taken: Map<string, Hue>): Hue {
  const known = taken.get(name)
  if (known) return known
  const first = hashName(name) % 8
  const used = new Set(taken.values())
  let hue = (first + 1) as Hue
  for (let step = 0; step < 8; step++) {
    const candidate = (((first + step) % 8) + 1) as Hue
    if (!used.has(candidate)) {
      hue = candidate
      break
    }
  }
  taken.set(name, hue)
  return hue
}

/** The slots of names in an order that all readers have. */
export function slotsOf(names: readonly string[]): Map<string, Hue> {
  const taken = new Map<string, Hue>()
  for (const name of names) slotOf(name, taken)
  return taken
}

const storageKey = 'telltale.slots'
const rememberedMax = 64
const slots = new Map<string, Map<string, Hue>>()

function remembered(kind: string): Map<string, Hue> {
  let known = slots.get(kind)
  if (known) return known
  known = new Map()
  slots.set(kind, known)
  try {
    const stored = JSON.parse(localStorage.getItem(`${storageKey}.${kind}`) ?? '[]') as unknown
    if (Array.isArray(stored)) {
      for (const [name, hue] of stored as [unknown, unknown][]) {
        if (typeof name === 'string' && typeof hue === 'number' && hue >= 1 && hue <= 8) known.set(name, hue as Hue)
      }
    }
  } catch {
    // Without a memory the slots are given anew on each visit.
  }
  return known
}

/** The slot of what no server gives an order to: an operation, an attribute's value …, kept in this browser. */
export function hueOf(kind: string, name: string): Hue {
  const taken = remembered(kind)
  const before = taken.size
  const hue = slotOf(name, taken)
  if (taken.size > before && taken.size <= rememberedMax) {
    try {
      localStorage.setItem(`${storageKey}.${kind}`, JSON.stringify([...taken]))
    } catch {
      // As above.
    }
  }
  return hue
}
