// tail.test.ts: what is read of a file that grows, shrinks, is replaced, rewritten or broken.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Skipped } from '#proto/agent.ts'
import { filesUnder, isInside } from './files.ts'
import { type Cursor, openRegular, type TailOptions, tail } from './tail.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-tail-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
function fresh(content: string | Buffer = ''): string {
  const path = join(folder, `${++count}.jsonl`)
  writeFileSync(path, content)
  return path
}

async function read(path: string, from?: Cursor, options?: TailOptions) {
  const texts: string[] = []
  const skipped: Skipped[] = []
  let cursor = from
  let restart: string | undefined
  let slices = 0
  for await (const slice of tail(path, from, options)) {
    texts.push(...slice.lines.map(({ text }) => text))
    skipped.push(...slice.skipped)
    cursor = slice.cursor
    restart ??= slice.restart
    slices++
  }
  return { texts, skipped, cursor: cursor as Cursor, restart, slices }
}

describe('a file that grows', () => {
  test('only new whole lines come, and nothing when nothing is new', async () => {
    const path = fresh('one\ntwo\n')
    const first = await read(path)
    expect(first.texts).toEqual(['one', 'two'])
    expect((await read(path, first.cursor)).slices).toBe(0)
    appendFileSync(path, 'three\n')
    const second = await read(path, first.cursor)
    expect(second.texts).toEqual(['three'])
    expect(second.cursor).toMatchObject({ offset: 14, line: 3 })
  })

  test('a line in two halves comes once, when it is whole', async () => {
    const path = fresh('one\n{"a":')
    const first = await read(path)
    expect(first.texts).toEqual(['one'])
    expect(first.cursor.offset).toBe(4)
    appendFileSync(path, '1}\n')
    expect((await read(path, first.cursor)).texts).toEqual(['{"a":1}'])
  })

  test('a last line without an end is told on request, and the cursor stays before it', async () => {
    const path = fresh('one\n{"a":1}')
    const first = await read(path, undefined, { unfinished: true })
    expect(first.texts).toEqual(['one', '{"a":1}'])
    expect(first.cursor).toMatchObject({ offset: 4, line: 1 })
    appendFileSync(path, '\n')
    expect((await read(path, first.cursor)).texts).toEqual(['{"a":1}'])
  })

  test('small slices give the same lines as large ones, and every cursor in between goes on exactly', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `${index}:${'x'.repeat(index % 97)}é`)
    const path = fresh(lines.map((line) => `${line}\n`).join(''))
    expect((await read(path, undefined, { sliceBytes: 64 })).texts).toEqual(lines)
    const seen: string[] = []
    for await (const slice of tail(path, undefined, { sliceBytes: 700 })) {
      seen.push(...slice.lines.map(({ text }) => text))
      expect([...seen, ...(await read(path, slice.cursor)).texts]).toEqual(lines)
    }
  })

  test('read only up to a byte, the line that this byte is in is left for the next reading', async () => {
    const path = fresh('old\nunfinished')
    const { texts, cursor } = await read(path, undefined, { until: 9 })
    expect(texts).toEqual(['old'])
    appendFileSync(path, ' line\nnew\n')
    expect((await read(path, cursor)).texts).toEqual(['unfinished line', 'new'])
  })
})

describe('a file that is no longer the same', () => {
  test('truncated, it is read from its beginning', async () => {
    const path = fresh('one\ntwo\nthree\n')
    const { cursor } = await read(path)
    truncateSync(path, 4)
    expect(await read(path, cursor)).toMatchObject({ texts: ['one'], restart: 'truncated' })
  })

  test('truncated and grown beyond the cursor again, it is read from its beginning', async () => {
    const path = fresh('one\ntwo\n')
    const { cursor } = await read(path)
    writeFileSync(path, 'eins\nzwei\ndrei\n')
    expect(await read(path, cursor)).toMatchObject({ texts: ['eins', 'zwei', 'drei'], restart: 'rewritten' })
  })

  test('replaced by another file of the same name, it is read from its beginning, and the rest of the old one stays readable', async () => {
    const path = fresh('one\n')
    const { cursor } = await read(path)
    const handle = await openRegular(path)
    appendFileSync(path, 'late\n')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'one\nnew\n')
    expect(await read(path, cursor)).toMatchObject({ texts: ['one', 'new'], restart: 'replaced' })
    expect((await read(path, cursor, { handle })).texts).toEqual(['late'])
    await handle.close()
  })

  test('rewritten in place with the same size, it is read from its beginning', async () => {
    const path = fresh('one\ntwo\n')
    const { cursor } = await read(path)
    await Bun.sleep(5)
    writeFileSync(path, 'one\nTWO\n')
    expect(await read(path, cursor)).toMatchObject({ texts: ['one', 'TWO'], restart: 'rewritten' })
  })

  test('touched without a change, it says nothing but remembers how it looks', async () => {
    const path = fresh('one\n')
    const { cursor } = await read(path)
    await Bun.sleep(5)
    writeFileSync(path, 'one\n')
    const again = await read(path, cursor)
    expect(again).toMatchObject({ texts: [], restart: undefined, slices: 1 })
    expect((await read(path, again.cursor)).slices).toBe(0)
  })
})

