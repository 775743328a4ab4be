// session-state.tsx: whether a session runs.
import { CircleCheck, CirclePlay } from 'lucide-react'

export function SessionState({ status }: { status: 'active' | 'ended' }) {
  return status === 'active' ? (
    <span className="inline-flex items-center gap-1 text-12 text-ok">
      <CirclePlay aria-hidden className="size-3.5" />
      Active
    </span>
  ) : (
    <span className="inline-flex items-center gap-1 text-12 text-muted">
      <CircleCheck aria-hidden className="size-3.5" />
      Ended
    </span>
  )
}
