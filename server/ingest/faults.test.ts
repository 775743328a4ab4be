import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noAttributes } from '#proto/attributes.ts'
import { cold, noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { StorageTrouble } from '../store/errors.ts'
import { openStore, type Store } from '../store/store.ts'
import type { Answer, Order } from './faults-process.ts'
import { createIngest, type Ingest } from './ingest.ts'

const folders: string[] = []
const newPath = () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-faults-'))
  folders.push(folder)
  return join(folder, 't.duckdb')
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A process with a disk of its own size; `ask` gives it an order and waits for the answer. */
async function withFullDisk(path: string, work: (ask: (order: Order) => Promise<Answer>) => Promise<void>) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'faults-process.ts'), path], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const lines = linesOf(child.stdout)
  try {
    await work(async (order) => {
      child.stdin.write(`${JSON.stringify(order)}\n`)
      child.stdin.flush()
      return JSON.parse((await lines.next()).value as string) as Answer
    })
    child.stdin.end()
    expect(await child.exited).toBe(0)
  } finally {
    child.kill()
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true })
    const lines = text.split('\n')
    text = lines.pop() as string
    yield* lines
  }
}

async function storedTwice(path: string) {
  const store = await openStore({ path })
  try {
    expect(store.notice).toBeUndefined()
    return await store.all('select event_name as id, count(*)::integer as times from logs group by 1 having times > 1')
  } finally {
    await store.close()
  }
}

const unlimited = Number.MAX_SAFE_INTEGER
const onLinux = describe.skipIf(process.platform !== 'linux')

onLinux('a full disk', () => {
  test('refuses what does not fit in the log, goes on reading, and takes the same again when there is room', async () => {
    const path = newPath()
    await withFullDisk(path, async (ask) => {
      expect(await ask({ send: 'before', bytes: 1000 })).toMatchObject({ status: 'stored', stored: 1 })
      await ask({ limitBytes: 2_000_000 })
      expect(await ask({ send: 'too large', bytes: 3_000_000 })).toMatchObject({
        refused: 'the database cannot be written to now',
        stored: 1,
      })
      expect(await ask({ send: 'too large', bytes: 3_000_000 })).toMatchObject({ stored: 1 })
      expect(await ask({ send: 'fits', bytes: 1000 })).toMatchObject({ status: 'stored', stored: 2 })
      await ask({ limitBytes: unlimited })
      expect(await ask({ send: 'too large', bytes: 3_000_000 })).toMatchObject({ status: 'stored', stored: 3 })
      expect(await ask({ send: 'too large', bytes: 3_000_000 })).toMatchObject({ status: 'duplicate', stored: 3 })
    })
    expect(await storedTwice(path)).toEqual([])
  })

  test('in the middle of a checkpoint costs no record that was acknowledged, and recovers without a restart', async () => {
    const path = newPath()
    await withFullDisk(path, async (ask) => {
      // The log may still grow, the file it has to go into may not.
      let stored = 0
      let databaseBytes = 0
      while (databaseBytes < 30_000_000) {
        const answer = await ask({ send: `before ${stored++}`, bytes: 6_000_000 })
        expect(answer).toMatchObject({ status: 'stored', stored })
        databaseBytes = (await ask({ checkpoint: true })).databaseBytes
      }
      await ask({ limitBytes: databaseBytes })
      for (; stored < 10; stored++) {
        const answer = await ask({ send: `during ${stored}`, bytes: 2_000_000 })
        expect(answer).toMatchObject({ status: 'stored', stored: stored + 1 })
      }
      const failed = await ask({ checkpoint: true })
      expect(failed).toMatchObject({ refused: 'StorageTrouble', stored })
      expect(failed.warnings.join()).toContain('the database was opened again')
      // The log still has room, until it has none.
      const refused: string[] = []
      for (let i = 0; i < 60 && refused.length < 2; i++) {
        const answer = await ask({ send: `after ${i}`, bytes: 4_000_000 })
        if (answer.status === 'stored') stored++
        else refused.push(`after ${i}`)
        expect(answer.stored).toBe(stored)
      }
      expect(refused.length).toBeGreaterThan(0)
      await ask({ limitBytes: unlimited })
      for (const send of refused)
        expect(await ask({ send, bytes: 4_000_000 })).toMatchObject({ status: 'stored', stored: ++stored })
    })
    expect(await storedTwice(path)).toEqual([])
  })
})

