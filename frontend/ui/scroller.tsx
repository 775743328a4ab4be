// scroller.tsx: what is wider or taller than its place, reachable by key.
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

type ScrollerProps = { label: string; children: ReactNode; plain?: boolean; className?: string }

/** `plain` has no box of its own. */
export function Scroller({ label, children, plain, className }: ScrollerProps) {
  return (
    <section
      data-slot="scroller"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key.
      tabIndex={0}
      className={cx('overflow-auto focus-ring-inset', !plain && 'rounded-control bg-surface hairline', className)}
    >
      {children}
    </section>
  )
}
