// segmented.tsx: one of two to five, all in sight.
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

type SegmentedProps<V extends string> = {
  label: string
  value: V
  options: readonly { value: V; label: string; icon?: ReactNode }[]
  onChange(value: V): void
  className?: string
}

export function Segmented<V extends string>({ label, value, options, onChange, className }: SegmentedProps<V>) {
  return (
    <fieldset
      data-slot="segmented"
      aria-label={label}
      className={cx('inline-flex h-7 shrink-0 rounded-control bg-surface p-0.5 hairline coarse:h-9', className)}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          aria-label={option.icon ? option.label : undefined}
          title={option.icon ? option.label : undefined}
          onClick={() => onChange(option.value)}
          className="inline-flex items-center gap-1 rounded-[4px] px-2 text-12 text-muted focus-ring hover:text-foreground aria-pressed:bg-raised aria-pressed:font-semibold aria-pressed:text-foreground aria-pressed:outline aria-pressed:outline-border"
        >
          {option.icon ?? option.label}
        </button>
      ))}
    </fieldset>
  )
}
