// scroller.tsx: what is wider or taller than its place, reachable by key.
import { type ReactNode, useEffect, useRef } from 'react'
import { cx } from './cx.ts'

type ScrollerProps = { label: string; children: ReactNode; plain?: boolean; className?: string }

/** `plain` has no box of its own, and fades out at the right where it goes on: a browser may show a scrollbar only while it is used. */
export function Scroller({ label, children, plain, className }: ScrollerProps) {
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    const element = box.current
    if (!plain || !element) return
    const look = () =>
      element.toggleAttribute('data-more', element.scrollLeft + element.clientWidth < element.scrollWidth - 1)
    // Its own size, and that of what stands in it.
    const sizes = new ResizeObserver(look)
    for (const one of [element, ...element.children]) sizes.observe(one)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [plain])
  return (
    <section
      ref={box}
      data-slot="scroller"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key.
      tabIndex={0}
      className={cx(
        'overflow-auto focus-ring-inset',
        plain ? 'more-fades' : 'rounded-control bg-surface hairline',
        className,
      )}
    >
      {children}
    </section>
  )
}
