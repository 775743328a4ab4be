// ingest.test.ts: what becomes of batches: stored once, whole, or not at all.
import { describe, expect, test } from 'bun:test'
import { noAttributes } from '#proto/attributes.ts'
import { cold, type LogRecord, noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import type { Store } from '../store/store.ts'
import { type Ingest, Unavailable } from './ingest.ts'
import type { Stage } from './stage.ts'
import { newPath, resource, scope, withIngest } from './testing.ts'

function logs(...bodies: string[]): Telemetry {
  const records = bodies.map(
    (body): LogRecord => ({
      resource: resource(),
      scope,
      hot: cold(),
      timeUnixNano: 5n,
      observedTimeUnixNano: 0n,
      severityNumber: 9,
      severityText: 'INFO',
      eventName: '',
      body,
      attributes: noAttributes(),
      droppedAttributesCount: 0,
      flags: 0,
      traceId: '',
      spanId: '',
    }),
  )
  return { ...noTelemetry(), logs: records }
}
const bodiesOf = async (store: Store) => (await store.all('select body from logs order by body')).map((row) => row.body)

describe('submit', () => {
  test('resolves when the records can be read, and tells the listeners after that', async () => {
    await withIngest(async (ingest, store) => {
      const heard: number[] = []
      ingest.onCommit((telemetry) => heard.push(telemetry.logs.length))
      expect(await ingest.submit(logs('a', 'b'), { source: 'otlp_logs', bytes: 10 })).toEqual({
        status: 'stored',
        rejected: 0,
        message: '',
      })
      expect(await bodiesOf(store)).toEqual(['a', 'b'])
      expect(heard).toEqual([2])
    })
  })

  test('many at once are all stored, once', async () => {
    await withIngest(async (ingest, store) => {
      await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          ingest.submit(logs(`n${i}`), { source: 'otlp_logs', bytes: 10, bodyHash: `h${i}` }),
        ),
      )
      expect(await store.all('select count(*) as n, count(distinct body) as d from logs')).toEqual([
        { n: 200n, d: 200n },
      ])
    })
  })

  test('a body sent again is acknowledged with the first answer and not stored twice, also at once and after a restart', async () => {
    const path = newPath()
    const send = (ingest: Ingest) =>
      ingest.submit(logs('once'), {
        source: 'otlp_logs',
        bytes: 10,
        bodyHash: 'same',
        rejected: 2,
        message: 'two were bad',
      })
    await withIngest(
      async (ingest) => {
        const receipts = await Promise.all([send(ingest), send(ingest), send(ingest)])
        expect(receipts.map((receipt) => receipt.status).sort()).toEqual(['duplicate', 'duplicate', 'stored'])
      },
      {},
      path,
    )
    await withIngest(
      async (ingest, store) => {
        expect(await send(ingest)).toEqual({ status: 'duplicate', rejected: 2, message: 'two were bad' })
        expect(await bodiesOf(store)).toEqual(['once'])
      },
      {},
      path,
    )
  })

  test('when the queue is full the batch is refused with a time to come back, and taken later', async () => {
    await withIngest(
      async (ingest, store) => {
        const first = ingest.submit(logs('big'), { source: 'otlp_logs', bytes: 900 })
        const second = ingest.submit(logs('late'), { source: 'otlp_logs', bytes: 900 })
        expect(second).rejects.toBeInstanceOf(Unavailable)
        await second.catch((error: Unavailable) => expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(1))
        await first
        await ingest.drain()
        await ingest.submit(logs('late'), { source: 'otlp_logs', bytes: 900 })
        expect(await bodiesOf(store)).toEqual(['big', 'late'])
      },
      { queueBytesMax: 1000 },
    )
  })

  test('a stage that fails on one batch does not take the others with it', async () => {
    const picky: Stage = {
      async apply(_tx, { telemetry }) {
        if (telemetry.logs.some((log) => log.body === 'poison')) throw new Error('cannot')
        return { committed() {}, rolledBack() {} }
      },
    }
    await withIngest(
      async (ingest, store) => {
        const results = await Promise.allSettled(
          ['a', 'poison', 'b'].map((body) => ingest.submit(logs(body), { source: 'otlp_logs', bytes: 1 })),
        )
        expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        expect(await bodiesOf(store)).toEqual(['a', 'b'])
      },
      { stages: [picky] },
    )
  })

  test('what the ledger cannot take costs what was made of the records, not the records, and no others', async () => {
    const warnings: string[] = []
    const picky: Stage = {
      async apply(_tx, { telemetry }) {
        if (telemetry.sessions.some(({ title }) => title === 'poison')) throw new Error('cannot')
        return { committed() {}, rolledBack() {} }
      },
    }
    const titled = (title: string): Telemetry => ({
      ...logs(title),
      sessions: [{ tool: 'shop', source: 'otlp_logs', sessionId: title, lastTimeUnixNano: 5n, title }],
    })
    await withIngest(
      async (ingest, store) => {
        const sent = ['a', 'poison', 'b'].map((title) =>
          ingest.submit(titled(title), { source: 'otlp_logs', bytes: 1 }),
        )
        expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(['stored', 'stored', 'stored'])
        expect(await bodiesOf(store)).toEqual(['a', 'b', 'poison'])
        expect(ingest.stats()).toMatchObject({ untranslatedBatches: 1, failedBatches: 0 })
        expect(warnings.join()).toContain('stored as they came: cannot')
        // A file's cursor must not move past what was not kept.
        const alongside = async () => {}
        const file = ingest.submit(titled('poison'), { source: 'transcript', bytes: 1, alongside })
        await expect(file).rejects.toThrow(Unavailable)
      },
      { stages: [picky], warn: (message) => warnings.push(message) },
    )
  })

  test('a translator that throws costs the translation, not the records', async () => {
    const warnings: string[] = []
    await withIngest(
      async (ingest, store) => {
        await ingest.submit(logs('kept'), { source: 'otlp_logs', bytes: 1 })
        expect(await bodiesOf(store)).toEqual(['kept'])
        expect(ingest.stats().untranslatedBatches).toBe(1)
        expect(warnings[0]).toContain('stored as they came')
      },
      {
        // biome-ignore lint/correctness/useYield: it throws before it would.
        *translate() {
          throw new Error('unreadable')
        },
        warn: (message) => warnings.push(message),
      },
    )
  })

  test('a translator that throws on the records of one sender still gets those of the others', async () => {
    const named = (serviceName: string) => {
      const telemetry = logs(serviceName)
      for (const log of telemetry.logs) log.resource.serviceName = serviceName
      return telemetry
    }
    const mixed = { ...noTelemetry(), logs: [...named('good').logs, ...named('bad').logs, ...named('fine').logs] }
    await withIngest(
      async (ingest, store) => {
        await ingest.submit(mixed, { source: 'otlp_logs', bytes: 1 })
        expect(await store.all('select service_name as s, tool as t from logs order by 1')).toEqual([
          { s: 'bad', t: null },
          { s: 'fine', t: 'translated' },
          { s: 'good', t: 'translated' },
        ])
        expect(ingest.stats().untranslatedBatches).toBe(1)
      },
      {
        *translate(telemetry) {
          if (telemetry.logs.some((log) => log.resource.serviceName === 'bad')) throw new Error('unreadable')
          for (const log of telemetry.logs) log.hot.tool = 'translated'
          return telemetry
        },
      },
    )
  })

  test("what a sender with a token of its own sends is that user's, where it names nobody", async () => {
    await withIngest(async (ingest, store) => {
      const telemetry = logs('named', 'unnamed')
      telemetry.logs[0]!.hot.user = 'ada'
      await ingest.submit(telemetry, { source: 'otlp_logs', bytes: 1, user: 'grace' })
      expect(await store.all('select body as b, "user" as u from logs order by 1')).toEqual([
        { b: 'named', u: 'ada' },
        { b: 'unnamed', u: 'grace' },
      ])
    })
  })

  test('a listener that throws harms neither the sender nor the next group', async () => {
    const warnings: string[] = []
    await withIngest(
      async (ingest, store) => {
        ingest.onCommit(() => {
          throw new Error('deaf')
        })
        await ingest.submit(logs('a'), { source: 'otlp_logs', bytes: 1 })
        await ingest.submit(logs('b'), { source: 'otlp_logs', bytes: 1 })
        expect(await bodiesOf(store)).toEqual(['a', 'b'])
        expect(warnings.length).toBe(2)
      },
      { warn: (message) => warnings.push(message) },
    )
  })

  test('after close nothing is taken, and what was taken before is stored', async () => {
    await withIngest(async (ingest, store) => {
      const taken = ingest.submit(logs('a'), { source: 'otlp_logs', bytes: 1 })
      const closing = ingest.close()
      await expect(ingest.submit(logs('b'), { source: 'otlp_logs', bytes: 1 })).rejects.toBeInstanceOf(Unavailable)
      await Promise.all([taken, closing])
      expect(await bodiesOf(store)).toEqual(['a'])
    })
  })

  test('a request of more records than a group takes is stored whole, and others get their turn', async () => {
    await withIngest(async (ingest, store) => {
      const many = logs(...Array.from({ length: 30_000 }, (_, i) => `n${i}`))
      let turns = 0
      const ticking = setInterval(() => turns++, 1)
      await ingest.submit(many, { source: 'otlp_logs', bytes: 1 })
      clearInterval(ticking)
      expect(turns).toBeGreaterThan(3)
      expect(await store.all('select count(distinct body)::integer as n from logs')).toEqual([{ n: 30_000 }])
    })
  })

  test('a stage that takes its time after the commit is waited for, by the sender and by the next group', async () => {
    const events: string[] = []
    const slow: Stage = {
      async apply(_tx, { batch }) {
        events.push(`apply ${batch}`)
        return {
          async committed() {
            for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
            events.push(`committed ${batch}`)
          },
          rolledBack() {},
        }
      },
    }
    await withIngest(
      async (ingest) => {
        const first = ingest.submit(logs('a'), { source: 'otlp_logs', bytes: 1 }).then(() => events.push('a stored'))
        while (events.length === 0) await new Promise<void>((resolve) => setImmediate(resolve))
        await Promise.all([first, ingest.submit(logs('b'), { source: 'otlp_logs', bytes: 1 })])
        expect(events.filter((event) => event !== 'a stored')).toEqual([
          'apply 1',
          'committed 1',
          'apply 2',
          'committed 2',
        ])
        expect(events.indexOf('a stored')).toBeGreaterThan(events.indexOf('committed 1'))
      },
      { stages: [slow] },
    )
  })

  test('a few records of many megabytes are looked through one after the other, with turns in between', async () => {
    const looked: number[] = []
    await withIngest(
      async (ingest, store) => {
        const large = logs(...Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(30_000)}`))
        await ingest.submit(large, { source: 'otlp_logs', bytes: 3_000_000 })
        expect(Math.max(...looked)).toBeLessThan(20)
        expect(await store.all('select count(distinct body)::integer as n from logs')).toEqual([{ n: 100 }])
      },
      {
        privacy(telemetry) {
          looked.push(telemetry.logs.length)
          return telemetry
        },
      },
    )
  })

  test('rows alongside commit or roll back with the batch', async () => {
    await withIngest(async (ingest, store) => {
      await store.transaction((tx) => tx.run('create table cursors (n bigint)'))
      await ingest.submit(logs('a'), {
        source: 'transcript',
        bytes: 1,
        alongside: (tx) => tx.run('insert into cursors values (1)'),
      })
      const failing = ingest.submit(logs('b'), {
        source: 'transcript',
        bytes: 1,
        alongside: (tx) => tx.run('insert into nowhere values (1)'),
      })
      expect(failing).rejects.toBeInstanceOf(Unavailable)
      await failing.catch(() => {})
      expect(await bodiesOf(store)).toEqual(['a'])
      expect(await store.all('select n from cursors')).toEqual([{ n: 1n }])
    })
  })
})
