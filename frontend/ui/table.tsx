// table.tsx: a short table, all of it in the document.
import type { ComponentProps } from 'react'
import { cx } from '../lib/cx.ts'

/** Scrolls sideways by itself where it is wider than its place. */
export function Table({ label, className, children, ...rest }: ComponentProps<'table'> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key.
    <div className="overflow-x-auto focus-ring-inset" tabIndex={0} role="region" aria-label={label}>
      <table data-slot="table" className={cx('w-full border-collapse text-12', className)} {...rest}>
        <caption className="sr-only">{label}</caption>
        {children}
      </table>
    </div>
  )
}

export function Th({ className, ...rest }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cx('h-8 px-3 text-left font-normal whitespace-nowrap text-muted hairline-b', className)}
      {...rest}
    />
  )
}

export function Td({ className, ...rest }: ComponentProps<'td'>) {
  return <td className={cx('h-8 px-3 whitespace-nowrap hairline-b', className)} {...rest} />
}