describe('broken bytes', () => {
  test('a byte order mark, carriage returns, blank lines and NULs around a line are no part of it', async () => {
    const path = fresh('\ufeff{"a":1}\r\n\r\n   \n\0\0\0{"b":2}\0\0\n')
    expect((await read(path)).texts).toEqual(['{"a":1}', '{"b":2}'])
  })

  test('invalid UTF-8 keeps the line with replacement characters and says where', async () => {
    const path = fresh(Buffer.concat([Buffer.from('{"a":"x'), Buffer.from([0xff]), Buffer.from('"}\nfine\n')]))
    const { texts, skipped } = await read(path)
    expect(texts).toEqual(['{"a":"x\ufffd"}', 'fine'])
    expect(skipped).toEqual([{ line: 1, reason: 'not valid UTF-8: read with replacement characters' }])
  })

  test('a line longer than can be is passed over with bounded memory, the next one is read', async () => {
    const path = fresh(Buffer.concat([Buffer.from('one\n'), Buffer.alloc(9_000_000, 'x'), Buffer.from('\ntwo\n')]))
    const { texts, skipped, cursor } = await read(path, undefined, { lineBytesMax: 1_000_000, sliceBytes: 65_536 })
    expect(texts).toEqual(['one', 'two'])
    expect(skipped).toEqual([{ line: 2, reason: 'a line of 9 MB is longer than a record can be' }])
    expect(cursor.line).toBe(3)
  })

  test('an overlong line without an end is passed over too, and the cursor waits before it', async () => {
    const path = fresh(Buffer.concat([Buffer.from('one\n'), Buffer.alloc(3_000_000, 'x')]))
    const { texts, cursor } = await read(path, undefined, { lineBytesMax: 1_000_000, unfinished: true })
    expect(texts).toEqual(['one'])
    expect(cursor.offset).toBe(4)
  })
})

describe('what lies in a folder', () => {
  test('only regular files inside the root are found; links, pipes and folders with such names are told', () => {
    const root = join(folder, 'root')
    const outside = join(folder, 'secret.jsonl')
    writeFileSync(outside, 'secret\n')
    mkdirSync(join(root, 'sub', 'dir.jsonl'), { recursive: true })
    writeFileSync(join(root, 'sub', 'good.jsonl'), 'x\n')
    writeFileSync(join(root, 'sub', 'dir.jsonl', 'deep.jsonl'), 'x\n')
    symlinkSync(outside, join(root, 'link.jsonl'))
    symlinkSync(folder, join(root, 'loop'))
    symlinkSync(join(folder, 'nowhere'), join(root, 'dangling.jsonl'))
    spawnSync('mkfifo', [join(root, 'pipe.jsonl')])
    const found = filesUnder(root, (path) => path.endsWith('.jsonl'))
    expect(found.files.map((path) => path.slice(root.length + 1))).toEqual([
      'sub/dir.jsonl/deep.jsonl',
      'sub/good.jsonl',
    ])
    expect(found.unreadable.map(({ path, reason }) => `${path.slice(root.length + 1)}: ${reason}`)).toEqual([
      'dangling.jsonl: a symbolic link, not a regular file',
      'link.jsonl: a symbolic link, not a regular file',
      'pipe.jsonl: a pipe, not a regular file',
    ])
  })

  test('opening a pipe or a link fails at once instead of waiting or following', async () => {
    const pipe = join(folder, 'waits.jsonl')
    spawnSync('mkfifo', [pipe])
    expect(openRegular(pipe)).rejects.toThrow()
    const link = join(folder, 'link-out.jsonl')
    symlinkSync('/etc/passwd', link)
    expect(openRegular(link)).rejects.toThrow()
    expect(isInside(join(folder, 'root'), '/etc/passwd')).toBe(false)
    expect(isInside(join(folder, 'root'), join(folder, 'root', 'sub', 'good.jsonl'))).toBe(true)
  })

  test('a missing root is empty, a root that is a file is that file', () => {
    expect(filesUnder(join(folder, 'none'), () => true)).toEqual({ files: [], unreadable: [] })
    const path = fresh('x\n')
    expect(filesUnder(path, () => true).files).toHaveLength(1)
  })
})
