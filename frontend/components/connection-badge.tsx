// connection-badge.tsx: how the page stands with the server: live, trying again, and what was heard since.
import { Radio, Unplug } from 'lucide-react'
import { count, exact } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import { ago } from '../lib/time.ts'
import { useLive } from '../live.ts'
import { useSettings } from '../settings.ts'
import { cx } from '../ui/cx.ts'
import { Popover } from '../ui/popover.tsx'

const words = { connecting: 'Connecting', live: 'Live', lost: 'Reconnecting' } as const

export function ConnectionBadge({ iconOnly }: { iconOnly?: boolean }) {
  const live = useLive()
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(1_000)
  const total = Object.values(live.received).reduce((sum, value) => sum + value, 0)
  const Icon = live.state === 'lost' ? Unplug : Radio
  const wait = live.retryAt === undefined ? 0 : Math.max(0, Math.ceil((live.retryAt - now) / 1000))
  return (
    <Popover
      label="Connection"
      className="w-64 p-3"
      trigger={
        <button
          type="button"
          data-testid="connection"
          data-state={live.state}
          aria-label={`Connection: ${words[live.state]}`}
          title={words[live.state]}
          className="flex h-7 w-full min-w-0 items-center gap-2 rounded-control px-2 text-12 focus-ring hover:bg-hover coarse:h-11"
        >
          <Icon
            aria-hidden
            className={cx(
              'size-3.5 shrink-0',
              live.state === 'live' ? 'text-ok' : live.state === 'lost' ? 'text-warn' : 'text-muted',
            )}
          />
          {!iconOnly && (
            <>
              <span className={live.state === 'lost' ? 'text-warn' : undefined}>{words[live.state]}</span>
              <span className="ml-auto truncate text-muted" data-testid="live-records">
                {live.state === 'lost' ? (wait > 0 ? `in ${wait}s` : 'now') : total > 0 ? `+${count(total)}` : ''}
              </span>
            </>
          )}
        </button>
      }
    >
      <p className="pb-2 font-semibold">
        {live.state === 'live' && 'Live: new records show without a reload'}
        {live.state === 'connecting' && 'Connecting to the server'}
        {live.state === 'lost' && 'The connection is lost; what is shown stays, and what was missed is read again'}
      </p>
      <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 text-12">
        <dt className="text-muted">Since</dt>
        <dd>{ago(live.since, now, zone)}</dd>
        <dt className="text-muted">Last record</dt>
        <dd>{live.lastAt ? ago(live.lastAt, now, zone) : '—'}</dd>
        {Object.entries(live.received).map(([topic, value]) => (
          <Row key={topic} name={topic} value={value} />
        ))}
        <dt className="text-muted">Frames left out</dt>
        <dd>{exact(live.dropped)}</dd>
      </dl>
    </Popover>
  )
}

function Row({ name, value }: { name: string; value: number }) {
  return (
    <>
      <dt className="text-muted">New {name}</dt>
      <dd>{exact(value)}</dd>
    </>
  )
}
