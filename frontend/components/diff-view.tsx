// diff-view.tsx: a unified diff: what went, what came.
import { useState } from 'react'
import { exact } from '../lib/format.ts'
import { visible } from '../lib/safe-text.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Scroller } from '../ui/scroller.tsx'

const linesAtFirst = 400

function lookOf(line: string): string {
  if (line.startsWith('@@')) return 'text-muted bg-hover'
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ') || line.startsWith('index '))
    return 'text-muted'
  if (line.startsWith('+')) return 'bg-[color-mix(in_oklch,var(--ok)_12%,transparent)]'
  if (line.startsWith('-')) return 'bg-[color-mix(in_oklch,var(--error)_12%,transparent)]'
  return ''
}

export function DiffView({ diff }: { diff: string }) {
  const [most, setMost] = useState(linesAtFirst)
  const lines = visible(diff).replace(/\n$/, '').split('\n')
  return (
    <div>
      <Scroller label="Diff" className="max-h-[28rem] py-1">
        <pre className="w-max min-w-full text-12 leading-4">
          {lines.slice(0, most).map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
            <div key={index} className={cx('px-3', lookOf(line))}>
              {line === '' ? ' ' : line}
            </div>
          ))}
        </pre>
      </Scroller>
      {lines.length > most && (
        <Button look="quiet" size="small" onClick={() => setMost(most * 10)}>
          {exact(most)} of {exact(lines.length)} lines shown; show more
        </Button>
      )}
    </div>
  )
}
