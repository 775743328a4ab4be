// button.tsx: something to press.
import type { ComponentProps } from 'react'
import { variants } from './cx.ts'

const styles = variants(
  'inline-flex shrink-0 items-center justify-center gap-2 rounded-control font-semibold whitespace-nowrap select-none focus-ring disabled:opacity-50',
  {
    look: {
      solid: 'bg-accent text-accent-foreground hover:opacity-90',
      outline: 'border border-line bg-background text-foreground hover:bg-hover',
      quiet: 'text-muted hover:bg-hover hover:text-foreground aria-pressed:bg-selected aria-pressed:text-foreground',
    },
    size: {
      small: 'h-6 px-2 text-12 coarse:h-9',
      medium: 'h-7 px-3 text-12 coarse:h-9',
      icon: 'size-7 coarse:size-9',
    },
  },
  { look: 'outline', size: 'medium' },
)

type ButtonProps = ComponentProps<'button'> & {
  look?: 'solid' | 'outline' | 'quiet'
  size?: 'small' | 'medium' | 'icon'
}

export function Button({ look, size, className, type = 'button', ...rest }: ButtonProps) {
  return <button data-slot="button" type={type} className={styles({ look, size, className })} {...rest} />
}

/** A button that is only an icon; `label` is its name for those who do not see it, and its tooltip. */
export function IconButton({ label, ...rest }: Omit<ButtonProps, 'size' | 'aria-label'> & { label: string }) {
  return <Button look="quiet" size="icon" aria-label={label} title={label} {...rest} />
}
