// agent-metrics.ts: under which names the ledger's rows appear as metric points (contract §5), for the view in schema 002.
import type { Agent } from '#proto/agent.ts'
import type { TableWriter } from '../store/append.ts'
import type { Tx } from '../store/store.ts'

type NamedMetric = { tool: string; kind: string; name: string }

const writer: TableWriter<NamedMetric> = {
  table: 'agent_metrics',
  columns: [
    { name: 'tool', type: 'text', take: (row) => row.tool },
    { name: 'kind', type: 'text', take: (row) => row.kind },
    { name: 'name', type: 'text', take: (row) => row.name },
  ],
}

/** The names as the agents give them now: what an earlier version wrote is replaced. */
export async function nameMetrics(tx: Tx, agents: readonly Agent[]): Promise<void> {
  const rows = agents.flatMap(({ id, metrics }) =>
    Object.entries(metrics).map(([kind, name]) => ({
      tool: id,
      kind: kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      name,
    })),
  )
  await tx.run('delete from agent_metrics')
  await tx.append(writer, rows)
}
