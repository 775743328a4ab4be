// price-table.tsx: the prices in force, dollars for a million tokens, with where each comes from.
import { Pencil, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type Column, DataTable } from '../components/data-table.tsx'
import { exact } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { PriceEntry, PriceTable as Prices } from '../lib/shapes.ts'
import { day, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { IconButton } from '../ui/button.tsx'
import { Input } from '../ui/input.tsx'

/** Prices of tokens are written as providers write them: `$3`, `$0.30`, `$18.75`. */
export function price(value: number | null | undefined): string {
  if (value === null || value === undefined) return '—'
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: Number.isInteger(value) ? 0 : 2, maximumFractionDigits: 4 })}`
}

type Actions = { onEdit(entry: PriceEntry): void; onRemove(entry: PriceEntry): void }

function columns(zone: 'local' | 'utc', { onEdit, onRemove }: Actions): Column<PriceEntry>[] {
  const money = (id: keyof PriceEntry & string, header: string, wide: boolean): Column<PriceEntry> => ({
    id,
    header,
    width: '84px',
    narrowWidth: '60px',
    align: 'right',
    wide,
    cell: (row) => (row.included ? <span className="text-muted">included</span> : price(row[id] as number | null)),
  })
  return [
    {
      id: 'model',
      header: 'Model',
      width: 'minmax(0,2fr)',
      cell: (row) => <span className="text-13">{oneLine(row.model, 80)}</span>,
    },
    {
      id: 'provider',
      header: 'Provider',
      width: 'minmax(0,1fr)',
      wide: true,
      cell: (row) => <span className="text-muted">{row.provider ?? '—'}</span>,
    },
    money('input', 'Input', false),
    money('output', 'Output', false),
    money('cacheRead', 'Cache read', true),
    money('cacheWrite5m', 'Write 5 min', true),
    money('cacheWrite1h', 'Write 1 h', true),
    {
      id: 'tiers',
      header: 'Above',
      title: 'other prices above this much input',
      width: '72px',
      align: 'right',
      wide: true,
      cell: (row) => <span className="text-muted">{row.tiers[0] ? exact(row.tiers[0].tokens) : '—'}</span>,
    },
    {
      id: 'source',
      header: 'Source',
      width: '104px',
      wide: true,
      cell: (row) => <span className={row.source === 'user' ? 'font-semibold' : 'text-muted'}>{row.source}</span>,
    },
    {
      id: 'from',
      header: 'Since',
      width: '104px',
      align: 'right',
      wide: true,
      cell: (row) => <span className="text-muted">{row.validFrom ? day(toMs(row.validFrom), zone) : 'ever'}</span>,
    },
    {
      id: 'actions',
      header: <span className="sr-only">Change</span>,
      width: '64px',
      narrowWidth: '56px',
      align: 'right',
      cell: (row) => (
        <span className="flex justify-end">
          {row.source === 'user' && (
            <IconButton
              label={`Take back the price of ${row.model}`}
              onClick={() => onRemove(row)}
              data-testid="price-take-back"
            >
              <Trash2 aria-hidden className="size-3.5" />
            </IconButton>
          )}
          <IconButton label={`Set the price of ${row.model}`} onClick={() => onEdit(row)} data-testid="price-set">
            <Pencil aria-hidden className="size-3.5" />
          </IconButton>
        </span>
      ),
    },
  ]
}

export function PriceTable({ table, actions, ...act }: Actions & { table: Prices; actions: ReactNode }) {
  const zone = useSettings((settings) => settings.zone)
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const rows = [...table.overrides, ...table.prices.filter(({ source }) => source !== 'user')].filter(
    (row) => wanted === '' || `${row.model} ${row.provider ?? ''}`.toLowerCase().includes(wanted),
  )
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 items-center gap-3 px-4 py-2 hairline-b">
        <Input
          aria-label="Search prices"
          placeholder="Search models"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="w-64 min-w-32"
        />
        <span className="hidden text-12 text-muted sm:inline">
          {exact(rows.length)} prices, dollars for a million tokens; {table.base.name} {table.base.version}
        </span>
        <span className="ml-auto shrink-0">{actions}</span>
      </div>
      <DataTable
        label="Prices"
        testId="prices-table"
        columns={columns(zone, act)}
        rows={rows}
        keyOf={(row) => `${row.source} ${row.provider ?? ''} ${row.model} ${row.validFrom ?? ''}`}
        className="flex-1"
      />
    </div>
  )
}
