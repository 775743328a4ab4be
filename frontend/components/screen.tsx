// screen.tsx: what every screen has: a title, the time range, a filter line, and the sweep while something is asked.
import type { ReactNode } from 'react'
import { useBusy } from '../lib/answers.ts'
import { oneLine } from '../lib/safe-text.ts'
import { cx } from '../ui/cx.ts'
import { SaveView } from './save-view.tsx'
import { TimeRangePicker } from './time-range-picker.tsx'

type ScreenProps = {
  title: ReactNode
  /** In the browser's title and history; the title when that is text. */
  name?: string
  /** Between title and time range. */
  actions?: ReactNode
  /** The line under the header: filter bar, levels, tabs. */
  toolbar?: ReactNode
  /** Whether the screen has a time range. */
  ranged?: boolean
  children: ReactNode
  /** The content scrolls by itself, in parts. */
  fixed?: boolean
  testId: string
}

export function Screen({ title, name, actions, toolbar, ranged = true, children, fixed, testId }: ScreenProps) {
  const busy = useBusy()
  const text = name ?? (typeof title === 'string' ? title : '')
  return (
    <main data-testid={`screen-${testId}`} id="main" className="flex h-full min-w-0 flex-col">
      <title>{text ? `${oneLine(text, 200)} · Telltale` : 'Telltale'}</title>
      <header className="relative flex min-h-12 shrink-0 items-center gap-3 px-4 hairline-b">
        {typeof title === 'string' ? <h1 className="min-w-0 truncate text-20 font-semibold">{title}</h1> : title}
        <div className="ml-auto flex min-w-0 shrink-0 items-center gap-2">
          {actions}
          {ranged && <TimeRangePicker />}
          <SaveView />
        </div>
        <div
          aria-hidden
          data-testid="sweep"
          className={cx(
            'absolute inset-x-0 -bottom-px z-10 h-0.5 overflow-hidden opacity-0 transition-opacity delay-150 duration-100',
            busy && 'opacity-100',
          )}
        >
          {busy && <div className="h-full w-1/4 animate-sweep bg-accent motion-reduce:w-full" />}
        </div>
      </header>
      {toolbar}
      <div className={cx('min-h-0 flex-1', fixed ? 'flex flex-col overflow-hidden' : 'overflow-y-auto')}>
        {children}
      </div>
    </main>
  )
}
