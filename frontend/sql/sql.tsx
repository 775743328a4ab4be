// sql.tsx: questions nobody thought of: read-only SQL over everything that is stored.
import { History, Play, Square } from 'lucide-react'
import { lazy, Suspense, useMemo, useRef, useState } from 'react'
import { runSql, savedViews } from '../api.ts'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { SqlAnswer } from '../lib/shapes.ts'
import { useUrl } from '../lib/url-state.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Kbd } from '../ui/kbd.tsx'
import { Menu } from '../ui/menu.tsx'
import { Select } from '../ui/select.tsx'
import { vocabularyOf } from './complete.ts'
import type { EditorHandle } from './editor.tsx'
import { loadHistory, saveHistory, withStatement } from './history.ts'
import { ResultView } from './result-view.tsx'
import { functions, SchemaList, schema } from './schema-list.tsx'

const Editor = lazy(() => import('./editor.tsx').then(({ Editor }) => ({ default: Editor })))

const examples: readonly { name: string; sql: string }[] = [
  {
    name: 'Cost by day and agent',
    sql: `select date_trunc('day', time) as day, tool, round(sum(cost_nano_usd) / 1e9, 4) as cost_usd, sum(total_tokens) as tokens
from model_calls group by all order by day desc, cost_usd desc`,
  },
  {
    name: 'Dearest sessions',
    sql: `select session_id, tool, any_value(project) as project, count(*) as requests, round(sum(cost_nano_usd) / 1e9, 4) as cost_usd
from model_calls group by session_id, tool order by cost_usd desc nulls last limit 20`,
  },
  {
    name: 'Slowest tools',
    sql: `select tool_name, count(*) as calls, round(quantile_cont(duration_ms, 0.95)) as p95_ms, count(*) filter (where not success) as failed
from tool_calls group by tool_name order by p95_ms desc nulls last`,
  },
  {
    name: 'Events by kind',
    sql: `select service_name, event_name, count(*) as records, max(time) as last from logs group by all order by records desc`,
  },
]
const historyShown = 20

export function Sql() {
  const { get, adjust } = useUrl()
  const linked = get('sql')
  const [text, setText] = useState(linked ?? examples[0]!.sql)
  const [taken, setTaken] = useState(linked)
  // Another link was followed: a saved statement, Back.
  if (linked !== taken) {
    setTaken(linked)
    if (linked !== undefined) setText(linked)
  }
  const saved = (useAnswer(savedViews()).data?.views ?? []).flatMap(({ id, name, path }) => {
    const sql = path.startsWith('/sql?') ? new URLSearchParams(path.slice('/sql?'.length)).get('sql') : null
    return sql === null ? [] : [{ id, name, sql }]
  })
  const [limit, setLimit] = useState('1000')
  const [history, setHistory] = useState(loadHistory)
  const [answer, setAnswer] = useState<{ sql: string; limit: number; rows: SqlAnswer }>()
  const [error, setError] = useState<Error>()
  const [running, setRunning] = useState<AbortController>()
  const editor = useRef<EditorHandle>(null)
  const known = useAnswer(schema).data
  const callable = useAnswer(functions).data
  const vocabulary = useMemo(() => known && vocabularyOf(known, callable), [known, callable])

  async function run(sql = text) {
    if (sql.trim() === '') return
    running?.abort()
    const controller = new AbortController()
    setRunning(controller)
    const link = sql.length < 4_000 ? sql : undefined
    setTaken(link)
    adjust({ sql: link })
    const next = withStatement(history, sql)
    setHistory(next)
    saveHistory(next)
    try {
      setAnswer({ sql, limit: Number(limit), rows: await runSql(sql, Number(limit), controller.signal) })
      setError(undefined)
    } catch (thrown) {
      if (!controller.signal.aborted) setError(thrown instanceof Error ? thrown : new Error(String(thrown)))
    } finally {
      setRunning((current) => (current === controller ? undefined : current))
    }
  }

  return (
    <Screen
      title="SQL"
      testId="sql"
      ranged={false}
      fixed
      actions={
        <>
          <Menu
            align="end"
            trigger={
              <Button data-testid="sql-history" aria-label="History and examples">
                <History aria-hidden className="size-3.5" />
                <span className="hidden sm:inline">History</span>
              </Button>
            }
            items={[
              ...saved.map(({ id, name, sql }) => ({ id, label: oneLine(name, 70), run: () => setText(sql) })),
              ...(saved.length > 0 ? (['separator'] as const) : []),
              ...examples.map(({ name, sql }) => ({ label: name, run: () => setText(sql) })),
              ...(history.length > 0 ? (['separator'] as const) : []),
              ...history.slice(0, historyShown).map((sql) => ({
                id: `ran ${sql}`,
                label: oneLine(sql, 70),
                run: () => setText(sql),
              })),
            ]}
          />
          {running ? (
            <Button onClick={() => running.abort()}>
              <Square aria-hidden className="size-3.5" />
              Stop
            </Button>
          ) : (
            <Button look="solid" onClick={() => void run()} data-testid="sql-run">
              <Play aria-hidden className="size-3.5" />
              Run
            </Button>
          )}
        </>
      }
    >
      <div className="flex min-h-0 flex-1">
        <aside aria-label="Schema" className="hidden w-60 shrink-0 overflow-y-auto hairline-r lg:block">
          <SchemaList onInsert={(name) => editor.current?.insert(name)} />
        </aside>
        <div className="flex min-w-0 flex-1 flex-col">
          <div className="relative h-44 shrink-0 hairline-b">
            <Suspense fallback={<pre className="px-4 py-3 font-mono text-13 whitespace-pre-wrap">{text}</pre>}>
              <Editor ref={editor} value={text} vocabulary={vocabulary} onChange={setText} onRun={() => void run()} />
            </Suspense>
            <div className="pointer-events-none absolute right-3 bottom-2 flex items-center gap-3 text-12 text-muted">
              <span className="pointer-events-auto">
                <Select
                  label="At most"
                  labelled
                  value={limit}
                  onChange={setLimit}
                  options={['100', '1000', '10000', '100000'].map((value) => ({
                    value,
                    label: `${Number(value).toLocaleString('en-US')} rows`,
                  }))}
                />
              </span>
              <span className="hidden md:inline">
                <Kbd keys="mod+enter" />
              </span>
            </div>
          </div>
          {error && <ErrorState what="The statement was not run." error={error} className="shrink-0 hairline-b" />}
          <div className={cx('flex min-h-0 flex-1 flex-col', running && 'opacity-60')}>
            {answer ? (
              <ResultView answer={answer.rows} sql={answer.sql} limit={answer.limit} onError={setError} />
            ) : (
              !error && (
                <EmptyState title="Ask anything">
                  <p>
                    One statement, read-only, bounded in time and rows.{' '}
                    <span className="hidden lg:inline">The tables stand on the left; </span>
                    <span className="lg:hidden">Tables and columns are offered as you write; </span>
                    the history holds some examples. Running puts the statement into the link; a view saved by name (
                    <Kbd keys="v" />) is a saved statement.
                  </p>
                </EmptyState>
              )
            )}
          </div>
        </div>
      </div>
    </Screen>
  )
}
