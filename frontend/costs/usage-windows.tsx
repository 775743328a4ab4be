// usage-windows.tsx: the windows that subscriptions count in: how far the open one is, and what it comes to at this pace.
import { usageWindows } from '../api.ts'
import { Agent } from '../components/agents.tsx'
import { Delta } from '../components/delta.tsx'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { cost, count, duration, exact, exactCost, ratio } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import type { UsageWindow } from '../lib/shapes.ts'
import { clock, dayTime, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { Table, Td, Th } from '../ui/table.tsx'

/** Nothing is shown where nobody used anything in a month. */
export function UsageWindows({ tool }: { tool: string | undefined }) {
  const answer = useAnswer(usageWindows(tool))
  const now = useNow(10_000)
  if (!answer.data || answer.data.windows.length === 0) return null
  return (
    <Panel
      title="Windows"
      note="of five hours, from the full hour of the first request; subscriptions are limited by them"
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
            <Th className="text-right">Last 7 days</Th>
            <Th className="text-right">Change</Th>
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

function Row({
  window: { current, largest, count: windows, sevenDays, sevenDaysBefore },
  now,
}: {
  window: UsageWindow
  now: number
}) {
  const zone = useSettings((settings) => settings.zone)
  // The answer may be older than the window's end.
  const open = current && toMs(current.to) > now ? current : undefined
  const passed = open ? Math.round(Math.min(1, (now - toMs(open.from)) / (toMs(open.to) - toMs(open.from))) * 100) : 0
  const part = open && largest && largest.tokens > 0 ? open.tokens / largest.tokens : undefined
  return (
    <>
      <Td>
        {open ? (
          <span className="flex items-center gap-2">
            <span
              role="progressbar"
              aria-label="Time of the window"
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={passed}
              className="block h-1.5 w-24 overflow-hidden rounded-bar bg-hover"
            >
              <span className="block h-full rounded-bar bg-accent" style={{ width: `${passed}%` }} />
            </span>
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
      <Td className="text-right" title={`${exact(sevenDays.tokens)} tokens in ${exact(sevenDays.requests)} requests`}>
        {count(sevenDays.tokens)} · <span className="font-semibold">{cost(sevenDays.costUsd)}</span>
      </Td>
      <Td className="text-right">
        <Delta now={sevenDays.tokens} before={sevenDaysBefore.tokens} title="Tokens against the seven days before" />
      </Td>
    </>
  )
}
