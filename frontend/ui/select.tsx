// select.tsx: one of a few. The platform's own list: it works with a finger, a keyboard and a screen reader.
import { ChevronDown } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cx } from './cx.ts'

type SelectProps = Omit<ComponentProps<'select'>, 'onChange' | 'value'> & {
  label: string
  value: string
  options: readonly { value: string; label: string; disabled?: boolean }[]
  onChange(value: string): void
  /** Shows the label before the value. */
  labelled?: boolean
}

export function Select({ label, value, options, onChange, labelled, className, ...rest }: SelectProps) {
  return (
    <label
      data-slot="select"
      className={cx(
        'relative inline-flex h-7 max-w-56 items-center rounded-control border border-line bg-background text-12 hover:bg-hover coarse:h-9',
        className,
      )}
    >
      <span className={labelled ? 'pointer-events-none pl-3 text-muted' : 'sr-only'}>{label}</span>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-full min-w-0 max-w-full cursor-pointer appearance-none rounded-control bg-transparent pr-7 pl-2 font-semibold text-foreground focus-ring [&>option]:bg-raised [&>option]:text-foreground"
        {...rest}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute right-2 size-3 text-muted" />
    </label>
  )
}
