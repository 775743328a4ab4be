// The tail reader against a model that is too simple to be wrong: whatever happens to a file, and however it is read, every whole line
// that was appended comes once, in order. FUZZ_SECONDS makes it run for so long.
import { afterAll, expect, test } from 'bun:test'
import { appendFileSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Skipped } from '#proto/agent.ts'
import { LineSplitter } from './lines.ts'
import { type Cursor, tail } from './tail.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-tail-model-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Pieces of lines: ends, carriage returns, marks, NULs, letters of several bytes, bytes that are none. */
const piece = fc.oneof(
  fc.constantFrom('\n', '\n', '\r\n', '\ufeff', '\u0000', ' ', 'ü', '\u{1f600}', '{"a":1}'),
  fc.string({ maxLength: 8 }),
  fc.uint8Array({ maxLength: 4 }),
)
const bytesOf = (pieces: (string | Uint8Array)[]) => Buffer.concat(pieces.map((one) => Buffer.from(one as string)))
const content = fc.array(piece, { maxLength: 40 }).map(bytesOf)

/** The lines of a whole text, said in the plainest way. */
function linesOf(whole: Buffer): string[] {
  return whole
    .toString('latin1')
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      Buffer.from(line, 'latin1')
        .toString('utf8')
        .replace(/^[\u0000 \t\r\ufeff]+|[\u0000 \t\r\ufeff]+$/g, ''),
    )
    .filter((line) => line !== '')
}

test('bytes in pieces of any size give the lines of the whole', () => {
  fc.assert(
    fc.property(content, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (whole, sizes) => {
      const splitter = new LineSplitter(0)
      const texts: string[] = []
      const numbers: number[] = []
      for (let at = 0, i = 0; at < whole.length; i++) {
        const size = sizes[i % sizes.length]!
        for (const { text, line } of splitter.push(whole.subarray(at, at + size), [])) {
          texts.push(text)
          numbers.push(line)
        }
        at += size
      }
      expect(texts).toEqual(linesOf(whole))
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
      expect(splitter.line).toBe(whole.filter((byte) => byte === 10).length)
      expect(splitter.pendingBytes).toBe(whole.length - (whole.lastIndexOf(10) + 1))
    }),
    { numRuns: 500, seed: 21 },
  )
})

test('a longer line than allowed is passed over whatever its pieces, and told by its number', () => {
  fc.assert(
    fc.property(content, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 }), (whole, size, max) => {
      const splitter = new LineSplitter(0, max)
      const skipped: Skipped[] = []
      const numbers = new Set<number>()
      for (let at = 0; at < whole.length; at += size)
        for (const { line } of splitter.push(whole.subarray(at, at + size), skipped)) numbers.add(line)
      const lengths = whole.toString('latin1').split('\n').slice(0, -1)
      const long = lengths.flatMap((line, i) => (line.length > max ? [i + 1] : []))
      expect(skipped.filter(({ reason }) => reason.includes('longer')).map(({ line }) => line)).toEqual(long)
      for (const line of long) expect(numbers.has(line)).toBe(false)
    }),
    { numRuns: 500, seed: 22 },
  )
})

type Step =
  | { kind: 'append'; bytes: Buffer }
  | { kind: 'rewrite'; bytes: Buffer }
  | { kind: 'replace'; bytes: Buffer }
  | { kind: 'truncate'; to: number }
  | { kind: 'read'; sliceBytes: number; take: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: content.map((bytes) => ({ kind: 'append' as const, bytes })) },
  { weight: 1, arbitrary: content.map((bytes) => ({ kind: 'rewrite' as const, bytes })) },
  { weight: 1, arbitrary: content.map((bytes) => ({ kind: 'replace' as const, bytes })) },
  { weight: 1, arbitrary: fc.nat(60).map((to) => ({ kind: 'truncate' as const, to })) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      sliceBytes: fc.integer({ min: 1, max: 50 }),
      // A reader that is killed takes only so many slices; their cursors are what it stored.
      take: fc.integer({ min: 1, max: 6 }),
    }),
  },
)

test('a file that grows, shrinks, is rewritten and replaced between readings that may end early is read right', async () => {
  let number = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const path = join(folder, `${++number}.jsonl`)
      writeFileSync(path, '')
      let now: Buffer = Buffer.alloc(0)
      let cursor: Cursor | undefined
      /** The lines before the cursor, as they were told. */
      let told: string[] = []
      const readSome = async (sliceBytes: number, take: number) => {
        for await (const slice of tail(path, cursor, { sliceBytes })) {
          if (slice.restart) told = []
          told.push(...slice.lines.map(({ text }) => text))
          cursor = JSON.parse(JSON.stringify(slice.cursor)) as Cursor
          // What was told so far is what stands before the cursor.
          expect(told).toEqual(linesOf(now.subarray(0, cursor.offset)))
          if (--take === 0) break
        }
      }
      for (const one of steps) {
        if (one.kind === 'read') await readSome(one.sliceBytes, one.take)
        else if (one.kind === 'append') {
          appendFileSync(path, one.bytes)
          now = Buffer.concat([now, one.bytes])
        } else if (one.kind === 'truncate') {
          truncateSync(path, Math.min(one.to, now.length))
          now = now.subarray(0, Math.min(one.to, now.length))
        } else {
          if (one.kind === 'rewrite') writeFileSync(path, one.bytes)
          else {
            writeFileSync(`${path}.new`, one.bytes)
            renameSync(`${path}.new`, path)
          }
          now = one.bytes
        }
      }
      await readSome(1000, Number.POSITIVE_INFINITY)
      expect(told).toEqual(linesOf(now))
      expect(statSync(path).size).toBe(now.length)
      rmSync(path)
    }),
    { numRuns: 150, seed: 23 },
  )
})
