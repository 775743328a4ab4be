// badge.tsx: a word about a state: always icon and word and colour, since hue alone does not tell everyone.
import type { ReactNode } from 'react'
import { variants } from './cx.ts'

export type Tone = 'neutral' | 'ok' | 'warn' | 'error' | 'info' | 'accent'

const styles = variants(
  'inline-flex h-5 shrink-0 items-center gap-1 rounded-[4px] px-1.5 text-12 whitespace-nowrap',
  {
    tone: {
      neutral: 'bg-hover text-muted',
      ok: 'bg-[color-mix(in_oklch,var(--ok)_12%,transparent)] text-ok',
      warn: 'bg-[color-mix(in_oklch,var(--warn)_14%,transparent)] text-warn',
      error: 'bg-[color-mix(in_oklch,var(--error)_12%,transparent)] text-error',
      info: 'bg-[color-mix(in_oklch,var(--info)_12%,transparent)] text-info',
      accent: 'bg-selected text-accent',
    },
  },
  { tone: 'neutral' },
)

type BadgeProps = { tone?: Tone; icon?: ReactNode; children: ReactNode; className?: string; title?: string }

export function Badge({ tone, icon, children, className, title }: BadgeProps) {
  return (
    <span data-slot="badge" title={title} className={styles({ tone, className })}>
      {icon}
      {children}
    </span>
  )
}
