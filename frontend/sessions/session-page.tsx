// session-page.tsx: one session: replay, waterfall, logs, summary and audit as tabs of one page.
import { ArrowLeft } from 'lucide-react'
import { Link, useParams } from 'wouter'
import { session, transcriptStart } from '../api.ts'
import { Agent } from '../components/agents.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Screen } from '../components/screen.tsx'
import { SessionState } from '../components/session-state.tsx'
import { useAnswer } from '../lib/answers.ts'
import { cost, costTitle, count, durationMs, exact } from '../lib/format.ts'
import { useKeys } from '../lib/keys.ts'
import { neighboursOf, useNeighbours } from '../lib/neighbours.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { SessionDetail } from '../lib/shapes.ts'
import { useUrl } from '../lib/url-state.ts'
import { ApiError } from '../request.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TabPanel, Tabs } from '../ui/tabs.tsx'
import { ReplayView } from './replay-view.tsx'
import { SessionAudit } from './session-audit.tsx'
import { SessionLogs } from './session-logs.tsx'
import { SessionSummary } from './session-summary.tsx'
import { SessionTraces } from './session-traces.tsx'

const tabs = ['replay', 'waterfall', 'logs', 'summary', 'audit'] as const
type Tab = (typeof tabs)[number]

export function SessionPage() {
  const { id = '' } = useParams<{ id: string }>()
  const { get, adjust, link, visit } = useUrl()
  const answer = useAnswer(session(id))
  const list = useNeighbours((state) => state.lists.sessions)
  const { before, after } = neighboursOf(list, id)
  const tab: Tab = tabs.find((one) => one === get('tab')) ?? 'replay'
  // Asked for beside the session itself: the replay finds it there.
  useAnswer(tab === 'replay' ? transcriptStart(id) : undefined)
  const to = (other: string | undefined) => () => other && visit(`/sessions/${encodeURIComponent(other)}`)
  useKeys([
    { keys: '[', label: 'Session before', group: 'Session', run: to(before) },
    { keys: ']', label: 'Next session', group: 'Session', run: to(after) },
    { keys: 'esc', label: 'Back to the list', group: 'Session', run: () => visit('/sessions') },
  ])
  const data = answer.data
  return (
    <Screen
      name={data?.title ? oneLine(data.title, 60) : 'Session'}
      testId="session"
      ranged={false}
      fixed
      title={
        <div className="flex min-w-0 items-center gap-3">
          <Link
            href={link('/sessions')}
            aria-label="Back to the sessions"
            className="rounded-control p-1 text-muted focus-ring hover:bg-hover hover:text-foreground"
          >
            <ArrowLeft aria-hidden className="size-4" />
          </Link>
          {data ? (
            <Identity session={data} />
          ) : (
            <h1 className="truncate text-15 font-semibold">Session {id.slice(0, 8)}</h1>
          )}
        </div>
      }
      actions={<CopyButton text={id} label="Copy the session id" />}
    >
      {data ? (
        <Tabs<Tab>
          label="Views of the session"
          value={tab}
          onChange={(next) =>
            adjust({ tab: next === 'replay' ? undefined : next, record: undefined, span: undefined, trace: undefined })
          }
          tabs={[
            { value: 'replay', label: 'Replay', note: data.messageCount > 0 ? count(data.messageCount) : undefined },
            { value: 'waterfall', label: 'Waterfall' },
            { value: 'logs', label: 'Logs' },
            { value: 'summary', label: 'Summary' },
            { value: 'audit', label: 'Audit' },
          ]}
          className="flex-1"
        >
          <TabPanel value="replay">
            <ReplayView key={id} id={id} active={data.status === 'active'} />
          </TabPanel>
          <TabPanel value="waterfall" className="flex flex-col">
            <SessionTraces id={id} />
          </TabPanel>
          <TabPanel value="logs">
            <SessionLogs id={id} />
          </TabPanel>
          <TabPanel value="summary" className="overflow-y-auto">
            <SessionSummary session={data} />
          </TabPanel>
          <TabPanel value="audit" className="overflow-y-auto">
            <SessionAudit id={id} />
          </TabPanel>
        </Tabs>
      ) : answer.error instanceof ApiError && answer.error.status === 404 ? (
        <EmptyState title="There is no such session">
          <p>
            Nothing is stored under <code className="break-all text-foreground">{id}</code>.
          </p>
        </EmptyState>
      ) : answer.error ? (
        <ErrorState what="The session could not be read." error={answer.error} retry={answer.retry} />
      ) : (
        <SkeletonRows rows={14} rowClass="h-12" />
      )}
    </Screen>
  )
}

function Identity({ session }: { session: SessionDetail }) {
  return (
    <div className="min-w-0 py-1">
      <h1 className="truncate text-15 font-semibold">
        <bdi>{oneLine(session.title || session.sessionId, 160)}</bdi>
      </h1>
      <p className="flex min-w-0 items-center gap-x-3 overflow-hidden text-12 whitespace-nowrap text-muted">
        <Agent id={session.tool} fallback={session.serviceName} />
        <span
          className="font-semibold text-foreground"
          title={`${costTitle(session.costUsd, session.models.join(', '))}, ${session.basis}`}
          data-testid="session-cost"
        >
          {cost(session.costUsd)}
        </span>
        <span title={exact(session.totalTokens)} className="hidden sm:inline">
          {count(session.totalTokens)} tokens
        </span>
        <span className="hidden sm:inline">{durationMs(session.durationMs)}</span>
        <span className="hidden md:inline">{count(session.toolCallCount)} tool calls</span>
        {session.errorCount > 0 && (
          <span className="hidden text-error md:inline">{count(session.errorCount)} errors</span>
        )}
        {session.project && (
          <span className="hidden truncate lg:inline">
            <bdi>{oneLine(session.project, 60)}</bdi>
            {session.branch ? ` ${oneLine(session.branch, 40)}` : ''}
          </span>
        )}
        <SessionState status={session.status} />
      </p>
    </div>
  )
}