describe('a commit that fails halfway', () => {
  const record = (body: string): Telemetry => ({
    ...noTelemetry(),
    logs: [
      {
        resource: { attributes: noAttributes(), serviceName: 's', droppedAttributesCount: 0, schemaUrl: '' },
        scope: { name: '', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' },
        hot: cold(),
        timeUnixNano: 1n,
        observedTimeUnixNano: 0n,
        severityNumber: 0,
        severityText: '',
        eventName: '',
        body,
        attributes: noAttributes(),
        droppedAttributesCount: 0,
        flags: 0,
        traceId: '',
        spanId: '',
      },
    ],
  })
  const send = (ingest: Ingest, body: string) =>
    ingest.submit(record(body), { source: 'otlp_logs', bytes: 1, bodyHash: body }).then(
      ({ status }) => status,
      (error) => error.name,
    )
  const bodies = async (store: Store) => (await store.all('select body from logs order by 1')).map(({ body }) => body)

  /** The real store, whose next commits fail halfway: after they reached the disk, or before; or it cannot even be read. */
  async function withFaults(
    work: (
      ingest: Ingest,
      store: Store,
      faults: { commits: ('stored' | 'lost')[]; unreadable: boolean },
    ) => Promise<void>,
  ) {
    const store = await openStore({ path: newPath() })
    const faults = { commits: [] as ('stored' | 'lost')[], unreadable: false }
    const trouble = () => new StorageTrouble('fsync failed', true)
    const failing: Store = {
      ...store,
      all: (sql, params) => (faults.unreadable ? Promise.reject(trouble()) : store.all(sql, params)),
      async transaction(work) {
        const fault = faults.commits.shift()
        if (fault === undefined) return store.transaction(work)
        await store
          .transaction(async (tx) => {
            await work(tx)
            if (fault === 'lost') throw trouble()
          })
          .catch(() => {})
        throw trouble()
      },
    }
    try {
      const ingest = await createIngest({ store: failing })
      await work(ingest, store, faults)
      await ingest.close()
    } finally {
      await store.close()
    }
  }

  test('and was lost is made again', async () => {
    await withFaults(async (ingest, store, faults) => {
      faults.commits.push('lost')
      expect(await send(ingest, 'a')).toBe('stored')
      expect(await bodies(store)).toEqual(['a'])
    })
  })

  test('and is on disk is acknowledged and not made again', async () => {
    await withFaults(async (ingest, store, faults) => {
      faults.commits.push('stored')
      expect(await send(ingest, 'a')).toBe('stored')
      expect(await send(ingest, 'a')).toBe('duplicate')
      expect(await bodies(store)).toEqual(['a'])
    })
  })

  test.each(['stored', 'lost'] as const)(
    'on a disk that cannot be read is refused until its fate (%s) is known; sent again it is there once',
    async (fate) => {
      await withFaults(async (ingest, store, faults) => {
        faults.commits.push(fate)
        faults.unreadable = true
        expect(await send(ingest, 'a')).toBe('Unavailable')
        expect(await send(ingest, 'b')).toBe('Unavailable')
        faults.unreadable = false
        expect(await Promise.all([send(ingest, 'b'), send(ingest, 'a')])).toEqual([
          'stored',
          fate === 'stored' ? 'duplicate' : 'stored',
        ])
        expect(await bodies(store)).toEqual(['a', 'b'])
      })
    },
  )
})
