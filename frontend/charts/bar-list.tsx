// bar-list.tsx: the largest of something: a name, a bar, a number, each a way to its records.
import { Link } from 'wouter'
import { oneLine } from '../lib/safe-text.ts'
import { cx } from '../ui/cx.ts'

export type BarItem = {
  key: string
  label: string
  color: string
  /** `null` when it cannot be told (an unknown price): no bar, a dash. */
  value: number | null
  text: string
  title?: string | undefined
  href?: string | undefined
  note?: string | undefined
}

/** `more` says how many are not shown. */
export function BarList({
  items,
  more,
  moreHref,
  empty = 'Nothing yet',
}: {
  items: readonly BarItem[]
  more?: number
  moreHref?: string
  empty?: string
}) {
  const most = Math.max(...items.map(({ value }) => value ?? 0), 0)
  if (items.length === 0) return <p className="px-3 py-4 text-muted">{empty}</p>
  return (
    <ul className="py-1">
      {items.map((item) => (
        <li key={item.key}>
          <Row item={item} share={most === 0 || item.value === null ? 0 : item.value / most} />
        </li>
      ))}
      {more !== undefined && more > 0 && (
        <li className="px-3 py-1 text-12 text-muted">
          {moreHref ? (
            <Link href={moreHref} className="rounded-[3px] focus-ring hover:text-foreground hover:underline">
              {items.length} of {items.length + more}
            </Link>
          ) : (
            `${items.length} of ${items.length + more}`
          )}
        </li>
      )}
    </ul>
  )
}

function Row({ item, share }: { item: BarItem; share: number }) {
  const inside = (
    <>
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="truncate" title={item.label}>
          <bdi>{oneLine(item.label, 200)}</bdi>
        </span>
        {item.note && <span className="shrink-0 text-12 text-muted">{item.note}</span>}
      </span>
      <span className={cx('text-right text-12', item.value === null && 'text-muted')} title={item.title}>
        {item.text}
      </span>
      <span aria-hidden className="col-span-2 h-1 overflow-hidden rounded-bar bg-hover">
        <span
          className="block h-full origin-left rounded-bar"
          style={{ background: item.color, width: `${share * 100}%` }}
        />
      </span>
    </>
  )
  const layout = 'grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 gap-y-1 px-3 py-1.5'
  return item.href ? (
    <Link href={item.href} className={cx(layout, 'focus-ring-inset hover:bg-hover')}>
      {inside}
    </Link>
  ) : (
    <div className={layout}>{inside}</div>
  )
}
