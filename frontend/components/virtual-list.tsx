// virtual-list.tsx: only the rows in sight are in the document, whether there are 50 or 20,000.
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { type ReactNode, type Ref, startTransition, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { cx } from '../ui/cx.ts'

export type VirtualListHandle = {
  scrollTo(index: number, align?: 'start' | 'center' | 'end' | 'auto'): void
  element: HTMLElement | null
}

type VirtualListProps = {
  count: number
  /** Height of a row in px; with `measured` the first guess. */
  rowHeight: number | ((index: number) => number)
  /** Rows have heights of their own, known once they are drawn. */
  measured?: boolean
  keyOf(index: number): string | number
  row(index: number): ReactNode
  header?: ReactNode
  footer?: ReactNode
  onScroll?(element: HTMLElement): void
  handle?: Ref<VirtualListHandle>
  /** The row to begin with, a little below the top. */
  initialIndex?: number
  role?: 'list' | 'rowgroup' | 'tree'
  label?: string
  className?: string
  testId?: string
}

const overscan = 12
const nearAfterMs = 100
/** The part of the window's height that a list has of it, the head of the screen and of the table taken off. */
const usualShare = 0.75

export function VirtualList(props: VirtualListProps) {
  const {
    count,
    rowHeight,
    measured,
    keyOf,
    row,
    header,
    footer,
    onScroll,
    handle,
    initialIndex,
    role,
    label,
    className,
    testId,
  } = props
  const parent = useRef<HTMLDivElement>(null)
  // What is in sight first, what is near it a moment later: twice as many rows make the first draw twice as long.
  const isEmpty = count === 0
  const [isDrawn, setDrawn] = useState(false)
  useEffect(() => {
    if (isEmpty || isDrawn) return
    const timer = setTimeout(() => startTransition(() => setDrawn(true)), nearAfterMs)
    return () => clearTimeout(timer)
  }, [isEmpty, isDrawn])
  const virtualizer: Virtualizer<HTMLDivElement, Element> = useVirtualizer({
    count,
    getScrollElement: () => parent.current,
    estimateSize: typeof rowHeight === 'number' ? () => rowHeight : rowHeight,
    getItemKey: keyOf,
    overscan: isDrawn ? overscan : 1,
    // A guess, so that the first rows are drawn with the list and not a frame later, when it knows its height.
    initialRect: { width: 0, height: window.innerHeight * usualShare },
    initialOffset: initialIndex && typeof rowHeight === 'number' ? Math.max(0, (initialIndex - 6) * rowHeight) : 0,
  })
  useImperativeHandle(handle, () => ({
    scrollTo: (index, align = 'auto') => virtualizer.scrollToIndex(index, { align }),
    element: parent.current,
  }))
  const items = virtualizer.getVirtualItems()
  return (
    <div
      ref={parent}
      data-testid={testId}
      onScroll={onScroll ? (event) => onScroll(event.currentTarget) : undefined}
      className={cx('relative min-h-0 overflow-auto overscroll-contain [contain:strict]', className)}
    >
      {header}
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is one of those above. */}
      <div role={role} aria-label={label} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => (
          <div
            key={item.key}
            role={role === 'list' ? 'listitem' : 'presentation'}
            data-index={item.index}
            ref={measured ? virtualizer.measureElement : undefined}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${item.start}px)`, height: measured ? undefined : item.size }}
          >
            {row(item.index)}
          </div>
        ))}
      </div>
      {footer}
    </div>
  )
}
