// widget-frame.tsx: a widget's box: its title, its menu, and the handle to move it by pointer and by key.
import { ArrowDown, ArrowUp, Copy, Ellipsis, GripVertical, Pencil, Trash2 } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { oneLine, visible } from '../lib/safe-text.ts'
import type { Widget } from '../lib/shapes.ts'
import { presets } from '../lib/time-range.ts'
import { IconButton } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Menu } from '../ui/menu.tsx'
import { kindOf } from './kinds.ts'
import type { Step } from './layout.ts'

type WidgetFrameProps = {
  widget: Widget
  /** It can be moved: by the pointer on its head, by arrows on its handle. */
  arranging: boolean
  /** Stacked on a phone: up and down only. */
  narrow: boolean
  onStep(step: Step): void
  onEdit(): void
  onDuplicate(): void
  onRemove(): void
  children: ReactNode
}

const moves: Record<string, Step> = {
  ArrowLeft: { column: -1 },
  ArrowRight: { column: 1 },
  ArrowUp: { row: -1 },
  ArrowDown: { row: 1 },
}
const sizes: Record<string, Step> = {
  ArrowLeft: { width: -1 },
  ArrowRight: { width: 1 },
  ArrowUp: { height: -1 },
  ArrowDown: { height: 1 },
}

export function WidgetFrame(props: WidgetFrameProps) {
  const { widget, arranging, narrow, onStep, onEdit, onDuplicate, onRemove, children } = props
  const kind = kindOf(widget.widgetType)
  const range = presets.find(({ id }) => id === widget.config.range)
  const title = visible(widget.title)
  function onKeyDown(event: KeyboardEvent) {
    const step = (event.shiftKey ? sizes : moves)[event.key]
    if (!step) return
    event.preventDefault()
    event.stopPropagation()
    onStep(step)
  }
  return (
    <section
      aria-label={title}
      data-testid="widget"
      data-kind={widget.widgetType}
      className={cx(
        'group/widget flex h-full min-w-0 flex-col overflow-hidden rounded-panel bg-background hairline',
        arranging && 'border-line',
      )}
    >
      <header
        data-drag
        className={cx(
          'flex h-8 shrink-0 items-center gap-1 pr-1 pl-3',
          arranging && !narrow && 'cursor-move touch-none',
        )}
      >
        {arranging && (
          <button
            type="button"
            aria-label={`Move ${title}`}
            aria-describedby="arrange-help"
            data-testid="widget-handle"
            onKeyDown={onKeyDown}
            className="-ml-2 flex size-6 shrink-0 cursor-move items-center justify-center rounded-[4px] text-muted focus-ring"
          >
            <GripVertical aria-hidden className="size-3.5" />
          </button>
        )}
        <h2 className="min-w-0 truncate text-12 font-semibold" title={title}>
          <bdi>{oneLine(title, 255)}</bdi>
        </h2>
        {range && <span className="shrink-0 truncate text-12 text-muted">{range.label.toLowerCase()}</span>}
        <div className="ml-auto shrink-0 opacity-0 group-focus-within/widget:opacity-100 group-hover/widget:opacity-100 touch:opacity-100">
          <Menu
            align="end"
            trigger={
              <IconButton label={`Menu of ${title}`} data-testid="widget-menu" className="size-6">
                <Ellipsis aria-hidden className="size-4" />
              </IconButton>
            }
            items={[
              { label: 'Edit', run: onEdit, icon: <Pencil className="size-3.5" />, disabled: !kind },
              { label: 'Duplicate', run: onDuplicate, icon: <Copy className="size-3.5" /> },
              'separator',
              { label: 'Move up', run: () => onStep({ row: -1 }), icon: <ArrowUp className="size-3.5" /> },
              { label: 'Move down', run: () => onStep({ row: 1 }), icon: <ArrowDown className="size-3.5" /> },
              'separator',
              { label: 'Remove', run: onRemove, icon: <Trash2 className="size-3.5" /> },
            ]}
          />
        </div>
      </header>
      <div className="min-h-0 flex-1">{children}</div>
    </section>
  )
}
