// import-strip.tsx: while history is read, every screen says how far that is; the end of it stays until it is closed.
import { useState } from 'react'
import { ImportProgress, useFollowedImport } from '../history.tsx'

export function ImportStrip() {
  const job = useFollowedImport()
  const [seen, setSeen] = useState<string>()
  const [followed, setFollowed] = useState<string>()
  // Only the end of what was seen running is news; a page that is opened later shows none.
  if (job?.state === 'running' && followed !== job.startedAt) setFollowed(job.startedAt)
  const isNothingNew = job !== undefined && job.state === 'done' && job.files === 0
  if (!job || job.dryRun || isNothingNew || job.startedAt !== followed || job.startedAt === seen) return null
  return (
    <div className="shrink-0 bg-surface hairline-b">
      <ImportProgress job={job} onClose={() => setSeen(job.startedAt)} />
    </div>
  )
}
