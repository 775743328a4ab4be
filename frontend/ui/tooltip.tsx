// tooltip.tsx: more about what the pointer or the focus is on; inverted, so that it stands out in both themes.
import * as Radix from '@radix-ui/react-tooltip'
import type { ReactNode } from 'react'
import { useLayer } from './layer.ts'

export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Radix.Provider delayDuration={350} skipDelayDuration={200} disableHoverableContent>
    {children}
  </Radix.Provider>
)

type TooltipProps = { text: ReactNode; children: ReactNode; side?: 'top' | 'right' | 'bottom' | 'left' }

/** `children` is one element that takes a ref and can have the focus. */
export function Tooltip({ text, children, side = 'top' }: TooltipProps) {
  const layer = useLayer()
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          data-slot="tooltip"
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-80 animate-appear rounded-control bg-foreground px-2 py-1 text-12 break-words text-background shadow-floating"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
