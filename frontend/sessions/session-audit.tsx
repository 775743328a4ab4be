// session-audit.tsx: where a session's numbers come from: what each door told, what is used, and why they differ.
import { audit } from '../api.ts'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { dictionary } from '../lib/dictionary.ts'
import { cost, count, exact, exactCost } from '../lib/format.ts'
import type { UsageNumbers } from '../lib/shapes.ts'
import { cx } from '../ui/cx.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, Td, Th } from '../ui/table.tsx'

const fields: readonly { key: keyof UsageNumbers; label: string; money?: boolean; part?: boolean }[] = [
  { key: 'requests', label: 'Requests' },
  { key: 'errors', label: 'Failed requests' },
  { key: 'inputTokens', label: 'Input tokens' },
  { key: 'cacheReadTokens', label: 'Cache read tokens' },
  { key: 'cacheWriteTokens', label: 'Cache write tokens' },
  { key: 'cacheWrite1hTokens', label: 'kept for an hour', part: true },
  { key: 'outputTokens', label: 'Output tokens' },
  { key: 'reasoningTokens', label: 'reasoning', part: true },
  { key: 'webSearches', label: 'Web searches' },
  { key: 'reportedCostUsd', label: 'Reported cost', money: true },
]
const sourceNames = dictionary<string>({
  otlp_logs: 'OTLP logs',
  otlp_traces: 'OTLP traces',
  otlp_metrics: 'OTLP metrics',
  transcript: 'Transcript',
  hook: 'Hooks',
  push: 'Pushed',
})

/** A field as the table above calls it. */
const labelOf = (field: string) => fields.find(({ key }) => key === field)?.label ?? field

/** A sentence with the doors as people call them. */
const named = (text: string) => text.replace(/\w+/g, (word) => sourceNames[word] ?? word)

export function SessionAudit({ id }: { id: string }) {
  const answer = useAnswer(audit({ session: id }))
  if (answer.error && !answer.data)
    return <ErrorState what="The audit could not be read." error={answer.error} retry={answer.retry} />
  if (!answer.data) return <SkeletonRows />
  const one = answer.data.sessions[0]
  if (!one)
    return (
      <EmptyState title="Nothing to audit">
        <p>No door told of a model request in this session.</p>
      </EmptyState>
    )
  return (
    <div className="flex flex-col gap-4 p-4" data-testid="audit">
      <Panel title="What each door saw" note="— where a door does not tell of it">
        <Table label="What each door saw">
          <thead>
            <tr>
              <Th>Number</Th>
              {one.sources.map(({ source }) => (
                <Th key={source} className="text-right">
                  {sourceNames[source] ?? source}
                </Th>
              ))}
              <Th className="text-right text-foreground">Used</Th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ key, label, money, part }) => {
              const used = one.used[key] as number | null
              const write = (value: number | null | undefined) => (money ? cost(value) : count(value))
              const full = (value: number | null | undefined) => (money ? exactCost(value) : exact(value))
              return (
                <tr key={key} className="hover:bg-hover">
                  <Td>
                    {part && <span className="pl-4 text-muted">of these </span>}
                    {label}
                  </Td>
                  {one.sources.map((source) => {
                    const value = source[key] as number | null | undefined
                    const differs = value !== null && value !== undefined && used !== null && value !== used
                    return (
                      <Td
                        key={source.source}
                        title={full(value)}
                        className={cx(
                          'text-right',
                          (value === null || value === undefined) && 'text-muted',
                          differs && 'text-warn',
                        )}
                      >
                        {write(value)}
                      </Td>
                    )
                  })}
                  <Td className="text-right font-semibold" title={full(used)}>
                    {write(used)}
                  </Td>
                </tr>
              )
            })}
          </tbody>
        </Table>
      </Panel>
      <Panel
        title="Differences"
        note={one.differences.length === 0 ? 'none: all doors agree' : exact(one.differences.length)}
      >
        {one.differences.length > 0 && (
          <ul>
            {one.differences.slice(0, 200).map((difference) => (
              <li
                key={`${difference.field} ${difference.reason} ${JSON.stringify(difference.values)}`}
                className="px-3 py-2 hairline-t"
              >
                <p className="flex flex-wrap gap-x-4">
                  <span className="font-semibold">{labelOf(difference.field)}</span>
                  {Object.entries(difference.values).map(([source, value]) => (
                    <span key={source} className="text-muted">
                      {sourceNames[source] ?? source}: {typeof value === 'number' ? exact(value) : String(value)}
                    </span>
                  ))}
                  <span>
                    used: {typeof difference.used === 'number' ? exact(difference.used) : String(difference.used)}
                  </span>
                </p>
                <p className="text-muted">{named(difference.reason)}</p>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  )
}
