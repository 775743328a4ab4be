// sql-formats.ts: a statement's answer as text.
import Table from 'cli-table3'
import { oneLine } from '../log.ts'
import { documentOf } from './document.ts'

export type SqlAnswer = {
  columns: { name: string; type: string }[]
  rows: unknown[][]
  truncated: boolean
  durationMs: number
}
export const formats = ['table', 'json', 'csv', 'parquet'] as const
export type SqlFormat = (typeof formats)[number]

/** @param terminal a person's, whose width a table should not pass. */
export function written(
  { columns, rows }: SqlAnswer,
  format: SqlFormat,
  terminal?: { isTTY?: boolean; columns?: number },
): string {
  if (format === 'json')
    return documentOf(rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]))))
  if (format === 'csv')
    return (
      [columns.map(({ name }) => name), ...rows]
        .map((row) => row.map(csvField).join(','))
        // A file or a pipe gets the texts as they are; a terminal would act on them.
        .map((line) => `${terminal?.isTTY ? oneLine(line) : line}\r\n`)
        .join('')
    )
  const cells = rows.map((row) => row.map((value) => oneLine(shown(value)).slice(0, cellMax)))
  const heads = columns.map(({ name }) => oneLine(name).slice(0, cellMax))
  const widths = heads.map((head, index) =>
    Math.max(Bun.stringWidth(head), ...cells.map((row) => Bun.stringWidth(row[index]!))),
  )
  const table = new Table({
    head: heads,
    style: { head: [], border: [] },
    colWidths: fitted(widths, terminal?.isTTY ? terminal.columns || undefined : undefined),
    colAligns: columns.map(({ type }) =>
      /INT|DOUBLE|DECIMAL|FLOAT/.test(type) && !/\[/.test(type) ? 'right' : 'left',
    ),
  })
  for (const row of cells) table.push(row)
  return `${table.toString()}\n`
}

const cellMax = 200
/** Narrower says nothing any more. */
const narrowest = 8

/** Widths with their padding, the widest cut down until the table fits. */
function fitted(widths: number[], wanted: number | undefined): number[] {
  const all = widths.map((width) => width + 2)
  if (wanted === undefined) return all
  const sum = () => all.reduce((total, width) => total + width + 1, 1)
  while (sum() > wanted) {
    const widest = Math.max(...all)
    if (widest <= narrowest) break
    all[all.indexOf(widest)] = Math.max(narrowest, widest - (sum() - wanted))
  }
  return all
}

const shown = (value: unknown) =>
  value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

/** A field as RFC 4180 has it; one that a spreadsheet would take for a formula is kept a text. */
function csvField(value: unknown): string {
  const plain = shown(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
