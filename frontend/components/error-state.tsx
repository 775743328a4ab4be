// error-state.tsx: what failed, what to do, and trying again in place.
import { RotateCw, TriangleAlert } from 'lucide-react'
import { ApiError } from '../request.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'

type ErrorStateProps = { what: string; error: Error; retry?: (() => void) | undefined; className?: string }

export function ErrorState({ what, error, retry, className }: ErrorStateProps) {
  const requestId = error instanceof ApiError ? error.requestId : undefined
  return (
    <div role="alert" data-testid="error-state" className={className}>
      <div className="flex items-start gap-3 px-4 py-4">
        <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-error" />
        <div className="min-w-0 flex-1">
          <p className="font-semibold">{what}</p>
          <p className="break-words text-muted">{error.message}</p>
          {requestId && (
            <p className="flex items-center gap-1 text-12 text-muted">
              Request <code>{requestId}</code>
              <CopyButton text={requestId} label="Copy request id" />
            </p>
          )}
        </div>
        {retry && (
          <Button onClick={retry}>
            <RotateCw aria-hidden className="size-3.5" />
            Try again
          </Button>
        )}
      </div>
    </div>
  )
}
