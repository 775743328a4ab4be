// budget-bar.tsx: how much of a budget is spent, with its limit as the end of the bar.
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import type { Budget } from '../lib/shapes.ts'
import { cx } from '../ui/cx.ts'

const looks = {
  ok: { icon: CircleCheck, text: 'text-ok', bar: 'bg-accent', word: 'within' },
  warning: { icon: TriangleAlert, text: 'text-warn', bar: 'bg-warn', word: 'nearly used up' },
  exceeded: { icon: CircleAlert, text: 'text-error', bar: 'bg-error', word: 'used up' },
} as const

export function BudgetState({ state, percent }: Pick<Budget, 'state' | 'percent'>) {
  const { icon: Icon, text, word } = looks[state]
  return (
    <span className={cx('inline-flex items-center gap-1 text-12 whitespace-nowrap', text)}>
      <Icon aria-hidden className="size-3.5" />
      <span data-slot="number">{Math.round(percent)}%</span> {word}
    </span>
  )
}

export function BudgetBar({
  state,
  percent,
  warnPercent,
  name,
}: Pick<Budget, 'state' | 'percent' | 'warnPercent'> & { name: string }) {
  return (
    <span
      role="meter"
      aria-label={`Spent of ${name}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, Math.round(percent))}
      aria-valuetext={`${Math.round(percent)} percent, ${looks[state].word}`}
      className="relative block h-1.5 overflow-hidden rounded-full bg-selected"
    >
      <span
        className={cx('block h-full origin-left rounded-full', looks[state].bar)}
        style={{ transform: `scaleX(${Math.min(1, percent / 100)})` }}
      />
      <span aria-hidden className="absolute top-0 h-full w-px bg-line" style={{ left: `${warnPercent}%` }} />
    </span>
  )
}
