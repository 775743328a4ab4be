// series-table.tsx: what each series adds up to.
import { exact } from '../lib/format.ts'
import { visible } from '../lib/safe-text.ts'
import { Table, Td, Th } from '../ui/table.tsx'
import type { SeriesSummary } from './series.ts'

type SeriesTableProps = {
  rows: readonly SeriesSummary[]
  format(value: number | null): string
  /** Whether values may be added up over time. */
  summable: boolean
  onEmphasis(key: string | undefined): void
}

const rowsMax = 100

export function SeriesTable({ rows, format, summable, onEmphasis }: SeriesTableProps) {
  const sorted = rows.toSorted((a, b) => b.total - a.total)
  return (
    <Table label="Series">
      <thead>
        <tr>
          <Th>Series</Th>
          {summable && <Th className="text-right">Total</Th>}
          <Th className="text-right">Average</Th>
          <Th className="text-right">Least</Th>
          <Th className="text-right">Most</Th>
          <Th className="text-right">Last</Th>
          <Th className="text-right">Points</Th>
        </tr>
      </thead>
      <tbody>
        {sorted.slice(0, rowsMax).map((row) => (
          <tr
            key={row.key}
            onPointerEnter={() => onEmphasis(row.key)}
            onPointerLeave={() => onEmphasis(undefined)}
            className="hover:bg-hover"
          >
            <Td>
              <span className="flex items-center gap-2">
                <span aria-hidden className="size-2 rounded-full" style={{ background: row.color }} />
                <bdi>{visible(row.label)}</bdi>
              </span>
            </Td>
            {summable && (
              <Td className="text-right" title={exact(row.total)}>
                {format(row.total)}
              </Td>
            )}
            <Td className="text-right">{format(row.average)}</Td>
            <Td className="text-right">{format(row.least)}</Td>
            <Td className="text-right">{format(row.most)}</Td>
            <Td className="text-right">{format(row.last)}</Td>
            <Td className="text-right text-muted">{exact(row.points)}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
