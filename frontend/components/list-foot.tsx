// list-foot.tsx: how much of a list is shown, and what to do when that is not all.
import { exact } from '../lib/format.ts'

/** Nothing when all is shown or more comes by scrolling. */
export function ListFoot({
  shown,
  total,
  most,
  things,
}: {
  shown: number
  total: number
  most: number
  things: string
}) {
  if (shown >= total || shown < most) return null
  return (
    <p className="px-4 py-3 text-12 text-muted" data-testid="list-foot">
      The first {exact(shown)} of {exact(total)} {things}. Filter or choose a shorter time to see the others.
    </p>
  )
}
