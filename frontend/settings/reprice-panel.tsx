// reprice-panel.tsx: prices were changed: what that moves in history, before it is moved.
import { useEffect, useState } from 'react'
import { reprice } from '../api.ts'
import { ErrorState } from '../components/error-state.tsx'
import { askAgain } from '../lib/answers.ts'
import { cost, exact } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { Repriced } from '../lib/shapes.ts'
import { Button } from '../ui/button.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

const shownMax = 8

export function RepricePanel({ onDone }: { onDone(): void }) {
  const [preview, setPreview] = useState<Repriced>()
  const [applied, setApplied] = useState<Repriced>()
  const [failure, setFailure] = useState<Error>()
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    let isWanted = true
    reprice(true).then(
      (found) => isWanted && setPreview(found),
      (thrown: Error) => isWanted && setFailure(thrown),
    )
    return () => {
      isWanted = false
    }
  }, [])
  async function apply() {
    setBusy(true)
    setFailure(undefined)
    try {
      setApplied(await reprice(false))
      askAgain()
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown : new Error(String(thrown)))
    } finally {
      setBusy(false)
    }
  }
  const shown = applied ?? preview
  return (
    <div data-testid="reprice" className="flex flex-col gap-3">
      {failure && <ErrorState what="History could not be priced." error={failure} />}
      {!shown && !failure && <SkeletonRows rows={2} />}
      {shown && (
        <p role="status" data-testid={applied ? 'repriced' : 'reprice-preview'}>
          {shown.changed === 0
            ? `Nothing of the ${exact(shown.calls)} requests in history changes.`
            : `${exact(shown.changed)} of ${exact(shown.calls)} requests ${applied ? 'changed' : 'would change'}: ${cost(shown.costUsd.before)} → ${cost(shown.costUsd.after)} in all.`}
        </p>
      )}
      {shown && shown.moved.length > 0 && (
        <table className="w-full text-12">
          <caption className="sr-only">By model</caption>
          <tbody>
            {shown.moved.slice(0, shownMax).map((row) => (
              <tr key={`${row.tool} ${row.model}`} className="h-7 hairline-b last:border-0">
                <th scope="row" className="text-left font-normal">
                  {oneLine(row.model, 80)} <span className="text-muted">{row.tool}</span>
                </th>
                <td className="text-right">{exact(row.calls)}</td>
                <td className="pl-3 text-right">{cost(row.costUsd.before)}</td>
                <td className="pl-3 text-right font-semibold">{cost(row.costUsd.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="flex justify-end gap-2">
        {!applied && shown && shown.changed > 0 ? (
          <>
            <Button onClick={onDone} disabled={busy}>
              Leave history
            </Button>
            <Button look="solid" onClick={() => void apply()} disabled={busy} data-testid="reprice-apply">
              Apply to history
            </Button>
          </>
        ) : (
          <Button look="solid" onClick={onDone} data-testid="reprice-close">
            Close
          </Button>
        )}
      </div>
    </div>
  )
}
