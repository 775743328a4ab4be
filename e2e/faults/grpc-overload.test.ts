// grpc-overload.test.ts: 64 exporters send large gRPC messages as fast as they can; what is not stored is refused in words that make its
// sender keep it.
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Running, start } from '../telltale.ts'
import { compare, inCopy, nothingWrong } from './acknowledged.ts'
import type { LoadReport } from './grpc-load.ts'
import { watchMemory } from './memory.ts'
import { isFull, percentile, seed } from './settings.ts'

const node = Bun.which('node')
if (!node) console.log('large gRPC messages at once are not tested: they are sent by Node, which is not installed')

const exporters = 64
const seconds = 30
/** Of 2 KB each: 4 MB. */
const recordsMax = 2000

const servers: Running[] = []
const folder = mkdtempSync(join(tmpdir(), 'telltale-grpc-load-'))
afterAll(async () => {
  await Promise.all(servers.map((server) => server.dispose()))
  rmSync(folder, { recursive: true, force: true })
})

/** How long each of 60 small requests takes, one after the other, ms. */
async function quietTimes(server: Running): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < 60; i++) {
    const began = performance.now()
    const logRecords = [{ body: { stringValue: `quiet/${crypto.randomUUID()}` } }]
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${server.otlpUrl}/v1/logs`, { method: 'POST', headers, body })).status).toBe(200)
    times.push(performance.now() - began)
  }
  return times
}

/** Builds the load for Node and starts it. */
async function startLoad(target: string): Promise<{ report: Promise<LoadReport>; ended: Promise<number> }> {
  const built = await Bun.build({ entrypoints: [`${import.meta.dir}/grpc-load.ts`], target: 'node', outdir: folder })
  expect(built.success).toBe(true)
  const child = Bun.spawn(
    [node!, built.outputs[0]!.path, target, String(exporters), String(seconds), String(recordsMax), String(seed)],
    { env: { ...process.env, PROTO_FOLDER: join(import.meta.dir, '../../proto') }, stderr: 'inherit' },
  )
  return { report: new Response(child.stdout).json() as Promise<LoadReport>, ended: child.exited }
}

// Half a minute in which the machine has nothing else to do is no part of the short run.
test.skipIf(!node || !isFull)(
  `${exporters} exporters with gRPC messages of up to 4 MB for ${seconds} s hear OK, or when to come back, and what was acknowledged is stored once (seed ${seed})`,
  async () => {
    const server = await start({ grpc: true })
    servers.push(server)
    const memory = watchMemory(server.pid)
    const load = await startLoad(new URL(server.grpcUrl!).host)
    let isLoading = true
    const healthTimes: number[] = []
    const watching = (async () => {
      while (isLoading) {
        const began = performance.now()
        expect((await fetch(`${server.otlpUrl}/health`)).status).toBe(200)
        healthTimes.push(performance.now() - began)
        await Bun.sleep(50)
      }
    })()
    const { sent, codes, shares, endedMs } = await load.report
    expect(await load.ended).toBe(0)
    const lastAfterMs = Date.now() - endedMs
    const quiet = await quietTimes(server)
    isLoading = false
    await watching
    const mostMb = memory.stop()
    const status = await server.get('/api/status')
    expect(await server.stop()).toBe(0)
    console.log(
      `heard ${JSON.stringify(codes)}, an exporter ${Math.min(...shares)} to ${Math.max(...shares)} times OK;`,
      `${sent.reduce((sum, one) => sum + one.records, 0)} records; memory ${mostMb} MB;`,
      `/health p50 ${Math.round(percentile(healthTimes, 0.5))} p99 ${Math.round(percentile(healthTimes, 0.99))} ms;`,
      `what was left was stored within ${lastAfterMs} ms, one request then took p50 ${Math.round(percentile(quiet, 0.5))} ms`,
    )
    const found = await inCopy(server.home, (store) => compare(store, sent))
    expect({ ...found, unknown: found.unknown.filter((id) => id !== 'quiet') }).toEqual(nothingWrong)
    expect(sent.filter((one) => !one.acknowledged)).toEqual([])
    // 4 is the exporter's own word, when ten seconds were too few on a machine that others use, too; it keeps its data like the others.
    expect(Object.keys(codes).filter((code) => !['0', '4', '8', '14'].includes(code))).toEqual([])
    expect(status.dropped).toBe(0)
    // What was told to them is counted.
    expect(status.receivers.inProgress).toMatchObject({ requests: 0, bytes: 0 })
    expect(mostMb).toBeLessThan(1000)
    expect(percentile(quiet, 0.5)).toBeLessThan(250)
  },
  (seconds + 120) * 1000,
)
