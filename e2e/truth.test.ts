// truth.test.ts: what every recorded variant used, to the token, from all it sent, from each signal alone, in any order,
// twice, and with a kill in the middle. SEED repeats a run's orders.
import { describe, expect, test } from 'bun:test'
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
    for (const variant of variants(agent)) {
      const recorded = requests(agent, variant)
      if (recorded.length === 0) continue
      let inOrder: Awaited<ReturnType<typeof ledger>> | undefined

      test(`${variant}: usage is what was served`, () =>
        withServer(recorded, async (server, sender) => {
          await sender.sendAll(recorded)
          const usage = await actualUsage(server)
          expect(Object.keys(usage)).not.toEqual([])
          expect(usage).toEqual(expectedUsage(agent, variant, recorded))
          inOrder = await ledger(server)
        }))

      test(`${variant}: any order, every request twice and a kill in the middle give the same ledger`, async () => {
        const random = randomFrom(seed)
        const order = shuffled([...recorded, ...recorded.map(respelled)], random)
        const home = newHome()
        const grpc = recorded.some(({ transport }) => transport === 'grpc')
        let server = await start({ home, grpc })
        try {
          let sender = new Sender(server)
          const middle = Math.floor(order.length * random())
          await sender.sendAll(order.slice(0, middle))
          sender.close()
          await server.stop('SIGKILL')
          server = await start({ home, grpc })
          sender = new Sender(server)
          // What an exporter does not know to be stored it sends again.
          await sender.sendAll(order.slice(Math.max(0, middle - 8)))
          sender.close()
          expect(await actualUsage(server)).toEqual(expectedUsage(agent, variant, recorded))
          expect(await ledger(server)).toEqual(inOrder!)
        } finally {
          await server.dispose()
        }
      })
    }

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
          await sender.sendAll(all)
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
