// input.tsx: a line to type in.
import type { ComponentProps } from 'react'
import { cx } from './cx.ts'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      data-slot="input"
      spellCheck={false}
      autoComplete="off"
      className={cx(
        'h-7 min-w-0 rounded-control border border-line bg-background px-2 text-13 text-foreground placeholder:text-muted focus-ring coarse:h-9',
        className,
      )}
      {...rest}
    />
  )
}
