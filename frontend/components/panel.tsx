// panel.tsx: a part of a screen with its title: a hairline box, no shadow.
import type { ReactNode } from 'react'
import { cx } from '../ui/cx.ts'

type PanelProps = {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** Old data while new are on their way. */
  pending?: boolean
  className?: string
  testId?: string
}

export function Panel({ title, note, actions, children, pending, className, testId }: PanelProps) {
  return (
    <section
      data-slot="panel"
      data-testid={testId}
      className={cx('flex min-w-0 flex-col rounded-panel bg-background hairline', className)}
    >
      {(title || actions) && (
        <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1">
          {title && <h2 className="text-13 font-semibold">{title}</h2>}
          {note && <span className="text-12 text-muted">{note}</span>}
          {actions && <div className="ml-auto flex items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={cx('min-h-0 flex-1 transition-opacity duration-100', pending && 'opacity-60')}>{children}</div>
    </section>
  )
}
