// sources.tsx: where data come from: what lies on the server's machine, and how to send the rest.
import { FoundAgents, useFoundHistory, useImportJob } from '../components/history.tsx'
import { Panel } from '../components/panel.tsx'
import { bytes, exact } from '../lib/format.ts'
import { Button } from '../ui/button.tsx'
import { AgentSources } from './agent-sources.tsx'

export function Sources() {
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <History />
      <AgentSources />
    </div>
  )
}

function History() {
  const found = useFoundHistory()
  const job = useImportJob()
  if (found.agents.length === 0) return null
  return (
    <Panel
      title="History on this machine"
      note={
        found.files > 0 ? `${exact(found.files)} transcripts never read, ${bytes(found.bytes)}` : 'all of it is read'
      }
      testId="history"
      actions={
        <Button
          look={found.files > 0 ? 'solid' : 'outline'}
          disabled={job?.state === 'running' || found.files === 0}
          onClick={() => void found.begin()}
          data-testid="read-history"
        >
          Read the history
        </Button>
      }
    >
      {found.error && (
        <p role="alert" className="px-4 pb-2 text-error">
          {found.error.message}
        </p>
      )}
      <FoundAgents agents={found.agents} />
    </Panel>
  )
}
