// history-offer.tsx: there are numbers already, and history that was never read: one line that offers it.
import { FolderSearch, X } from 'lucide-react'
import { useFoundHistory, useImportJob } from '../components/history.tsx'
import { bytes, exact } from '../lib/format.ts'
import { useSettings } from '../settings.ts'
import { Button, IconButton } from '../ui/button.tsx'

export function HistoryOffer() {
  const found = useFoundHistory()
  const job = useImportJob()
  const { historyLeft, set } = useSettings()
  // Read or begun in this visit, or left by the reader: no word more of it (Settings has it still).
  if (found.files === 0 || job !== undefined || historyLeft) return null
  return (
    <section
      aria-label="History"
      data-testid="history-offer"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-panel bg-surface px-3 py-2 hairline"
    >
      <FolderSearch aria-hidden className="size-4 text-accent" />
      <p className="min-w-0 flex-1 basis-64">
        <span className="font-semibold">
          {found.unread.map(({ name }) => name).join(', ')}: {exact(found.files)} transcripts, {bytes(found.bytes)}
        </span>{' '}
        <span className="text-muted">on this machine were never read.</span>
      </p>
      <Button look="solid" onClick={() => void found.begin()} data-testid="read-history">
        Read the history
      </Button>
      <IconButton label="Leave it" onClick={() => set({ historyLeft: true })}>
        <X aria-hidden className="size-3.5" />
      </IconButton>
      {found.error && (
        <p role="alert" className="basis-full text-12 text-error">
          {found.error.message}
        </p>
      )}
    </section>
  )
}
