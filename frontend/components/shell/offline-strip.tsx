// offline-strip.tsx: the server is gone; the page says so, keeps what it shows, and tries again.
import { Unplug } from 'lucide-react'
import { useNow } from '../../lib/now.ts'
import { clock } from '../../lib/time.ts'
import { useLive } from '../../live.ts'
import { useSettings } from '../../settings.ts'

// A restart takes about a second; only what lasts longer is worth a line.
const quietMs = 1_500

export function OfflineStrip() {
  const { state, since } = useLive()
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(1_000)
  if (state !== 'lost' || now - since < quietMs) return null
  return (
    <div
      role="status"
      data-testid="offline"
      className="flex shrink-0 items-center gap-2 bg-surface px-4 py-1 text-12 hairline-b"
    >
      <Unplug aria-hidden className="size-3.5 text-warn" />
      <span>
        The server has not answered since {clock(since, zone, true)}. What you see is from before; this page connects
        again by itself.
      </span>
    </div>
  )
}
