// data-table.tsx: rows of records: 32 pixels each, sorted by its heads, walked with j and k, opened with Enter; virtual when long.
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type CSSProperties, memo, type ReactNode, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { useKeys } from '../lib/keys.ts'
import { useSettings } from '../settings.ts'
import { cx } from '../ui/cx.ts'
import { VirtualList, type VirtualListHandle } from './virtual-list.tsx'

export type Column<R> = {
  id: string
  header: ReactNode
  /** A grid track: `96px`, `minmax(120px,1fr)`. */
  width: string
  align?: 'right'
  cell(row: R): ReactNode
  /** The value of `sort` in the URL that this head stands for. */
  sort?: string
  /** Left out where the table is narrow: on a phone, or beside an open detail. */
  wide?: boolean
  /** Another track where the table is narrow. */
  narrowWidth?: string
  title?: string
}

type DataTableProps<R> = {
  label: string
  columns: readonly Column<R>[]
  rows: readonly R[]
  keyOf(row: R): string
  /** Where a row leads; the first column carries the link, and the whole row is its target. */
  href?(row: R): string | undefined
  /** Opening a row is an adjustment of this view, not a step of the history; j and k then open as they go. */
  inPlace?: boolean
  /** The row that is open beside the table. */
  selected?: string | undefined
  sort?: string | undefined
  descending?: boolean
  onSort?(sort: string, descending: boolean): void
  pending?: boolean
  footer?: ReactNode
  onEnd?(): void
  onScroll?(element: HTMLElement): void
  /** The row to begin with. */
  initialIndex?: number
  className?: string
  testId?: string
}

export function DataTable<R>(props: DataTableProps<R>) {
  const {
    label,
    columns,
    rows,
    keyOf,
    href,
    inPlace,
    selected,
    pending,
    footer,
    onEnd,
    onScroll,
    initialIndex,
    className,
    testId,
  } = props
  const compact = useSettings((settings) => settings.compact)
  const list = useRef<VirtualListHandle>(null)
  const [, navigate] = useLocation()
  const at = useRef(-1)
  const height = compact ? 28 : 32
  const tracks = {
    '--tracks': columns.map(({ width }) => width).join(' '),
    '--tracks-narrow': columns
      .flatMap(({ width, narrowWidth, wide }) => (wide ? [] : [narrowWidth ?? width]))
      .join(' '),
  } as CSSProperties

  function move(by: number) {
    if (rows.length === 0) return
    const focused = Number(document.activeElement?.closest('[data-row]')?.getAttribute('data-row') ?? Number.NaN)
    if (Number.isFinite(focused)) at.current = focused
    else if (selected !== undefined) at.current = rows.findIndex((row) => keyOf(row) === selected)
    at.current = Math.min(rows.length - 1, Math.max(0, at.current + by))
    list.current?.scrollTo(at.current)
    const row = rows[at.current]
    const to = row && href?.(row)
    if (inPlace && selected !== undefined && to) return navigate(to, { replace: true })
    // The row may only be drawn in the next frame.
    requestAnimationFrame(() => {
      list.current?.element?.querySelector<HTMLElement>(`[data-row="${at.current}"] a`)?.focus({ preventScroll: true })
    })
  }
  useKeys([
    { keys: 'j|down', label: 'Next row', group: 'Lists', run: () => move(1) },
    { keys: 'k|up', label: 'Row before', group: 'Lists', run: () => move(-1) },
  ])
  // How many rows there were when the end was last reached: each end is told once.
  const reached = useRef(-1)

  return (
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.length}
      data-testid={testId}
      className={cx('@container flex min-h-0 flex-col text-12', className)}
      style={tracks}
    >
      <Head {...props} />
      <VirtualList
        handle={list}
        role="rowgroup"
        count={rows.length}
        rowHeight={height}
        keyOf={(index) => keyOf(rows[index]!)}
        footer={footer}
        initialIndex={initialIndex ?? 0}
        className={cx('flex-1 transition-opacity duration-100', pending && 'opacity-60')}
        onScroll={(element) => {
          onScroll?.(element)
          if (!onEnd || reached.current === rows.length) return
          if (element.scrollTop + element.clientHeight < element.scrollHeight - 600) return
          reached.current = rows.length
          onEnd()
        }}
        row={(index) => {
          const row = rows[index]!
          const key = keyOf(row)
          return (
            <Row
              row={row}
              index={index}
              columns={columns as readonly Column<unknown>[]}
              to={href?.(row)}
              chosen={key === selected}
              inPlace={inPlace ?? false}
              rowKey={key}
            />
          )
        }}
      />
    </div>
  )
}

const layout = 'grid grid-cols-(--tracks-narrow) items-center gap-x-3 px-4 @min-[50rem]:grid-cols-(--tracks)'

type RowProps = {
  row: unknown
  index: number
  columns: readonly Column<unknown>[]
  to: string | undefined
  chosen: boolean
  inPlace: boolean
  rowKey: string
}

const Row = memo(function Row({ row, index, columns, to, chosen, inPlace, rowKey }: RowProps) {
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 1}
      aria-selected={chosen || undefined}
      data-row={index}
      data-testid="row"
      data-key={rowKey}
      className={cx(
        layout,
        'relative h-full hairline-b',
        chosen ? 'bg-selected' : cx('focus-within:bg-hover', to && 'hover:bg-hover'),
      )}
    >
      {columns.map((column, place) => (
        <div
          key={column.id}
          role="cell"
          className={cx(
            'min-w-0 truncate *:align-middle',
            column.align === 'right' && 'text-right',
            column.wide && 'hidden @min-[50rem]:block',
          )}
        >
          {place === 0 && to ? (
            <Link
              href={to}
              replace={inPlace}
              className="block truncate outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
            >
              {column.cell(row)}
            </Link>
          ) : (
            column.cell(row)
          )}
        </div>
      ))}
    </div>
  )
})

function Head<R>({ columns, sort, descending, onSort }: DataTableProps<R>) {
  return (
    <div role="rowgroup" className="shrink-0 pr-[var(--scrollbar,0px)]">
      <div role="row" tabIndex={-1} className={cx(layout, 'h-8 bg-background text-muted hairline-b')}>
        {columns.map((column) => {
          const sorted = column.sort !== undefined && column.sort === sort
          return (
            <div
              key={column.id}
              role="columnheader"
              tabIndex={-1}
              title={column.title}
              aria-sort={sorted ? (descending ? 'descending' : 'ascending') : undefined}
              className={cx(
                'min-w-0 truncate',
                column.align === 'right' && 'text-right',
                column.wide && 'hidden @min-[50rem]:block',
              )}
            >
              {column.sort && onSort ? (
                <button
                  type="button"
                  data-testid={`sort-${column.id}`}
                  onClick={() => onSort(column.sort!, sorted ? !descending : true)}
                  className={cx(
                    'inline-flex max-w-full items-center gap-1 rounded-[3px] focus-ring hover:text-foreground',
                    sorted && 'font-semibold text-foreground',
                  )}
                >
                  {sorted &&
                    (descending ? (
                      <ArrowDown aria-hidden className="size-3" />
                    ) : (
                      <ArrowUp aria-hidden className="size-3" />
                    ))}
                  <span className="truncate">{column.header}</span>
                </button>
              ) : (
                column.header
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}
