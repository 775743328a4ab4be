// tabs.tsx: views of one thing.
import * as Radix from '@radix-ui/react-tabs'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

type TabsProps<V extends string> = {
  label: string
  value: V
  tabs: readonly { value: V; label: string; note?: string | undefined }[]
  onChange(value: V): void
  children: ReactNode
  className?: string
}

/** On a phone the last ones lie beyond the edge. */
function intoSight(tab: HTMLElement | null) {
  const list = tab?.parentElement
  if (!tab || !list || list.scrollWidth <= list.clientWidth) return
  const beyond = tab.offsetLeft - list.offsetLeft + tab.offsetWidth + 16 - list.clientWidth
  list.scrollLeft = Math.max(0, Math.max(beyond, Math.min(list.scrollLeft, tab.offsetLeft - list.offsetLeft - 16)))
}

/** The children are {@link TabPanel}s. */
export function Tabs<V extends string>({ label, value, tabs, onChange, children, className }: TabsProps<V>) {
  return (
    <Radix.Root
      data-slot="tabs"
      value={value}
      onValueChange={(next) => onChange(next as V)}
      className={cx('flex min-h-0 flex-col', className)}
    >
      <Radix.List aria-label={label} className="flex h-9 shrink-0 gap-4 overflow-x-auto px-4 hairline-b scrollbar-none">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            ref={tab.value === value ? intoSight : undefined}
            value={tab.value}
            className="inline-flex items-center gap-2 border-y-2 border-transparent text-13 whitespace-nowrap text-muted focus-ring-inset hover:text-foreground data-[state=active]:border-b-accent data-[state=active]:font-semibold data-[state=active]:text-foreground"
          >
            {tab.label}
            {tab.note !== undefined && <span className="text-12 font-normal text-muted">{tab.note}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  )
}

export function TabPanel({ value, children, className }: { value: string; children: ReactNode; className?: string }) {
  return (
    <Radix.Content
      value={value}
      className={cx('min-h-0 flex-1 focus-ring-inset data-[state=inactive]:hidden', className)}
    >
      {children}
    </Radix.Content>
  )
}
