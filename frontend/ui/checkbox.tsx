// checkbox.tsx: yes or no.
import { cx } from './cx.ts'

type CheckboxProps = { label: string; checked: boolean; onChange(checked: boolean): void; className?: string }

export function Checkbox({ label, checked, onChange, className }: CheckboxProps) {
  return (
    <label
      data-slot="checkbox"
      className={cx('inline-flex h-7 cursor-pointer items-center gap-2 text-12 coarse:h-9', className)}
    >
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-3.5 accent-accent focus-ring"
      />
      {label}
    </label>
  )
}
