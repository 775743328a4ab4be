// detail-pane.tsx: what is open, beside the list: 36 % of the width, resizable and remembered; a sheet on a narrow screen.
import { X } from 'lucide-react'
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from 'react'
import { useKeys } from '../lib/keys.ts'
import { useNarrow } from '../lib/use-narrow.ts'
import { useSettings } from '../settings.ts'
import { IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

type DetailPaneProps = { title: string; actions?: ReactNode; onClose(): void; children: ReactNode; testId: string }

const least = 20
const most = 70

export function DetailPane({ title, actions, onClose, children, testId }: DetailPaneProps) {
  const narrow = useNarrow()
  const { detailPercent, set } = useSettings()
  const pane = useRef<HTMLElement>(null)
  useKeys([{ keys: 'esc', label: 'Close the detail', group: 'Detail', run: onClose }])
  if (narrow) {
    return (
      <Dialog open onClose={onClose} title={title} side="bottom" className="h-[85vh]">
        <div data-testid={testId} className="-m-4">
          {actions && <div className="flex items-center gap-2 px-4 py-2 hairline-b">{actions}</div>}
          {children}
        </div>
      </Dialog>
    )
  }
  const resize = (percent: number) => set({ detailPercent: Math.round(Math.min(most, Math.max(least, percent))) })
  function onPointerMove(event: PointerEvent) {
    if (event.buttons !== 1) return
    const parent = pane.current?.parentElement?.getBoundingClientRect()
    if (parent) resize(((parent.right - event.clientX) / parent.width) * 100)
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    event.preventDefault()
    event.stopPropagation()
    resize(detailPercent + (event.key === 'ArrowLeft' ? 4 : -4))
  }
  return (
    <aside
      ref={pane}
      aria-label={title}
      data-testid={testId}
      className="relative flex min-w-72 shrink-0 flex-col bg-background hairline-l"
      style={{ width: `${detailPercent}%` }}
    >
      <div
        role="separator"
        tabIndex={0}
        aria-label="Width of the detail"
        aria-orientation="vertical"
        aria-valuenow={detailPercent}
        aria-valuemin={least}
        aria-valuemax={most}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onKeyDown={onKeyDown}
        className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize touch-none outline-none hover:bg-selected focus-visible:bg-ring"
      />
      <header className="flex h-9 shrink-0 items-center gap-2 pr-2 pl-3 hairline-b">
        <h2 className="min-w-0 flex-1 truncate text-13 font-semibold">{title}</h2>
        {actions}
        <IconButton label="Close" onClick={onClose} data-testid="detail-close">
          <X aria-hidden className="size-4" />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
    </aside>
  )
}
