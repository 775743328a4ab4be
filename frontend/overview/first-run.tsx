// first-run.tsx: nothing has arrived yet: how to send something, and a wait that ends by itself.
import { SetupList } from '../components/setup-list.tsx'
import { Mark } from '../components/shell/sidebar.tsx'
import { useLive } from '../live.ts'
import { CopyButton } from '../ui/copy-button.tsx'

const history = 'telltale import all'

export function FirstRun() {
  const state = useLive((live) => live.state)
  return (
    <div data-testid="first-run" className="mx-auto flex max-w-3xl flex-col gap-4 px-4 py-8">
      <div className="flex flex-col gap-2">
        <Mark className="size-8" />
        <h2 className="text-20 font-semibold">Nothing has arrived yet</h2>
        <p className="text-muted">
          Point an agent here and use it; its first record turns this page into yours. Nothing leaves this machine.
        </p>
      </div>
      <div
        role="status"
        data-testid="waiting"
        className="flex items-center gap-3 rounded-panel bg-surface px-4 py-3 hairline"
      >
        <span aria-hidden className="relative flex size-2">
          <span className="absolute inset-0 animate-pulse rounded-full bg-accent" />
        </span>
        <span className="font-semibold">
          {state === 'live' ? 'Waiting for the first record' : 'Connecting to the server'}
        </span>
      </div>
      <section aria-label="Set-up" className="rounded-panel hairline">
        <SetupList />
      </section>
      <section aria-label="History" className="flex flex-col gap-2 rounded-panel px-4 py-3 hairline">
        <h3 className="font-semibold">Already used them?</h3>
        <p className="text-muted">Their files hold your history. Reading it takes seconds and counts nothing twice.</p>
        <div className="flex items-center gap-2 rounded-control bg-surface px-3 py-1 hairline">
          <code className="flex-1 text-12">{history}</code>
          <CopyButton text={history} label="Copy the command" />
        </div>
      </section>
    </div>
  )
}
