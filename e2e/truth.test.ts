// truth.test.ts: what every recorded variant used, to the token, from all it sent, from each signal alone, in any order,
// twice, and with kills in between. SEED repeats a run's orders.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decoded, signals } from './decoded.ts'
import { agents, type Recorded, requests, variants } from './recordings.ts'
import { newHome, type Running, start } from './telltale.ts'
import { actualUsage, added, expectedUsage, ledger, randomFrom, respelled, Sender, shuffled } from './truth.ts'

const seed = Number(process.env.SEED ?? 20261122)

/** A server for one question. */
async function withServer<T>(recorded: Recorded[], ask: (server: Running, sender: Sender) => Promise<T>): Promise<T> {
  const server = await start({ grpc: recorded.some(({ transport }) => transport === 'grpc') })
  const sender = new Sender(server)
  try {
    return await ask(server, sender)
  } finally {
    sender.close()
    await server.dispose()
  }
}

for (const agent of agents) {
  describe(agent, () => {
    const own = variants(agent)
      .map((variant) => ({ variant, recorded: requests(agent, variant) }))
      .filter(({ recorded }) => recorded.length > 0)
    const all = own.flatMap(({ recorded }) => recorded)
    const grpc = all.some(({ transport }) => transport === 'grpc')
    const usageOf = (some: typeof own) =>
      added(some.map(({ variant, recorded }) => expectedUsage(agent, variant, recorded)))
    let inOrder: Awaited<ReturnType<typeof ledger>> | undefined

    // One server for all: each variant adds what was served of it, and moves nothing of those before.
    describe('as it was sent', () => {
      let server: Running
      let sender: Sender
      beforeAll(async () => {
        server = await start({ grpc })
        sender = new Sender(server)
      })
      afterAll(async () => {
        sender.close()
        await server.dispose()
      })

      for (const [index, { variant, recorded }] of own.entries())
        test(`${variant}: usage is what was served`, async () => {
          const before = await actualUsage(server)
          await sender.sendAll(recorded)
          const usage = await actualUsage(server)
          expect(usage).not.toEqual(before)
          expect(usage).toEqual(usageOf(own.slice(0, index + 1)))
          if (index === own.length - 1) inOrder = await ledger(server)
        })
    })

    test(`any order, every request twice and kills in between give the same ledger (seed ${seed})`, async () => {
      const random = randomFrom(seed)
      const order = shuffled([...all, ...all.map(respelled)], random)
      // One kill for two recordings: with each a server has to start again.
      const kills = Array.from({ length: Math.ceil(own.length / 2) }, () => Math.floor(order.length * random()))
      const home = newHome()
      let server = await start({ home, grpc })
      try {
        let from = 0
        for (const kill of kills.sort((a, b) => a - b)) {
          const sender = new Sender(server)
          await sender.sendAll(order.slice(from, kill), 16)
          sender.close()
          await server.stop('SIGKILL')
          server = await start({ home, grpc })
          // What an exporter does not know to be stored it sends again.
          from = Math.max(0, kill - 16)
        }
        const sender = new Sender(server)
        await sender.sendAll(order.slice(from), 16)
        sender.close()
        expect(await actualUsage(server)).toEqual(usageOf(own))
        expect(await ledger(server)).toEqual(inOrder!)
      } finally {
        await server.dispose()
      }
    }, 120_000)

    for (const signal of signals) {
      const only = variants(agent)
        .map((variant) => ({
          variant,
          recorded: requests(agent, variant).filter((request) => decoded(request).signal === signal),
        }))
        .filter(({ recorded }) => recorded.length > 0)
      if (only.length === 0) continue
      test(`${signal} alone say what they can, of ${only.length} variants`, () => {
        const all = only.flatMap(({ recorded }) => recorded)
        return withServer(all, async (server, sender) => {
          await sender.sendAll(all, 16)
          expect(await actualUsage(server)).toEqual(
            added(only.map(({ variant, recorded }) => expectedUsage(agent, variant, recorded))),
          )
        })
      })
    }
  })
}

test('gRPC that was configured for the HTTP port is counted as well, however it is answered', async () => {
  const variant = '07-http-json-unsupported-falls-back-to-grpc'
  const recorded = requests('opencode', variant)
  const server = await start()
  const sender = new Sender({ ...server, grpcUrl: server.otlpUrl })
  try {
    // The runtime sends no trailers, so the client takes it for an error and may send it again.
    for (const request of [...recorded, ...recorded]) await sender.send(request).catch(() => {})
    expect(await actualUsage(server)).toEqual(expectedUsage('opencode', variant, recorded))
  } finally {
    sender.close()
    await server.dispose()
  }
})
