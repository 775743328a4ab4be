// schema-list.tsx: the tables there are and their columns; a click puts a name into the statement.
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { runSql } from '../api.ts'
import type { Question } from '../lib/answers.ts'
import { useAnswer } from '../lib/answers.ts'
import type { SqlAnswer } from '../lib/shapes.ts'
import { cx } from '../ui/cx.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'

const sql = `select table_name, column_name, data_type from information_schema.columns
where table_schema not in ('information_schema', 'pg_catalog') order by table_name, ordinal_position`

export const schema: Question<SqlAnswer> = {
  key: 'sql schema',
  topics: [],
  ask: (signal) => runSql(sql, 5_000, signal),
}

const functionsSql = `select function_name, any_value(function_type), any_value(description) from duckdb_functions()
where regexp_full_match(function_name, '[a-z][a-z0-9_]*') and function_type in ('scalar', 'aggregate', 'macro', 'table', 'table_macro')
group by function_name order by function_name`

export const functions: Question<SqlAnswer> = {
  key: 'sql functions',
  topics: [],
  ask: (signal) => runSql(functionsSql, 5_000, signal),
}

// What people ask about; the program's own books come after.
const first = ['model_calls', 'sessions', 'tool_calls', 'messages', 'spans', 'logs', 'metric_points', 'commits']

export function SchemaList({ onInsert }: { onInsert(name: string): void }) {
  const answer = useAnswer(schema)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  if (answer.error)
    return <p className="p-3 text-12 text-muted">The tables could not be read: {answer.error.message}</p>
  if (!answer.data) return <SkeletonRows rows={8} rowClass="h-7" />
  const tables = Map.groupBy(answer.data.rows, ([table]) => String(table))
  const rank = (name: string) => {
    const at = first.indexOf(name)
    return at === -1 ? first.length : at
  }
  const sorted = [...tables].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
  return (
    <ul className="py-1 text-12" aria-label="Tables">
      {sorted.map(([table, columns]) => (
        <li key={table}>
          <div className="flex h-7 items-center pr-2 pl-1">
            <button
              type="button"
              aria-expanded={open.has(table)}
              aria-label={`Columns of ${table}`}
              data-testid="table-open"
              onClick={() => {
                const next = new Set(open)
                if (!next.delete(table)) next.add(table)
                setOpen(next)
              }}
              className="flex size-6 items-center justify-center rounded-[3px] text-muted focus-ring hover:bg-hover"
            >
              <ChevronRight aria-hidden className={cx('size-3', open.has(table) && 'rotate-90')} />
            </button>
            <button
              type="button"
              data-testid="table-insert"
              onClick={() => onInsert(table)}
              className="min-w-0 flex-1 truncate rounded-[3px] px-1 text-left focus-ring hover:bg-hover"
            >
              <code>{table}</code>
            </button>
          </div>
          {open.has(table) && (
            <ul className="pb-1 pl-8">
              {columns.map(([, column, type]) => (
                <li key={String(column)}>
                  <button
                    type="button"
                    data-testid="column-insert"
                    onClick={() => onInsert(String(column))}
                    className="flex w-full items-baseline gap-2 rounded-[3px] px-1 text-left focus-ring hover:bg-hover"
                  >
                    <code className="truncate">{String(column)}</code>
                    <span className="ml-auto shrink-0 pr-2 text-11 text-muted">{String(type).toLowerCase()}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  )
}
