// table.ts: tables in a terminal: as wide as it is, numbers to the right, one hairline under the head and above the sum.
import Table from 'cli-table3'
import { oneLine } from '../log.ts'

export type Column<R> = {
  head: string
  /** What stands in the column; absent is `—`. */
  cell: (row: R) => string | undefined
  align?: 'left' | 'right'
  /** Columns with a higher number go first when the terminal is too narrow; 0 (the default) never goes. */
  drop?: number
}

/** How wide the table may be: the terminal's width, or any width where the output is not a terminal. */
export function widthOf(stream: { isTTY?: boolean; columns?: number }): number {
  return stream.isTTY ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY
}

const gap = 2
/** A text column is cut to this many characters before the table would be wider than the terminal. */
const leastWidth = 12

/** The table as lines, each ended; columns are left out and the first one is cut until it fits. */
export function tableOf<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  totals: R | undefined,
  width: number,
): string {
  let shown = [...columns]
  const cellsOf = (row: R) => shown.map((column) => oneLine(column.cell(row) ?? '—'))
  const widths = () =>
    shown.map((column, index) =>
      [...rows, ...(totals === undefined ? [] : [totals])].reduce(
        (most, row) => Math.max(most, Bun.stringWidth(cellsOf(row)[index] as string)),
        Bun.stringWidth(column.head),
      ),
    )
  const total = () => widths().reduce((sum, one) => sum + one + gap, 0) - gap
  while (total() > width) {
    const droppable = shown.filter(({ drop }) => drop).sort((a, b) => (b.drop as number) - (a.drop as number))[0]
    if (!droppable) break
    shown = shown.filter((column) => column !== droppable)
  }
  const firstWidth = Math.max(leastWidth, (widths()[0] ?? 0) - Math.max(0, total() - width))
  const aligned = (cells: string[]) => [cut(cells[0] ?? '', firstWidth), ...cells.slice(1)]
  const table = new Table({
    head: aligned(shown.map(({ head }) => head)),
    colAligns: shown.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    chars: blank,
  })
  for (const row of rows) table.push(aligned(cellsOf(row)))
  if (totals !== undefined) table.push(aligned(cellsOf(totals)))
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
  const rule = '─'.repeat(Math.min(width, Math.max(...lines.map((line) => Bun.stringWidth(line)))))
  lines.splice(1, 0, rule)
  if (totals !== undefined && rows.length > 0) lines.splice(-1, 0, rule)
  return lines.map((line) => `${line}\n`).join('')
}

function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (Bun.stringWidth(kept + character) > width - 1) break
    kept += character
  }
  return `${kept}…`
}

const blank = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const
