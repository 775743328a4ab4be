// usage-windows.tsx: the windows that subscriptions count in: how far the open one is, and what it comes to at this pace.
import { usageWindows } from '../api.ts'
import { Agent, useAgentLook } from '../components/agents.tsx'
import { Delta } from '../components/delta.tsx'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { cost, count, duration, exact, exactCost, ratio } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import type { UsageWindow } from '../lib/shapes.ts'
import { clock, dayTime, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { Table, Td, Th } from '../ui/table.tsx'
import { WeekReset } from './week-reset.tsx'

/** Nothing is shown where nobody used anything in a month. */
export function UsageWindows({ tool }: { tool: string | undefined }) {
  const answer = useAnswer(usageWindows(tool))
  const now = useNow(10_000)
  if (!answer.data || answer.data.windows.length === 0) return null
  return (
    <Panel
      title="Windows"
      note="that subscriptions are limited by: five hours from the full hour of the first request, and the week"
      pending={answer.pending}
      testId="usage-windows"
    >
      <Table label="Windows of subscriptions">
        <thead>
          <tr>
            <Th>Agent</Th>
            <Th>Open window</Th>
            <Th className="text-right">Tokens</Th>
            <Th className="text-right">Cost</Th>
            <Th className="text-right" title="if the rest of the window is like its last hour">
              At this pace
            </Th>
            <Th className="text-right" title="the window with the most tokens of the last 30 days">
              Largest
            </Th>
            <Th>Week</Th>
            <Th className="text-right">Used</Th>
            <Th className="text-right" title="if the rest of the week is like what is over">
              To its reset
            </Th>
            <Th className="text-right" title="tokens against the whole week before">
              Change
            </Th>
            {/* What is only read out is absolute: without a frame of its own it makes a phone's page wider. */}
            <Th className="relative">
              <span className="sr-only">Set the reset</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {answer.data.windows.map((window) => (
            <tr key={window.tool} className="hover:bg-hover" data-testid="usage-window" data-key={window.tool}>
              <Td className="text-13">
                <Agent id={window.tool} />
              </Td>
              <Row window={window} now={now} />
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  )
}

/** How much of a stretch of time is over. */
const percentOf = ({ from, to }: { from: string; to: string }, now: number) =>
  Math.round(Math.min(1, Math.max(0, (now - toMs(from)) / (toMs(to) - toMs(from)))) * 100)

function Passed({ label, percent }: { label: string; percent: number }) {
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="block h-1.5 w-16 overflow-hidden rounded-bar bg-hover"
    >
      <span className="block h-full rounded-bar bg-accent" style={{ width: `${percent}%` }} />
    </span>
  )
}

function Row({ window: { tool, current, largest, count: windows, week }, now }: { window: UsageWindow; now: number }) {
  const zone = useSettings((settings) => settings.zone)
  // The answer may be older than the window's end.
  const open = current && toMs(current.to) > now ? current : undefined
  const { name: agentName } = useAgentLook()(tool)
  const part = open && largest && largest.tokens > 0 ? open.tokens / largest.tokens : undefined
  return (
    <>
      <Td>
        {open ? (
          <span className="flex items-center gap-2">
            <Passed label="Time of the window" percent={percentOf(open, now)} />
            <span title={`from ${clock(toMs(open.from), zone)} to ${clock(toMs(open.to), zone)}`}>
              {duration((toMs(open.to) - now) * 1e6)} left
            </span>
          </span>
        ) : (
          <span className="text-muted">none</span>
        )}
      </Td>
      <Td className="text-right" title={open && `${exact(open.tokens)} tokens in ${exact(open.requests)} requests`}>
        {count(open?.tokens)}
        {part !== undefined && <span className="pl-1 text-muted">{ratio(part)} of largest</span>}
      </Td>
      <Td className="text-right" title={open && exactCost(open.costUsd)}>
        {cost(open?.costUsd)}
      </Td>
      <Td className="text-right">
        {open && open.projectedTokens !== null
          ? `${count(open.projectedTokens)} · ${cost(open.projectedCostUsd)}`
          : '—'}
      </Td>
      <Td
        className="text-right"
        title={
          largest
            ? `${dayTime(toMs(largest.from), zone)}, ${exact(largest.tokens)} tokens; one of ${exact(windows)}`
            : ''
        }
      >
        {largest ? `${count(largest.tokens)} · ${cost(largest.costUsd)}` : '—'}
      </Td>
      <Td>
        {week.isReset ? (
          <span className="flex items-center gap-2">
            <Passed label="Time of the week" percent={percentOf(week, now)} />
            <span title={`from ${dayTime(toMs(week.from), zone)} to ${dayTime(toMs(week.to), zone)}`}>
              {duration(Math.max(0, toMs(week.to) - now) * 1e6)} left
            </span>
          </span>
        ) : (
          <span className="text-muted">last 7 days</span>
        )}
      </Td>
      <Td className="text-right" title={`${exact(week.tokens)} tokens in ${exact(week.requests)} requests`}>
        {count(week.tokens)} · <span className="font-semibold">{cost(week.costUsd)}</span>
      </Td>
      <Td className="text-right">
        {week.projectedTokens === null ? '—' : `${count(week.projectedTokens)} · ${cost(week.projectedCostUsd)}`}
      </Td>
      <Td className="text-right">
        <Delta
          now={week.projectedTokens ?? week.tokens}
          before={week.before.tokens}
          title={
            week.projectedTokens === null ? 'Tokens against the week before' : 'At this pace, against the week before'
          }
        />
      </Td>
      <Td className="py-0">
        <WeekReset tool={tool} agent={agentName} />
      </Td>
    </>
  )
}
