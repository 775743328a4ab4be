// running-sessions.tsx: what the agents do at this moment: who waits, which tool runs, how full the context is, what it cost so far.
import { Brain, CircleHelp, Hourglass, Pause, Wrench } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'wouter'
import { running } from '../api.ts'
import { AgentDot, useAgentLook } from '../components/agents.tsx'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { cost, costTitle, count, duration, exact, ratio } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { RunningSession } from '../lib/shapes.ts'
import { toMs } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { cx } from '../ui/cx.ts'

/** Whoever waits for a person comes first. */
const order = { permission: 0, tool: 1, thinking: 2, idle: 3 } as const
const shownMax = 8
const askAgainMs = 20_000

const looks = {
  permission: { icon: Hourglass, color: 'text-warn', word: 'Waits for you' },
  tool: { icon: Wrench, color: 'text-ok', word: 'Runs a tool' },
  thinking: { icon: Brain, color: 'text-ok', word: 'Thinks' },
  idle: { icon: Pause, color: 'text-muted', word: 'Idle' },
} as const

export function RunningSessions() {
  const { link } = useUrl()
  const answer = useAnswer(running())
  const { retry } = answer
  useEffect(() => {
    // A session that falls silent tells nobody: it leaves the list by being asked about.
    const timer = setInterval(retry, askAgainMs)
    return () => clearInterval(timer)
  }, [retry])
  const sessions = answer.data?.sessions.toSorted((a, b) => order[a.doing] - order[b.doing])
  if (!sessions || sessions.length === 0) return null
  const waiting = sessions.filter(({ doing }) => doing === 'permission').length
  return (
    <Panel
      title="Running now"
      note={
        <>
          {exact(sessions.length)} {sessions.length === 1 ? 'session' : 'sessions'}
          {waiting > 0 && <span className="font-semibold text-warn"> · {exact(waiting)} waiting for permission</span>}
        </>
      }
      testId="running"
    >
      <ul>
        {sessions.slice(0, shownMax).map((session) => (
          <li key={`${session.tool} ${session.sessionId}`} className="hairline-t">
            <Row session={session} />
          </li>
        ))}
      </ul>
      {sessions.length > shownMax && (
        <Link
          href={link('/sessions', { q: 'status:active' })}
          className="block px-3 py-2 text-12 text-muted hairline-t focus-ring-inset hover:bg-hover"
        >
          {exact(sessions.length - shownMax)} more
        </Link>
      )}
    </Panel>
  )
}

function Row({ session }: { session: RunningSession }) {
  const { link } = useUrl()
  const now = useNow(1_000)
  const agent = useAgentLook()(session.tool || session.serviceName)
  const since = session.since ? now - toMs(session.since) : undefined
  return (
    <Link
      href={link(`/sessions/${encodeURIComponent(session.sessionId)}`)}
      data-testid={`running-${session.sessionId}`}
      className={cx(
        'grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-0.5 px-3 py-2 focus-ring-inset hover:bg-hover',
        'lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_9rem_5rem]',
      )}
    >
      <span className="flex min-w-0 flex-col">
        <span className="flex min-w-0 items-center gap-2">
          <AgentDot id={session.tool || session.serviceName} />
          <span className="truncate">
            <bdi>{oneLine(session.title || session.prompt || session.sessionId, 120)}</bdi>
          </span>
        </span>
        <span className="truncate pl-4 text-12 text-muted">
          {[agent.name, session.project, session.branch, session.model].filter(Boolean).join(' · ')}
        </span>
      </span>
      <span className="order-3 col-span-2 flex min-w-0 flex-col pl-4 lg:order-none lg:col-span-1 lg:pl-0">
        <Doing session={session} since={since} />
        {session.toolInput && (
          <code className="truncate text-11 text-muted">{oneLine(summaryOf(session.toolInput), 200)}</code>
        )}
      </span>
      <span className="order-4 col-span-2 pl-4 lg:order-none lg:col-span-1 lg:pl-0">
        <Context session={session} />
      </span>
      <span className="flex flex-col text-right" title={`${costTitle(session.costUsd, session.model)} so far`}>
        <span className="font-semibold">{cost(session.costUsd)}</span>
        <span className="text-12 text-muted">{seconds(now - toMs(session.startTime))}</span>
      </span>
    </Link>
  )
}

function Doing({ session, since }: { session: RunningSession; since: number | undefined }) {
  const { icon: Icon, color, word } = looks[session.doing]
  const tools = session.openTools > 1 ? ` and ${exact(session.openTools - 1)} more` : ''
  return (
    <span className="flex min-w-0 items-center gap-1.5" data-testid="doing" data-doing={session.doing}>
      <Icon aria-hidden className={cx('size-3.5 shrink-0', color)} />
      <span
        className={cx(
          'shrink-0 text-12',
          session.doing === 'permission' && 'font-semibold text-warn',
          // The icon and the tool's name say it to those who see them.
          session.doing === 'tool' && session.toolName && 'sr-only',
        )}
      >
        {word}
      </span>
      {session.toolName && (
        <span className="truncate text-12 font-semibold">
          <bdi>{oneLine(session.toolName, 60)}</bdi>
          {session.doing === 'tool' && <span className="font-normal text-muted">{tools}</span>}
        </span>
      )}
      {since !== undefined && (
        <span className="shrink-0 text-12 text-muted" data-slot="number">
          {seconds(since)}
        </span>
      )}
    </span>
  )
}

/** Whole seconds: a clock that runs shows no fractions. */
const seconds = (ms: number) => duration(Math.max(1, Math.round(ms / 1000)) * 1e9)

/** From here on agents compact soon. */
const fullAt = 0.8

function Context({ session }: { session: RunningSession }) {
  const { contextTokens, contextWindow } = session
  if (contextTokens === undefined) {
    return (
      <span className="inline-flex items-center gap-1 text-12 text-muted">
        <CircleHelp aria-hidden className="size-3.5" />
        Context not known
      </span>
    )
  }
  const share = contextWindow ? contextTokens / contextWindow : undefined
  return (
    <span
      className="flex flex-col gap-1 pt-0.5"
      title={`${exact(contextTokens)}${contextWindow ? ` of ${exact(contextWindow)}` : ''} tokens of context`}
    >
      <span className="flex justify-between gap-2 text-12" data-slot="number" data-testid="context">
        <span className={share !== undefined && share >= fullAt ? 'font-semibold text-warn' : ''}>
          {share === undefined ? count(contextTokens) : ratio(share)}
          <span className="font-normal text-muted"> context</span>
        </span>
        {contextWindow && <span className="text-muted">{count(contextWindow)}</span>}
      </span>
      <span aria-hidden className="block h-1 overflow-hidden rounded-full bg-selected">
        {share !== undefined && (
          <span
            className={cx('block h-full origin-left rounded-full', share >= fullAt ? 'bg-warn' : 'bg-accent')}
            style={{ transform: `scaleX(${Math.min(1, share)})` }}
          />
        )}
      </span>
    </span>
  )
}

/** What a person looks for in a tool's input: the command, the file, the pattern; else all of it. */
export function summaryOf(input: string): string {
  const named =
    /"(?:command|cmd|file_path|filePath|path|pattern|query|url|description|prompt)"\s*:\s*"((?:[^"\\]|\\.)*)/.exec(
      input,
    )
  if (!named) return input
  return named[1]!.replace(/\\(["\\/])/g, '$1').replace(/\\[nrt]/g, ' ')
}
