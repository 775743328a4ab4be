// overhead-detail.tsx: the records behind one number of the overhead: each retry, refusal or compaction of one model.
import { Link } from 'wouter'
import { overhead } from '../api.ts'
import { Agent } from '../components/agents.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Facts, Section } from '../components/facts.tsx'
import { useAnswer } from '../lib/answers.ts'
import { cost, count, durationMs, exact, exactCost } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { OverheadItem, OverheadSum } from '../lib/shapes.ts'
import { absolute, type Zone } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useView } from '../lib/use-window.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Occurrence, occurrenceLink } from './occurrence.tsx'

const itemsMax = 100

export function OverheadDetail({ sum, session }: { sum: OverheadSum; session: string | undefined }) {
  const view = useView()
  const { kind, tool, model } = sum
  const answer = useAnswer(overhead(view.window, { kind, tool, model, session }, { limit: itemsMax }))
  return (
    <>
      <div className="flex flex-col gap-2 px-3 py-3">
        <p className="text-15 font-semibold break-words">
          <bdi>{oneLine(model, 120) || 'Unknown model'}</bdi>
        </p>
        <Agent id={tool} />
      </div>
      <Section title="Facts">
        <Facts
          facts={[
            { name: 'Times', value: exact(sum.count) },
            { name: 'Sessions', value: exact(sum.sessions) },
            { name: 'Tokens', value: exact(sum.totalTokens) },
            { name: 'Cost', value: sum.costUsd === null ? '—' : exactCost(sum.costUsd) },
            sum.durationMs !== undefined && { name: 'Took', value: durationMs(sum.durationMs) },
            sum.withoutCost > 0 && {
              name: 'Cost unknown',
              value: exact(sum.withoutCost),
              title: 'the agent tells that it happened and not which request it was',
            },
            { name: 'Last', value: absolute(sum.lastTime, view.zone) },
          ]}
        />
      </Section>
      <Section title="Records" note={answer.data ? exact(answer.data.total) : undefined}>
        {answer.error && !answer.data ? (
          <ErrorState what="The records could not be read." error={answer.error} retry={answer.retry} />
        ) : !answer.data ? (
          <SkeletonRows rows={4} />
        ) : (
          <ul>
            {answer.data.items.map((item, index) => (
              <Item key={item.callId ?? `${item.sessionId}${item.timestamp}${index}`} item={item} zone={view.zone} />
            ))}
          </ul>
        )}
      </Section>
    </>
  )
}

function Item({ item, zone }: { item: OverheadItem; zone: Zone }) {
  const { link } = useUrl()
  const facts = [
    item.count > 1 && `${exact(item.count)} attempts that only their number tells of`,
    item.statusCode !== undefined && `status ${item.statusCode}`,
    item.stopReason,
    item.totalTokens > 0 && `${count(item.totalTokens)} tokens`,
    (item.totalTokens > 0 || item.costUsd === null) && cost(item.costUsd),
    item.durationMs !== undefined && durationMs(item.durationMs),
    (item.tokensBefore !== undefined || item.tokensAfter !== undefined) &&
      `context ${count(item.tokensBefore)} → ${count(item.tokensAfter)}`,
  ].filter((fact) => fact !== false && fact !== undefined)
  return (
    <Occurrence of={item} zone={zone} message={item.message}>
      {item.callId && (
        <Link
          href={link('/sql', { sql: `from model_calls where call_id = '${item.callId.replaceAll("'", "''")}'` })}
          className={occurrenceLink}
        >
          ledger
        </Link>
      )}
      <span className="text-muted">{facts.join(' · ')}</span>
    </Occurrence>
  )
}
