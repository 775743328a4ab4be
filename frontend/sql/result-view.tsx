// result-view.tsx: rows of a statement, virtual, and their course over time where they have one.
import { Download, FileDown } from 'lucide-react'
import { useMemo, useState } from 'react'
import { parquetOf } from '../api.ts'
import { Chart } from '../charts/chart.tsx'
import { Legend } from '../charts/legend.tsx'
import { boundSeries } from '../charts/prepare.ts'
import { VirtualList } from '../components/virtual-list.tsx'
import { hueColor, hueOf } from '../lib/colors.ts'
import { toCsv } from '../lib/csv.ts'
import { count, durationMs, exact } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { SqlAnswer } from '../lib/shapes.ts'
import { IconButton } from '../ui/button.tsx'
import { saveFile } from '../ui/copy.ts'
import { cx } from '../ui/cx.ts'
import { Segmented } from '../ui/segmented.tsx'
import { cellText, isNumeric, seriesOf, usualStep } from './result.ts'

const rowHeight = 28

/** Width of a column in px by its longest cell among the first rows. */
function widthOf(answer: SqlAnswer, index: number): number {
  const longest = answer.rows
    .slice(0, 200)
    .reduce((most, row) => Math.max(most, cellText(row[index]).length), answer.columns[index]!.name.length)
  return Math.min(480, Math.max(64, longest * 7.4 + 24))
}

type ResultViewProps = {
  answer: SqlAnswer
  /** What was run, for a file that the server makes. */
  sql: string
  limit: number
  onError(error: Error): void
}

export function ResultView({ answer, sql, limit, onError }: ResultViewProps) {
  const [making, setMaking] = useState(false)
  async function saveParquet() {
    setMaking(true)
    try {
      saveFile('result.parquet', await parquetOf(sql, limit))
    } catch (thrown) {
      onError(thrown instanceof Error ? thrown : new Error(String(thrown)))
    } finally {
      setMaking(false)
    }
  }
  const [view, setView] = useState<'table' | 'chart'>('table')
  const [emphasis, setEmphasis] = useState<string>()
  const series = useMemo(() => seriesOf(answer, (label) => hueColor(hueOf('sql', label))), [answer])
  const widths = useMemo(() => answer.columns.map((_, index) => widthOf(answer, index)), [answer])
  const tracks = widths.map((width) => `${width}px`).join(' ')
  const total = widths.reduce((sum, width) => sum + width, 0)
  const bounded = series && boundSeries(series)
  const times = bounded?.shown.flatMap(({ points }) => points.map(([time]) => time)) ?? []
  const step = series ? usualStep(series) : 60_000
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid="sql-result">
      <div className="flex h-10 shrink-0 items-center gap-3 px-4 hairline-b">
        <span className="text-12 text-muted" data-testid="sql-rows">
          {exact(answer.rows.length)} {answer.rows.length === 1 ? 'row' : 'rows'}
          {answer.truncated ? ', cut' : ''} in {durationMs(answer.durationMs)}
        </span>
        <span className="ml-auto flex items-center gap-2">
          {series && (
            <Segmented<'table' | 'chart'>
              label="Show as"
              value={view}
              onChange={setView}
              options={[
                { value: 'table', label: 'Table' },
                { value: 'chart', label: 'Chart' },
              ]}
            />
          )}
          <IconButton
            label="Save as CSV"
            data-testid="save-csv"
            onClick={() =>
              saveFile(
                'result.csv',
                toCsv(
                  answer.columns.map(({ name }) => name),
                  answer.rows,
                ),
                'text/csv',
              )
            }
          >
            <Download aria-hidden className="size-4" />
          </IconButton>
          <IconButton
            label="Save as Parquet"
            data-testid="save-parquet"
            disabled={making}
            onClick={() => void saveParquet()}
          >
            <FileDown aria-hidden className="size-4" />
          </IconButton>
        </span>
      </div>
      {view === 'chart' && bounded ? (
        <div className="flex flex-col gap-2 overflow-y-auto p-4">
          <Chart
            label="Result over time"
            series={bounded.shown}
            form="line"
            stacked={false}
            from={times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)}
            to={times.reduce((a, b) => Math.max(a, b), 0)}
            step={step}
            now={Number.POSITIVE_INFINITY}
            height={320}
            format={count}
            emphasis={emphasis}
          />
          <Legend items={bounded.shown} total={bounded.total} emphasis={emphasis} onEmphasis={setEmphasis} />
        </div>
      ) : (
        <div
          role="table"
          aria-label="Result"
          aria-rowcount={answer.rows.length}
          className="min-h-0 flex-1 overflow-x-auto overflow-y-hidden text-12"
        >
          <div className="flex h-full flex-col" style={{ width: total, minWidth: '100%' }}>
            <div
              role="row"
              tabIndex={-1}
              className="grid h-8 shrink-0 items-center hairline-b"
              style={{ gridTemplateColumns: tracks }}
            >
              {answer.columns.map((column, index) => (
                <span
                  // biome-ignore lint/suspicious/noArrayIndexKey: a result may name two columns alike.
                  key={index}
                  role="columnheader"
                  tabIndex={-1}
                  title={column.type}
                  className={cx('truncate px-3 font-semibold', isNumeric(column.type) && 'text-right')}
                >
                  <bdi>{oneLine(column.name, 300)}</bdi>
                </span>
              ))}
            </div>
            <VirtualList
              role="rowgroup"
              count={answer.rows.length}
              rowHeight={rowHeight}
              keyOf={(index) => index}
              className="flex-1"
              row={(index) => (
                <div
                  role="row"
                  tabIndex={-1}
                  data-testid="row"
                  className="grid h-full items-center hairline-b hover:bg-hover"
                  style={{ gridTemplateColumns: tracks }}
                >
                  {answer.rows[index]?.map((value, place) => (
                    <span
                      // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                      key={place}
                      role="cell"
                      title={cellText(value).slice(0, 1_000)}
                      className={cx(
                        'truncate px-3 font-mono',
                        isNumeric(answer.columns[place]?.type ?? '') && 'text-right',
                        value === null && 'text-muted',
                      )}
                    >
                      {value === null ? 'null' : <bdi>{oneLine(cellText(value), 300)}</bdi>}
                    </span>
                  ))}
                </div>
              )}
            />
          </div>
        </div>
      )}
    </div>
  )
}
