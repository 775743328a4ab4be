// series-table.tsx: what each series adds up to.
import { ListFilter } from 'lucide-react'
import { Delta } from '../components/delta.tsx'
import { exact } from '../lib/format.ts'
import type { SeriesSummary } from '../lib/metric-series.ts'
import { visible } from '../lib/safe-text.ts'
import { IconButton } from '../ui/button.tsx'
import { Table, Td, Th } from '../ui/table.tsx'

type SeriesTableProps = {
  rows: readonly SeriesSummary[]
  format(value: number | null): string
  /** Whether values may be added up over time. */
  summable: boolean
  onEmphasis(key: string | undefined): void
  /** The period before by label, where it is compared with. */
  before?: ReadonlyMap<string, SeriesSummary> | undefined
  /** Shows one series alone, or all again. */
  onFilter?(label: string): void
}

const rowsMax = 100

export function SeriesTable({ rows, format, summable, onEmphasis, before, onFilter }: SeriesTableProps) {
  const sorted = rows.toSorted((a, b) => b.total - a.total)
  return (
    <Table label="Series">
      <thead>
        <tr>
          <Th>Series</Th>
          {summable && <Th className="text-right">Total</Th>}
          {before && <Th className="text-right">Before</Th>}
          {before && <Th className="text-right">Change</Th>}
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
            className="group hover:bg-hover"
          >
            <Td>
              <span className="flex items-center gap-2">
                <span aria-hidden className="size-2 rounded-full" style={{ background: row.color }} />
                <bdi className="max-w-80 truncate">{visible(row.label)}</bdi>
                {onFilter && row.label !== 'none' && (
                  <IconButton
                    label={`Only ${row.label}`}
                    onClick={() => onFilter(row.label)}
                    data-testid="only-series"
                    className="-my-1 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 touch:opacity-100"
                  >
                    <ListFilter aria-hidden className="size-3.5" />
                  </IconButton>
                )}
              </span>
            </Td>
            {summable && (
              <Td className="text-right" title={exact(row.total)}>
                {format(row.total)}
              </Td>
            )}
            {before && <Compared row={row} before={before.get(row.label)} summable={summable} format={format} />}
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

/** What can be added up is compared by its sum, everything else by its average. */
function Compared({
  row,
  before,
  summable,
  format,
}: {
  row: SeriesSummary
  before: SeriesSummary | undefined
  summable: boolean
  format(value: number | null): string
}) {
  const [now, then] = summable ? [row.total, before?.total ?? 0] : [row.average, before?.average ?? null]
  return (
    <>
      <Td className="text-right text-muted">{format(then)}</Td>
      <Td className="text-right">
        <Delta now={now} before={then} title="Against the period before" />
      </Td>
    </>
  )
}
