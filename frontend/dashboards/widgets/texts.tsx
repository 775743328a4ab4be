// texts.tsx: notes of one's own, and the rows of a statement.
import { lazy, Suspense } from 'react'
import { runSql } from '../../api.ts'
import { type Question, useAnswer } from '../../lib/answers.ts'
import { exact } from '../../lib/format.ts'
import { oneLine, textOf } from '../../lib/safe-text.ts'
import type { SqlAnswer } from '../../lib/shapes.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { countIn, textIn } from '../config.ts'
import { Asked } from './asked.tsx'
import type { WidgetProps } from './widget.ts'

// The reader of Markdown is large, and most dashboards hold none.
const Markdown = lazy(() => import('../../components/markdown.tsx').then(({ Markdown }) => ({ default: Markdown })))

export function TextWidget({ config }: WidgetProps) {
  const text = textIn(config, 'text')
  if (!text) return <p className="px-3 py-2 text-muted">Nothing written yet: Edit, in the menu of this widget</p>
  return (
    <div className="px-3 pb-3">
      <Suspense fallback={<Skeleton className="h-16" />}>
        <Markdown text={text} />
      </Suspense>
    </div>
  )
}

/** Asked anew as records come in, but not more often than this: a statement may be dear. */
const sqlSpacingMs = 10_000

function statement(sql: string, limit: number): Question<SqlAnswer> {
  return {
    key: `sql ${limit} ${sql}`,
    topics: ['usage', 'sessions', 'traces', 'metrics', 'logs'],
    spacingMs: sqlSpacingMs,
    ask: (signal) => runSql(sql, limit, signal),
  }
}

export function SqlWidget({ config, title }: WidgetProps) {
  const sql = textIn(config, 'sql')
  const limit = countIn(config, 'limit', 50, 1_000)
  const answer = useAnswer(sql ? statement(sql, limit) : undefined)
  if (!sql) return <p className="px-3 py-2 text-muted">No statement yet: Edit, in the menu of this widget</p>
  const isNumber = (index: number) => typeof answer.data?.rows[0]?.[index] === 'number'
  return (
    <Asked answer={answer} empty={answer.data?.rows.length === 0} nothing="No rows">
      <Table label={title}>
        <thead>
          <tr>
            {answer.data?.columns.map(({ name }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; two may have one name.
              <Th key={index} className={isNumber(index) ? 'text-right' : ''}>
                {oneLine(name, 80)}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer.data?.rows.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a statement have no other identity than their place.
            <tr key={row} className="hover:bg-hover">
              {cells.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                <Td key={index} className={isNumber(index) ? 'text-right' : 'max-w-80 truncate'}>
                  {cell === null ? (
                    <span className="text-muted">null</span>
                  ) : typeof cell === 'number' ? (
                    exact(cell)
                  ) : (
                    oneLine(textOf(cell), 300)
                  )}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
      {answer.data?.truncated && (
        <p className="px-3 py-1 text-12 text-muted">The first {exact(answer.data.rows.length)} rows</p>
      )}
    </Asked>
  )
}
