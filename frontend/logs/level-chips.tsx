// level-chips.tsx: how many records each level has; one of them can be chosen.
import { Level, levelOf, levels } from '../components/level.tsx'
import { count, exact } from '../lib/format.ts'
import type { Levels } from '../lib/shapes.ts'
import { cx } from '../ui/cx.ts'

type LevelChipsProps = {
  counts: Levels | undefined
  chosen: string | undefined
  onChoose(level: string | undefined): void
}

export function LevelChips({ counts, chosen, onChoose }: LevelChipsProps) {
  // Senders spell levels as they like (`Error`, `ERROR`); to a reader and to the API's filter they are one.
  const sums = new Map<string, number>()
  for (const [text, number] of Object.entries(counts ?? {})) {
    const level = levelOf(text)
    sums.set(level, (sums.get(level) ?? 0) + number)
  }
  const order = (level: string) => levels.indexOf(level as (typeof levels)[number])
  const entries = [...sums].sort(([a], [b]) => order(b) - order(a))
  return (
    <ul aria-label="Levels" className="flex items-center gap-1 overflow-x-auto scrollbar-none">
      {entries.map(([level, number]) => (
        <li key={level}>
          <button
            type="button"
            data-testid={`level-${level}`}
            aria-pressed={levelOf(chosen ?? '') === level}
            title={`${exact(number)} records`}
            onClick={() => onChoose(levelOf(chosen ?? '') === level ? undefined : level)}
            className={cx(
              'flex h-6 items-center gap-1.5 rounded-control px-2 text-12 whitespace-nowrap focus-ring hairline hover:bg-hover coarse:h-9',
              levelOf(chosen ?? '') === level && 'bg-selected',
            )}
          >
            <Level text={level} className="max-w-32" />
            <span data-slot="number">{count(number)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
