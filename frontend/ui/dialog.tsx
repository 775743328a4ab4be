// dialog.tsx: a layer that takes the page over until it is closed; from the side on request.
import * as Radix from '@radix-ui/react-dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../lib/cx.ts'
import { IconButton } from './button.tsx'

type DialogProps = {
  open: boolean
  onClose(): void
  title: string
  description?: string
  children: ReactNode
  side?: 'center' | 'left' | 'bottom'
  className?: string
}

const places = {
  center: 'top-[12vh] left-1/2 max-h-[76vh] w-[min(40rem,calc(100vw-2rem))] -translate-x-1/2 rounded-panel',
  left: 'inset-y-0 left-0 w-[min(18rem,85vw)]',
  bottom: 'inset-x-0 bottom-0 max-h-[85vh] rounded-t-panel pb-[env(safe-area-inset-bottom)]',
}

export function Dialog({ open, onClose, title, description, children, side = 'center', className }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-[oklch(0.1_0.01_265/45%)]" />
        <Radix.Content
          data-slot="dialog"
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cx(
            'fixed z-50 flex animate-appear flex-col overflow-hidden border border-line bg-raised text-foreground shadow-floating focus:outline-none',
            places[side],
            className,
          )}
        >
          <div className="flex shrink-0 items-center gap-3 py-2 pr-2 pl-4 hairline-b">
            <Radix.Title className="flex-1 text-15 font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X aria-hidden className="size-4" />
              </IconButton>
            </Radix.Close>
          </div>
          {description && <Radix.Description className="px-4 pt-3 text-muted">{description}</Radix.Description>}
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
