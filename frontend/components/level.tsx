// level.tsx: severity as icon, word and colour.
import { Bug, CircleAlert, CircleDot, Info, Skull, TriangleAlert } from 'lucide-react'
import { dictionary } from '../lib/dictionary.ts'
import { oneLine } from '../lib/safe-text.ts'
import { cx } from '../ui/cx.ts'

/** The levels in the order of their weight. */
export const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const

const looks = dictionary<{ icon: typeof Info; color: string }>({
  TRACE: { icon: CircleDot, color: 'text-muted' },
  DEBUG: { icon: Bug, color: 'text-muted' },
  INFO: { icon: Info, color: 'text-info' },
  WARN: { icon: TriangleAlert, color: 'text-warn' },
  ERROR: { icon: CircleAlert, color: 'text-error' },
  FATAL: { icon: Skull, color: 'text-error' },
})

/** The known level that a sender's word stands for: `WARNING` → `WARN`, `Error2` → `ERROR`. */
export function levelOf(text: string): string {
  const upper = text.toUpperCase()
  if (upper.startsWith('ERR')) return 'ERROR'
  if (upper.startsWith('CRIT') || upper.startsWith('EMERG') || upper.startsWith('ALERT')) return 'FATAL'
  return levels.find((level) => upper.startsWith(level)) ?? upper
}

/** With `terse`, the word is only read out where its table is narrow. */
export function Level({ text, terse, className }: { text: string; terse?: boolean; className?: string }) {
  const level = levelOf(text)
  const { icon: Icon, color } = looks[level] ?? { icon: CircleDot, color: 'text-muted' }
  return (
    <span
      data-slot="level"
      className={cx('inline-flex max-w-full min-w-0 items-center gap-1 text-12', color, className)}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      <span className={terse ? 'sr-only @min-[50rem]:not-sr-only @min-[50rem]:truncate' : 'truncate'}>
        {oneLine(level, 80) || '—'}
      </span>
    </span>
  )
}
