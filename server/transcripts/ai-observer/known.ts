// known.ts: what of ai-observer's databases was copied before, remembered among what was pushed.
import type { TableWriter } from '../../store/append.ts'
import { list, query, text } from '../../store/query.ts'
import knownSql from './known.sql' with { type: 'text' }

export type Kind = 'spans' | 'logs' | 'metrics' | 'dashboards'

export const findKnown = query(knownSql, { kind: text, ids: list(text) }, { id: text })

/** A record is remembered by what stands in its row, since it has no id of its own. */
export const rememberWriter: TableWriter<{ kind: Kind; id: string }> = {
  table: 'pushed_records',
  columns: [
    { name: 'source', type: 'text', take: () => 'ai-observer' },
    { name: 'kind', type: 'text', take: ({ kind }) => kind },
    { name: 'id', type: 'text', take: ({ id }) => id },
  ],
}
