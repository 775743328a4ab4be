// table.tsx: a short table, all of it in the document.
import type { ComponentProps } from 'react'
import { cx } from './cx.ts'
import { Scroller } from './scroller.tsx'

/** Scrolls sideways by itself where it is wider than its place. Lines are the cells' own: collapsed ones do not go along with what sticks. */
export function Table({ label, className, children, ...rest }: ComponentProps<'table'> & { label: string }) {
  return (
    <Scroller label={label} plain>
      <table data-slot="table" className={cx('w-full border-separate border-spacing-0 text-12', className)} {...rest}>
        <caption className="sr-only">{label}</caption>
        {children}
      </table>
    </Scroller>
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
