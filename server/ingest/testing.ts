// testing.ts: a funnel over a database of its own, for tests of what goes through it.
import { afterAll } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noAttributes } from '#proto/attributes.ts'
import { cold, type MetricPoint } from '#proto/telemetry.ts'
import { openStore, type Store } from '../store/store.ts'
import { createIngest, type Ingest, type IngestOptions } from './ingest.ts'

const folders: string[] = []
export const newPath = () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-ingest-'))
  folders.push(folder)
  return join(folder, 't.duckdb')
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export async function withIngest(
  work: (ingest: Ingest, store: Store) => Promise<void>,
  options: Partial<IngestOptions> = {},
  path = newPath(),
) {
  const store = await openStore({ path })
  try {
    const ingest = await createIngest({ store, ...options })
    await work(ingest, store)
    await ingest.close()
  } finally {
    await store.close()
  }
}

export const resource = (attributes: Record<string, string> = {}) => ({
  attributes: Object.assign(noAttributes(), attributes),
  serviceName: 'shop',
  droppedAttributesCount: 0,
  schemaUrl: '',
})
export const scope = { name: 's', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' }

/** What a counter told, and of whom. */
export type Counted = { time: number; value: number; start?: number; session?: string; host?: string; name?: string }

/** One cumulative point as a process of `session` that began at `start` would send it. */
export function counter({
  time,
  value,
  start = 1,
  session = 'one',
  host = 'a',
  name = 'tokens',
}: Counted): MetricPoint {
  return {
    resource: resource({ 'host.name': host }),
    scope,
    hot: { ...cold(), sessionId: session },
    name,
    description: '',
    unit: '',
    type: 'sum',
    temporality: 2,
    monotonic: true,
    timeUnixNano: BigInt(time),
    startTimeUnixNano: BigInt(start),
    attributes: Object.assign(noAttributes(), { 'session.id': session }),
    flags: 0,
    value,
    isInt: true,
    exemplars: [],
  }
}
