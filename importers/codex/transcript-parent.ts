// transcript-parent.ts: what a thread's parent wrote: which turns and totals a fork repeats from it.
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The parent's turns, and its cumulative totals in the order in which they were written. */
export type Parent = { turnIds: ReadonlySet<string>; totals: readonly string[] }

const remembered = new Map<string, { look: string; parent: Parent }>()
const rememberedMax = 16

/** The parent of a thread, from the file of its id in the same tree; nothing when it is not there any more. */
export function parentOf(path: string, parentId: string): Parent | undefined {
  const file = fileOfThread(path, parentId)
  if (!file || file === path) return undefined
  try {
    const { size, mtimeMs } = lstatSync(file)
    const look = `${size} ${mtimeMs}`
    const known = remembered.get(file)
    if (known?.look === look) return known.parent
    const parent = read(file)
    if (remembered.size >= rememberedMax) remembered.delete(remembered.keys().next().value as string)
    remembered.set(file, { look, parent })
    return parent
  } catch {
    return undefined
  }
}

/** The rollout of a thread. A thread's id holds its birth (UUIDv7), so its day's folder is looked into first. */
function fileOfThread(path: string, threadId: string): string | undefined {
  if (!/^[\w-]+$/.test(threadId)) return undefined
  const end = `-${threadId}.jsonl`
  const home = codexHome(path)
  const sessions = join(home, 'sessions')
  const born = bornAt(threadId)
  const days = born === undefined ? [] : [0, -1, 1].map((day) => new Date(born + day * 86_400_000))
  const likely = [
    dirname(path),
    ...days.map((date) => join(sessions, ...date.toISOString().slice(0, 10).split('-'))),
    join(home, 'archived_sessions'),
  ]
  for (const folder of likely) {
    const name = names(folder).find((name) => name.endsWith(end))
    if (name) return join(folder, name)
  }
  return deep(sessions, end, 3)
}

function bornAt(threadId: string): number | undefined {
  const hex = threadId.replaceAll('-', '')
  return isTimed(threadId) ? Number.parseInt(hex.slice(0, 12), 16) : undefined
}

const isTimed = (id: string) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?7/.test(id)

/** Whether a turn began after a thread was made, as far as their ids say when that was (UUIDv7): no history holds such a turn. */
export const beganAfter = (turnId: string, threadId: string) =>
  isTimed(turnId) && isTimed(threadId) && turnId > threadId

/** The folder that holds `sessions` and `archived_sessions`. */
function codexHome(path: string): string {
  let folder = dirname(path)
  for (let up = 0; up < 5; up++) {
    if (['sessions', 'archived_sessions'].includes(basename(folder))) return dirname(folder)
    folder = dirname(folder)
  }
  return dirname(path)
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function deep(folder: string, end: string, depth: number): string | undefined {
  for (const name of names(folder)) {
    if (name.endsWith(end)) return join(folder, name)
    if (depth > 0 && /^\d+$/.test(name)) {
      const found = deep(join(folder, name), end, depth - 1)
      if (found) return found
    }
  }
  return undefined
}

const chunkBytes = 1024 * 1024
/** Enough of the end of a chunk that what is looked for is never cut in two. */
const overlapChars = 400

/** Looks for ids and totals in the file's text; quotes inside of texts are escaped, so that they are not mistaken. */
function read(file: string): Parent {
  const turnIds = new Set<string>()
  const totals: string[] = []
  const descriptor = openSync(file, 'r')
  try {
    if (!fstatSync(descriptor).isFile()) return { turnIds, totals }
    const buffer = Buffer.alloc(chunkBytes)
    let before = ''
    let seenTo = 0
    let base = 0
    for (;;) {
      const bytes = readSync(descriptor, buffer, 0, chunkBytes, null)
      if (bytes === 0) break
      const text = before + buffer.toString('latin1', 0, bytes)
      for (const match of text.matchAll(/"turn_id":"([^"\\]{1,128})"|"total_token_usage":\{([^}]{1,300})\}/g)) {
        if (base + match.index < seenTo) continue
        if (match[1]) turnIds.add(match[1])
        else if (match[2]) totals.push(totalOf(`{${match[2]}}`))
        seenTo = base + match.index + match[0].length
      }
      before = text.slice(-overlapChars)
      base += text.length - before.length
    }
  } finally {
    closeSync(descriptor)
  }
  return { turnIds, totals }
}

function totalOf(json: string): string {
  try {
    return totalKey(JSON.parse(json) as Record<string, unknown>)
  } catch {
    return ''
  }
}

/** One cumulative total as text. */
export function totalKey(usage: Record<string, unknown>): string {
  return [usage.input_tokens, usage.cached_input_tokens, usage.output_tokens, usage.total_tokens].map(Number).join('/')
}
