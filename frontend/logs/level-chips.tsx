// level-chips.tsx: how many records each level has; one of them can be chosen.
import { Level, levelOf, levels } from '../components/level.tsx'
import { cx } from '../lib/cx.ts'
import { count, exact } from '../lib/format.ts'
import type { Levels } from '../lib/shapes.ts'

type LevelChipsProps = {
  counts: Levels | undefined
  chosen: string | undefined
  onChoose(level: string | undefined): void
}

export function LevelChips({ counts, chosen, onChoose }: LevelChipsProps) {
  const order = (level: string) => {
    const at = levels.indexOf(levelOf(level) as (typeof levels)[number])
    return at === -1 ? -1 : at
  }
  const entries = Object.entries(counts ?? {}).sort(([a], [b]) => order(b) - order(a))
  return (
    <ul aria-label="Levels" className="flex items-center gap-1 overflow-x-auto scrollbar-none">
      {entries.map(([level, number]) => (
        <li key={level}>
          <button
            type="button"
            data-testid={`level-${level}`}
            aria-pressed={chosen === level}
            title={`${exact(number)} records`}
            onClick={() => onChoose(chosen === level ? undefined : level)}
            className={cx(
              'flex h-6 items-center gap-1.5 rounded-control px-2 text-12 whitespace-nowrap focus-ring hairline hover:bg-hover coarse:h-9',
              chosen === level && 'bg-selected',
            )}
          >
            <Level text={level} />
            <span data-slot="number">{count(number)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
