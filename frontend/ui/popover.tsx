// popover.tsx: a small layer beside what opened it.
import * as Radix from '@radix-ui/react-popover'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { useLayer } from './layer.ts'

type PopoverProps = {
  trigger: ReactNode
  label: string
  children: ReactNode
  open?: boolean | undefined
  onOpenChange?: ((open: boolean) => void) | undefined
  align?: 'start' | 'center' | 'end'
  className?: string
}

/** `trigger` is one element that takes a ref. */
export function Popover({ trigger, label, children, open, onOpenChange, align = 'start', className }: PopoverProps) {
  const layer = useLayer()
  return (
    <Radix.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          data-slot="popover"
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={cx(
            'z-50 max-h-[min(36rem,var(--radix-popover-content-available-height))] animate-appear overflow-y-auto rounded-panel border border-line bg-raised text-13 text-foreground shadow-floating focus:outline-none',
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
