// menu.tsx: a list of things to do.
import * as Radix from '@radix-ui/react-dropdown-menu'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLayer } from './layer.ts'

/** `id` where two may have one label. */
export type MenuItem =
  | { id?: string; label: string; run(): void; icon?: ReactNode; checked?: boolean; disabled?: boolean; key?: string }
  | 'separator'

type MenuProps = {
  trigger: ReactNode
  items: readonly MenuItem[]
  align?: 'start' | 'end'
  side?: 'top' | 'bottom' | 'right'
}

/** `trigger` is one element that takes a ref. */
export function Menu({ trigger, items, align = 'start', side = 'bottom' }: MenuProps) {
  const layer = useLayer()
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          data-slot="menu"
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 animate-appear rounded-panel border border-line bg-raised p-1 text-13 text-foreground shadow-floating"
        >
          {items.map((item, index) =>
            item === 'separator' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: separators have no other identity than their place.
              <Radix.Separator key={`separator-${index}`} className="my-1 h-px bg-border" />
            ) : (
              <Radix.Item
                key={item.id ?? item.label}
                disabled={item.disabled ?? false}
                onSelect={item.run}
                className="flex h-7 cursor-pointer items-center gap-2 rounded-[4px] px-2 outline-none data-disabled:opacity-50 data-highlighted:bg-selected coarse:h-9"
              >
                <span className="flex size-4 items-center justify-center text-muted">
                  {item.checked ? <Check aria-label="chosen" className="size-4 text-accent" /> : item.icon}
                </span>
                <span className="flex-1">{item.label}</span>
                {item.key && <kbd className="text-11 text-muted">{item.key}</kbd>}
              </Radix.Item>
            ),
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
