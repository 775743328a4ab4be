// first-run.tsx: nothing has arrived yet: the history found here, how to send something, and a wait that ends by itself.
import { FoundAgents, useFoundHistory, useImportJob } from '../components/history.tsx'
import { SetupList } from '../components/setup-list.tsx'
import { Mark } from '../components/shell/sidebar.tsx'
import { bytes, exact } from '../lib/format.ts'
import { useView } from '../lib/use-window.ts'
import { useLive } from '../live.ts'
import { Button } from '../ui/button.tsx'
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
          Read what your agents have written on this machine, or point one here: its first record turns this page into
          yours. Nothing leaves this machine.
        </p>
      </div>
      <History />
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
    </div>
  )
}

function History() {
  const found = useFoundHistory()
  const job = useImportJob()
  const { setRange } = useView()
  if (!found.known) return null
  if (found.agents.length === 0) return <NoHistory />
  return (
    <section aria-label="History" data-testid="history" className="overflow-hidden rounded-panel hairline">
      <header className="flex flex-wrap items-center gap-3 bg-surface px-4 py-3 hairline-b">
        <div className="min-w-0 flex-1 basis-64">
          <h3 className="font-semibold">Your history is on this machine</h3>
          <p className="text-12 text-muted">
            {found.files > 0
              ? `${exact(found.files)} transcripts, ${bytes(found.bytes)}. They are only read, never changed, and nothing is counted twice.`
              : 'All of it was read.'}
          </p>
        </div>
        <Button
          look="solid"
          disabled={job?.state === 'running' || found.files === 0}
          data-testid="read-history"
          onClick={() => {
            // Years of it: the usual week may hold none.
            setRange({ preset: 'all' })
            void found.begin()
          }}
        >
          Read the history
        </Button>
      </header>
      {found.error && (
        <p role="alert" className="px-4 py-2 text-error hairline-b">
          {found.error.message}
        </p>
      )}
      <FoundAgents agents={found.agents} />
    </section>
  )
}

/** No transcripts in the agents' own places; they may lie elsewhere. */
function NoHistory() {
  return (
    <section aria-label="History" className="flex flex-col gap-2 rounded-panel px-4 py-3 hairline">
      <h3 className="font-semibold">Already used them elsewhere?</h3>
      <p className="text-muted">
        No transcripts lie in the agents' usual folders here. With them, this reads your history and counts nothing
        twice.
      </p>
      <div className="flex items-center gap-2 rounded-control bg-surface px-3 py-1 hairline">
        <code className="flex-1 text-12">{history}</code>
        <CopyButton text={history} label="Copy the command" />
      </div>
    </section>
  )
}
